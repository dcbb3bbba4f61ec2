import { Option, type Command } from 'commander';
import type { Config } from '../config/index.ts';
import { TENANT_LISTS, type TenantListOfSource } from '../model/tenant-list.ts';
import type { Tenant } from '../model/tenant.ts';
import { isoTimes } from '../reports/iso-times.ts';
import { printableJson } from '../reports/json.ts';
import type { Palette } from '../reports/palette.ts';
import type { Store } from '../store/index.ts';
import type { CliContext } from './context.ts';
import { paletteOf } from './terminal.ts';

/** Options of every command over the daemon's database, spelled alike. */
export interface DatabaseOptions {
  readonly config?: string;
  readonly store?: string;
  readonly format?: 'pretty' | 'json';
  readonly json?: true;
}

export function addDatabaseOptions(command: Command): Command {
  return addFormatOptions(addPlaceOptions(command));
}

/** Where the database is. */
export function addPlaceOptions(command: Command): Command {
  return command
    .option(
      '-c, --config <file>',
      'configuration (default: TENANTWATCH_CONFIG, else tenantwatch.yaml if there is one)',
    )
    .option('--store <file>', 'another database than store.path of the configuration');
}

export function addFormatOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--format <format>', 'how to print it').choices(['pretty', 'json']).default('pretty'),
    )
    .option('--json', 'the same as --format json');
}

export interface OpenDatabase {
  readonly store: Store;
  readonly config: Config;
}

/**
 * The configuration for commands that look at what the daemon did: they ask Fly nothing, so that neither an organization nor
 * secrets need be there.
 */
export async function loadForDatabase(
  { env, cwd }: Pick<CliContext, 'env' | 'cwd'>,
  options: Pick<DatabaseOptions, 'config' | 'store'>,
): Promise<Config> {
  const [{ loadConfig }, { resolve }] = await Promise.all([
    import('../config/index.ts'),
    import('node:path'),
  ]);
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
  const config = await loadForDatabase(context, options);
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
  const json = options.json === true || options.format === 'json';
  context.stdout.write(
    json ? printableJson(isoTimes(document)) : pretty(document, paletteOf(context.stdout, context.env)),
  );
}
