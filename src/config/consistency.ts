import { isTenantId } from '../model/tenant-names.ts';
import type { KeyProblem } from './issues.ts';
import { isRegularExpression } from './platform-schema.ts';
import { isRecord, valueAt } from './tree.ts';

/**
 * What no single key can tell: keys that must fit together. Reads the settings as they are written, so that one that is wrong in itself hides
 * nothing that is wrong with its neighbours.
 */
export function consistencyProblems(tree: unknown, noFly: boolean): readonly KeyProblem[] {
  return [
    ...(noFly || valueAt(tree, ['fly', 'org']) !== null ? [] : [ORG_IS_MISSING]),
    ...duplicateNames(tree, ['alerts', 'channels']),
    ...duplicateNames(tree, ['server', 'tokens']),
    ...routesWithoutChannel(tree),
    ...impossibleTenants(tree),
    ...failsBeforeItWarns(tree),
  ];
}

const ORG_IS_MISSING: KeyProblem = {
  path: ['fly', 'org'],
  message:
    "is required: the slug of your Fly organization (here, or --org, or TENANTWATCH_ORG), or leave Fly's API out with --no-fly",
};

function listAt(tree: unknown, path: KeyProblem['path']): readonly unknown[] {
  const value = valueAt(tree, path);
  return Array.isArray(value) ? value : [];
}

function duplicateNames(tree: unknown, path: readonly string[]): readonly KeyProblem[] {
  const names = listAt(tree, path).map((item) => valueAt(item, ['name']));
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    if (first === index || typeof name !== 'string') return [];
    const message = `"${name}" is already the name of ${path.join('.')}[${first}]`;
    return [{ path: [...path, index, 'name'], message }];
  });
}

function routesWithoutChannel(tree: unknown): readonly KeyProblem[] {
  const names = listAt(tree, ['alerts', 'channels'])
    .map((channel) => valueAt(channel, ['name']))
    .filter((name) => typeof name === 'string');
  const known = names.length === 0 ? 'there are none' : `there are: ${names.join(', ')}`;
  return listAt(tree, ['alerts', 'routes']).flatMap((route, index) =>
    listAt(route, ['channels']).flatMap((name, position) => {
      if (typeof name !== 'string' || names.includes(name)) return [];
      const path = ['alerts', 'routes', index, 'channels', position];
      return [{ path, message: `"${name}" is no channel (${known})` }];
    }),
  );
}

function impossibleTenants(tree: unknown): readonly KeyProblem[] {
  const tenantIdPattern = valueAt(tree, ['platform', 'tenantIdPattern']);
  const fits = typeof tenantIdPattern === 'string' && isRegularExpression(tenantIdPattern);
  const seen = new Map<string, string>();
  return listAt(tree, ['tenants']).flatMap((source, sourceIndex) =>
    listAt(source, ['tenants']).flatMap((entry, index) => {
      const id = isRecord(entry) ? entry.id : entry;
      if (typeof id !== 'string') return [];
      const path = ['tenants', sourceIndex, 'tenants', index];
      const first = seen.get(id);
      if (first !== undefined) return [{ path, message: `"${id}" is already listed as ${first}` }];
      seen.set(id, `tenants[${sourceIndex}].tenants[${index}]`);
      return !fits || isTenantId(id, { tenantIdPattern })
        ? []
        : [{ path, message: `"${id}" does not match platform.tenantIdPattern ${tenantIdPattern}` }];
    }),
  );
}

function failsBeforeItWarns(tree: unknown): readonly KeyProblem[] {
  const [failDays, warnDays] = ['failDays', 'warnDays'].map((key) => valueAt(tree, ['tls', key]));
  if (typeof failDays !== 'number' || typeof warnDays !== 'number' || failDays <= warnDays) return [];
  return [{ path: ['tls', 'failDays'], message: 'must not be above tls.warnDays' }];
}
