import { resolve } from 'node:path';
import { loadConfig, type Config } from '../config/index.ts';
import { TENANT_LISTS, type TenantListOfSource } from '../model/tenant-list.ts';
import type { Tenant } from '../model/tenant.ts';
import { isoTimes } from '../reports/iso-times.ts';
import { printableJson } from '../reports/json.ts';
import type { Palette } from '../reports/palette.ts';
import { withoutRunnerCommands } from '../reports/wording.ts';
import type { Store } from '../store/index.ts';
import type { CliContext } from './context.ts';
import { isJson, type DatabaseOptions } from './database-options.ts';
import { paletteOf } from './terminal.ts';

export interface OpenDatabase {
  readonly store: Store;
  readonly config: Config;
}

/**
 * The configuration for commands that look at what the daemon did: they ask Fly nothing, so that neither an organization nor
 * secrets need be there.
 */
export function loadForDatabase(
  { env, cwd }: Pick<CliContext, 'env' | 'cwd'>,
  options: Pick<DatabaseOptions, 'config' | 'store'>,
): Config {
  const { config } = loadConfig({ path: options.config, env, cwd, flags: { noFly: true } });
  const { store } = options;
  return store === undefined ? config : { ...config, store: { ...config.store, path: resolve(cwd, store) } };
}

/** Opens the database, lends it, and closes it whatever happens. */
export async function withDatabase<Result>(
  context: CliContext,
  options: Pick<DatabaseOptions, 'config' | 'store'>,
  mode: 'read' | 'write',
  use: (database: OpenDatabase) => Result | Promise<Result>,
): Promise<Result> {
  const config = loadForDatabase(context, options);
  const store = await context.openStore(config, mode);
  try {
    return await use({ store, config });
  } finally {
    store.close();
  }
}

/** The sources as the daemon knows them, with their tenants. */
export function keptSources(store: Pick<Store, 'smallState'>): readonly TenantListOfSource[] {
  return (store.smallState.get(TENANT_LISTS) as unknown as readonly TenantListOfSource[] | undefined) ?? [];
}

/** The fleet as the daemon knows it; the first source that names a tenant decides. */
export function keptTenants(sources: readonly TenantListOfSource[]): readonly Tenant[] {
  const tenants = new Map<string, Tenant>();
  for (const source of sources)
    for (const tenant of source.tenants) if (!tenants.has(tenant.id)) tenants.set(tenant.id, tenant);
  return [...tenants.values()];
}

/** Prints a document in the format that was asked for. */
export function print<Document>(
  context: CliContext,
  options: Pick<DatabaseOptions, 'format' | 'json'>,
  document: Document,
  pretty: (document: Document, palette: Palette) => string,
): void {
  context.stdout.write(
    isJson(options)
      ? printableJson(isoTimes(document))
      : withoutRunnerCommands(pretty(document, paletteOf(context.stdout, context.env))),
  );
}
