import { readFile, stat } from 'node:fs/promises';
import type { NamePlan } from '../model/tenant-names.ts';
import type { Tenant } from '../model/tenant.ts';
import { MAX_LIST_BYTES, parseList } from './document.ts';
import { TenantListError, tenantsOfEntries } from './entry.ts';
import type { TenantSource } from './source.ts';

/** A file that nobody touched has the same stamp. */
async function stampOf(path: string, name: string): Promise<string> {
  const file = await stat(path, { bigint: true });
  if (!file.isFile()) throw new TenantListError([`${name}: is no file`]);
  if (file.size > MAX_LIST_BYTES)
    throw new TenantListError([`${name}: is larger than ${MAX_LIST_BYTES} bytes`]);
  return [file.dev, file.ino, file.size, file.mtimeNs, file.ctimeNs].join(':');
}

/** A YAML or JSON file of entries. Read again when it has changed, judged only then. */
export function createFileSource(path: string, plan: NamePlan): TenantSource {
  const name = `file ${path}`;
  let latest: { readonly stamp: string; readonly tenants: Promise<readonly Tenant[]> } | null = null;

  async function read(): Promise<readonly Tenant[]> {
    const text = await readFile(path, 'utf8');
    return tenantsOfEntries(parseList(text, path.endsWith('.json') ? 'json' : 'yaml', name), plan, name);
  }

  return {
    name,
    load: async () => {
      // The stamp is older than the text: a change in between is seen the next time.
      const stamp = await stampOf(path, name);
      if (latest?.stamp !== stamp) {
        const tenants = read();
        latest = { stamp, tenants };
      }
      return latest.tenants;
    },
  };
}
