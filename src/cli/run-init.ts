import { existsSync } from 'node:fs';
import { link, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ConfigError, loadConfig } from '../config/index.ts';
import type { Inventory } from '../model/fly.ts';
import { plainText } from '../model/text.ts';
import { initReport, type InitReport } from '../reports/init.ts';
import type { CliContext, FlyAccess } from './context.ts';
import type { DatabaseOptions } from './database-options.ts';
import { print } from './database.ts';
import { EXIT } from './exit-code.ts';
import { flyFailure } from './fly-failure.ts';
import { answer, FITS } from './init/answers.ts';
import { discover, wildcardHolders, type Discovery } from './init/discover.ts';
import type { Naming } from './init/naming.ts';
import { configText, type InitSettings } from './init/template.ts';
import { makeFolder } from './make-folder.ts';
import { hasToken } from './platform-settings.ts';
import { UsageError } from './usage-error.ts';
import { whyUnwritable } from './why-unwritable.ts';

/** What the command line of `init` says; durations are milliseconds. */
export interface InitOptions extends Pick<DatabaseOptions, 'format' | 'json'> {
  readonly output: string;
  readonly force?: true;
  readonly yes?: true;
  readonly org?: string;
  readonly domain?: string;
  readonly managementApp?: string;
  readonly tenantApp?: string;
  readonly tenantIdPattern?: string;
  readonly timeout: number;
}

const DEFAULT_NAMING = { tenantApp: 'sp-{tenant}', tenantIdPattern: '^[0-9a-f]{12}$' };
const DEFAULT_OTHER_HOSTS = ['www', 'api'];

/** Finds out, asks, writes; the exit code. Throws UsageError, and then nothing is written. */
export async function runInit(context: CliContext, options: InitOptions): Promise<number> {
  const file = resolve(context.cwd, options.output);
  if (existsSync(file) && options.force !== true)
    throw new UsageError(`${options.output} is there already: --force replaces it, --output names another`);
  if (options.domain !== undefined && !FITS.domain.fits(options.domain))
    throw new UsageError(`--domain must be ${FITS.domain.must}`);
  const ask = options.yes === true ? null : context.ask;
  if (!hasToken(context.env))
    context.stderr.write(
      'tenantwatch: there is no token in FLY_ACCESS_TOKEN or FLY_API_TOKEN, so that nothing can be looked up ' +
        '(`fly tokens create readonly -o ORG -n tenantwatch -x 8760h` makes one)\n',
    );

  const org = await answer(
    {
      what: 'organization',
      flag: '--org',
      given: options.org,
      found: await organizations(context, options),
      ...FITS.org,
    },
    ask,
  );
  const inventory = await sweep(context, org, options);
  const holders = inventory === null ? [] : wildcardHolders(inventory);
  const byFlag = holders.filter(
    ({ app, domain }) => (options.managementApp ?? app) === app && (options.domain ?? domain) === domain,
  );
  const managementApp = await answer(
    {
      what: 'management app (it holds the wildcard certificate and ends TLS)',
      flag: '--management-app',
      given: options.managementApp,
      found: unique(byFlag.map(({ app }) => app)),
      ...FITS.app,
    },
    ask,
  );
  const domain = await answer(
    {
      what: 'domain of the platform',
      flag: '--domain',
      given: options.domain,
      found: unique(byFlag.filter(({ app }) => app === managementApp).map((holder) => holder.domain)),
      ...FITS.domain,
    },
    ask,
  );
  const found = inventory === null ? null : discover(inventory, { app: managementApp, domain });
  const naming = await namingOf(options, found?.naming ?? null, ask);
  const settings: InitSettings = {
    org,
    domain,
    managementApp,
    ...naming.templates,
    otherHosts: unique([...DEFAULT_OTHER_HOSTS, ...(found?.otherHosts ?? [])]),
    customDomainsOn: found?.customDomainsOn ?? 'management',
  };
  await write(context, file, configText(settings, { naming: naming.note }), options.force === true);
  const report = reportOf(options, settings, naming.note, found);
  print(context, options, report, initReport);
  return EXIT.passed;
}

/** What the token sees; nothing when there is none, or when an option says it. */
async function organizations(context: CliContext, options: InitOptions): Promise<readonly string[]> {
  if (options.org !== undefined || !hasToken(context.env)) return [];
  const found = await withFly(context, null, options, async ({ client }, signal) => {
    const info = await client.token(signal).catch(() => null);
    const slugs = unique((info?.tokens ?? []).flatMap(({ orgSlug }) => orgSlug ?? []));
    return slugs.length > 0 ? slugs : (await client.organizations(signal)).map(({ slug }) => slug);
  });
  return found ?? [];
}

async function sweep(context: CliContext, org: string, options: InitOptions): Promise<Inventory | null> {
  if (!hasToken(context.env)) return null;
  return withFly(context, org, options, ({ client }, signal) => client.inventory(signal));
}

/** Null when Fly cannot be asked, which is said: what is missing then can still be said by hand. */
async function withFly<Result>(
  context: CliContext,
  org: string | null,
  { timeout }: InitOptions,
  use: (fly: FlyAccess, signal: AbortSignal) => Promise<Result>,
): Promise<Result | null> {
  const fly = await context.openFly({ org, contactUrl: null });
  try {
    return await use(fly, AbortSignal.any([context.signal, AbortSignal.timeout(timeout)]));
  } catch (error) {
    context.signal.throwIfAborted();
    context.stderr.write(`tenantwatch: Fly: ${flyFailure(error).detail}\n`);
    return null;
  } finally {
    await fly.close();
  }
}

interface ChosenNaming {
  readonly templates: Pick<InitSettings, 'tenantApp' | 'tenantIdPattern'>;
  /** For the comment beside it. */
  readonly note: string;
}

async function namingOf(
  options: InitOptions,
  found: Naming | null,
  ask: CliContext['ask'],
): Promise<ChosenNaming> {
  const proposed = found ?? DEFAULT_NAMING;
  const tenantApp = await answer(
    {
      what: "app of a tenant, {tenant} for the tenant's id",
      flag: '--tenant-app',
      given: options.tenantApp,
      found: [proposed.tenantApp],
      fits: (value) => value.includes('{tenant}'),
      must: 'a template such as sp-{tenant}',
    },
    ask,
  );
  const tenantIdPattern = await answer(
    {
      what: "regular expression of a tenant's id",
      flag: '--tenant-id-pattern',
      given: options.tenantIdPattern,
      found: [proposed.tenantIdPattern],
      fits: (value) => value !== '',
      must: 'a regular expression',
    },
    ask,
  );
  const templates = { tenantApp, tenantIdPattern };
  if (tenantApp !== found?.tenantApp || tenantIdPattern !== found.tenantIdPattern)
    return { templates, note: "How a tenant's app is named, and what a tenant's id looks like." };
  const { tenants, lookalikes, certain } = found;
  const others = lookalikes.length === 0 ? '' : `; not tenants: ${lookalikes.slice(0, 5).join(', ')}`;
  const doubt = certain ? '' : '; these could be other apps, too: check them';
  return { templates, note: plainText(`${tenants.length} apps are named like this${others}${doubt}`, 300) };
}

/** Complete or not at all, and only if `config check` takes it. */
async function write(context: CliContext, file: string, text: string, force: boolean): Promise<void> {
  const folder = dirname(file);
  const draft = join(folder, `.tenantwatch-init-${process.pid}.yaml`);
  try {
    await makeFolder(folder);
    await writeFile(draft, text, { flag: 'wx' });
    loadConfig({ path: draft, env: {}, cwd: context.cwd });
    // A link, unlike a rename, never replaces what somebody else made in the meantime.
    await (force ? rename(draft, file) : link(draft, file));
  } catch (error) {
    if (error instanceof ConfigError)
      throw new UsageError(error.issues.map(({ key, message }) => `${key} ${message}`).join('\n'));
    if (error instanceof Error && 'code' in error) throw new UsageError(`${file} ${whyUnwritable(error)}`);
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

function reportOf(
  { output }: InitOptions,
  settings: InitSettings,
  naming: string,
  found: Discovery | null,
): InitReport {
  const tenants = found?.naming?.tenantApp === settings.tenantApp ? found.naming.tenants : [];
  const config = output === 'tenantwatch.yaml' ? '' : ` --config ${shellWord(output)}`;
  const example = tenants[0] ?? '--all';
  return {
    file: output,
    settings,
    naming,
    tenants: tenants.length,
    next: [
      `tenantwatch doctor${config}`,
      `tenantwatch verify ${example}${config}`,
      `tenantwatch watch${config}`,
    ],
  };
}

/** Safe to paste into a POSIX shell. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}
