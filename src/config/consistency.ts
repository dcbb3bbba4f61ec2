import { isTenantId } from '../model/tenant-names.ts';
import type { KeyProblem } from './issues.ts';
import type { Config } from './schema.ts';

/** What no single key can tell: keys that must fit together. Sections that are wrong in themselves are left out. */
export function consistencyProblems(sections: Partial<Config>, noFly: boolean): readonly KeyProblem[] {
  return [
    ...requiredForFly(sections, noFly),
    ...duplicateNames(sections),
    ...routesWithoutChannel(sections),
    ...impossibleTenants(sections),
  ];
}

function requiredForFly({ fly }: Partial<Config>, noFly: boolean): readonly KeyProblem[] {
  if (noFly || fly?.org !== null) return [];
  const message =
    "is required: the slug of your Fly organization (here, or --org, or TENANTWATCH_ORG), or leave Fly's API out with --no-fly";
  return [{ path: ['fly', 'org'], message }];
}

function duplicateNames({ alerts, server }: Partial<Config>): readonly KeyProblem[] {
  const lists = [
    { path: ['alerts', 'channels'], items: alerts?.channels ?? [] },
    { path: ['server', 'tokens'], items: server?.tokens ?? [] },
  ];
  return lists.flatMap(({ path, items }) =>
    items.flatMap(({ name }, index) => {
      const first = items.findIndex((item) => item.name === name);
      if (first === index) return [];
      return [
        {
          path: [...path, index, 'name'],
          message: `"${name}" is already the name of ${path.join('.')}[${first}]`,
        },
      ];
    }),
  );
}

function routesWithoutChannel({ alerts }: Partial<Config>): readonly KeyProblem[] {
  const names = alerts?.channels.map(({ name }) => name) ?? [];
  const known = names.length === 0 ? 'there are none' : `there are: ${names.join(', ')}`;
  return (alerts?.routes ?? []).flatMap((route, index) =>
    route.channels.flatMap((name, position) =>
      names.includes(name)
        ? []
        : [
            {
              path: ['alerts', 'routes', index, 'channels', position],
              message: `"${name}" is no channel (${known})`,
            },
          ],
    ),
  );
}

function impossibleTenants({ platform, tenants }: Partial<Config>): readonly KeyProblem[] {
  if (platform === undefined || tenants === undefined) return [];
  const seen = new Map<string, string>();
  return tenants.flatMap((source, sourceIndex) => {
    if (source.source !== 'list') return [];
    return source.tenants.flatMap(({ id }, index) => {
      const path = ['tenants', sourceIndex, 'tenants', index];
      const first = seen.get(id);
      if (first !== undefined) return [{ path, message: `"${id}" is already listed as ${first}` }];
      seen.set(id, `tenants[${sourceIndex}].tenants[${index}]`);
      return isTenantId(id, platform)
        ? []
        : [{ path, message: `"${id}" does not match platform.tenantIdPattern ${platform.tenantIdPattern}` }];
    });
  });
}
