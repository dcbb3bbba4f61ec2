import { resolve } from 'node:path';
import { loadConfig, toPlatform, type Config } from '../config/index.ts';
import {
  claimsMap,
  countMarks,
  type ClaimSighting,
  type ClaimsKnowledge,
  type HostnameClaims,
} from '../guard/claims-map.ts';
import type { Inventory } from '../model/fly.ts';
import { coversHostname, normalizeHostname } from '../model/hostname.ts';
import type { Platform } from '../model/platform.ts';
import { parseTenantArgument, tenantOfApp } from '../model/tenant-names.ts';
import { plainText } from '../model/text.ts';
import { DAY_MS, MINUTE_MS } from '../model/time.ts';
import { claimsReport, type ClaimsReport } from '../reports/claims.ts';
import { spokenMs } from '../model/spoken.ts';
import type { Store } from '../store/index.ts';
import type { CliContext } from './context.ts';
import type { DatabaseOptions } from './database-options.ts';
import { keptSources, print } from './database.ts';
import { EXIT } from './exit-code.ts';
import { requireToken } from './platform-settings.ts';
import { configFlags, type ConfigOptions } from './shared-options.ts';
import { UsageError } from './usage-error.ts';

/** What the command line of `claims` says; durations are milliseconds. */
export interface ClaimsOptions extends ConfigOptions, DatabaseOptions {
  readonly conflicts?: true;
  readonly live?: true;
  readonly history?: true;
  readonly timeout: number;
}

/** Prints the map of claims; its exit code. Throws UsageError, ConfigError and StoreError. */
export async function runClaims(
  context: CliContext,
  name: string | undefined,
  options: ClaimsOptions,
): Promise<number> {
  const { env, cwd } = context;
  if (options.live === true && (options.history === true || options.fly === false))
    throw new UsageError("--live asks Fly's API, which knows no history: leave out --history and --no-fly");
  const loaded = loadConfig({ path: options.config, env, cwd, flags: configFlags(options) }).config;
  const { store: file } = options;
  const config: Config =
    file === undefined ? loaded : { ...loaded, store: { ...loaded.store, path: resolve(cwd, file) } };

  const known =
    (options.live === true ? undefined : await fromDatabase(context, config, options)) ??
    (await fromFly(context, config, options));
  if (known === undefined) return EXIT.couldNotTell;
  const all = claimsMap(known.sightings, known.knowledge);
  const wanted = selected(all, name, known.knowledge.platform);
  // "Nothing wrong" of a name that is misspelled would be believed.
  if (name !== undefined && wanted.length === 0)
    context.stderr.write(
      `tenantwatch: no certificate is for ${plainText(name, 80)}, or on an app of that name\n`,
    );
  const hostnames =
    options.conflicts === true
      ? wanted.filter(({ holders }) => holders.some(({ marks }) => marks.length > 0))
      : wanted;
  const { source, takenAt } = known;
  const report: ClaimsReport = {
    schema: 'tenantwatch.claims/1',
    source,
    takenAt,
    counts: countMarks(hostnames),
    hostnames,
  };
  print(context, options, report, claimsReport);
  return EXIT.passed;
}

interface Known {
  readonly source: ClaimsReport['source'];
  readonly takenAt: number | null;
  readonly sightings: readonly ClaimSighting[];
  readonly knowledge: ClaimsKnowledge;
}

/** Undefined where there is no database yet, or no sweep in it. */
async function fromDatabase(
  context: CliContext,
  config: Config,
  options: ClaimsOptions,
): Promise<Known | undefined> {
  let store: Store;
  try {
    store = await context.openStore(config, 'read');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'missing';
    // A file that was named must be there.
    if (missing && options.store === undefined && options.history !== true && options.fly !== false)
      return undefined;
    throw error;
  }
  try {
    const current = store.claims.current();
    const takenAt = Math.max(0, ...current.map(({ lastSeenAt }) => lastSeenAt));
    if (takenAt === 0 && options.fly !== false && options.store === undefined) return undefined;
    const sightings = options.history === true ? store.claims.history({ limit: 100_000 }) : current;
    noteAge(context, takenAt, config);
    return {
      source: 'database',
      takenAt: takenAt === 0 ? null : takenAt,
      sightings,
      knowledge: knowledgeOf(store, config),
    };
  } finally {
    store.close();
  }
}

/** What the daemon found last about apps and tenants; what it does not know is not marked. */
function knowledgeOf(store: Store, config: Config): ClaimsKnowledge {
  const platform = toPlatform(config);
  const latest = store.runs.latest();
  const lists = keptSources(store);
  const listed = new Set(lists.flatMap(({ tenants }) => tenants.map(({ id }) => id)));
  // Excluded tenants are left alone on purpose, and exist.
  const excluded = new Set(config.tenants.flatMap(({ exclude }) => exclude));
  const whole = lists.length > 0 && lists.every(({ reason }) => reason === null);
  return {
    platform,
    hasMachines: (app) => {
      const tenant = tenantOfApp(app, platform);
      const run = tenant === null || !listed.has(tenant) ? undefined : latest.get(tenant);
      const found = run?.notPassed.find(({ check }) => check === 'machines-started');
      return found?.reason === 'no-machines' ? false : null;
    },
    tenantExists: (id) => {
      if (excluded.has(id)) return true;
      if (listed.has(id)) return latest.get(id)?.code === 'tenant-app-missing' ? false : true;
      return whole ? false : null;
    },
  };
}

/** Beyond this many missed intervals and this time the daemon does not sweep, or fails to. */
const MISSED_INTERVALS = 3;
const STALE_MS = 5 * MINUTE_MS;

function noteAge({ clock, stderr }: CliContext, takenAt: number, { watch: { inventory } }: Config): void {
  const ageMs = clock.now() - takenAt;
  // A cron expression may mean any pause.
  const intervalMs = 'everyMs' in inventory ? inventory.everyMs : DAY_MS;
  if (takenAt > 0 && ageMs > MISSED_INTERVALS * intervalMs + STALE_MS)
    stderr.write(
      `tenantwatch: the daemon's last complete sweep was ${spokenMs(ageMs)} ago; --live asks Fly now\n`,
    );
}

/** Undefined when the sweep failed, which was said. */
async function fromFly(
  context: CliContext,
  config: Config,
  { timeout }: ClaimsOptions,
): Promise<Known | undefined> {
  requireToken(context.env, 'or let the daemon run: this command reads its database');
  const platform = toPlatform(config);
  const fly = await context.openFly({ org: config.fly.org, contactUrl: config.network.contactUrl });
  try {
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(timeout)]);
    const swept = await fly.probe.inventory(signal);
    context.signal.throwIfAborted();
    if (swept.outcome === 'failed') {
      context.stderr.write(`tenantwatch: the sweep of the organization failed: ${swept.failure.detail}\n`);
      return undefined;
    }
    const { takenAt, claims } = swept.facts;
    const sightings = [...claims.values()]
      .flat()
      .map((claim) => ({ claim, firstSeenAt: null, lastSeenAt: takenAt, goneAt: null }));
    return { source: 'fly', takenAt, sightings, knowledge: liveKnowledge(swept.facts, config, platform) };
  } finally {
    await fly.close();
  }
}

function liveKnowledge({ apps }: Inventory, config: Config, platform: Platform): ClaimsKnowledge {
  // A tenant from another source may have an app of any name: only the daemon knows the lists.
  const onlyFly = config.tenants.every(({ source }) => source === 'fly');
  const tenants = new Set([...apps.keys()].flatMap((app) => tenantOfApp(app, platform) ?? []));
  return {
    platform,
    hasMachines: (app) => {
      const machines = apps.get(app)?.machines;
      return machines == null ? null : machines.length > 0;
    },
    tenantExists: (id) => (tenants.has(id) ? true : onlyFly ? false : null),
  };
}

/** The host names that a name means: the host name itself and what covers it, or all that an app (or a tenant's app) holds. */
function selected(
  all: readonly HostnameClaims[],
  name: string | undefined,
  platform: Platform,
): readonly HostnameClaims[] {
  if (name === undefined) return all;
  const text = normalizeHostname(name);
  const parsed = parseTenantArgument(name, platform);
  const hosts = [
    text,
    ...(parsed.ok && !text.includes('.') && text !== parsed.tenant.app ? [parsed.tenant.hostname] : []),
  ];
  const apps = [text, ...(parsed.ok && !text.includes('.') ? [parsed.tenant.app] : [])];
  return all.filter(
    ({ hostname, holders }) =>
      hosts.some((host) => hostname === host || coversHostname(hostname, host)) ||
      holders.some(({ claim }) => apps.includes(claim.app)),
  );
}
