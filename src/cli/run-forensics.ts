import { resolve } from 'node:path';
import type { Config } from '../config/index.ts';
import { investigate } from '../forensics/investigate.ts';
import type { Incident } from '../model/incident.ts';
import { namedTenants } from '../model/named-tenants.ts';
import type { Platform } from '../model/platform.ts';
import type { Tenant } from '../model/tenant.ts';
import { gatherCase } from '../monitor/gather-case.ts';
import { forensicsText } from '../reports/forensics.ts';
import type { Store } from '../store/index.ts';
import type { CliContext } from './context.ts';
import { keptSources, keptTenants, print } from './database.ts';
import { EXIT } from './exit-code.ts';
import type { DatabaseOptions } from './database-options.ts';
import { hasToken, loadPlatform } from './platform-settings.ts';
import { configFlags, type ConfigOptions } from './shared-options.ts';
import { UsageError } from './usage-error.ts';

/** What the command line of `forensics` says; durations are milliseconds. */
export interface ForensicsOptions extends ConfigOptions, DatabaseOptions {
  readonly timeout: number;
}

/** Gathers, judges and prints; its exit code. Throws UsageError, ConfigError and StoreError. */
export async function runForensics(
  context: CliContext,
  name: string,
  options: ForensicsOptions,
): Promise<number> {
  const { env, cwd, clock, stderr } = context;
  const loaded = loadPlatform(context, options.config, configFlags(options));
  const { platform } = loaded;
  const config = withStore(loaded.config, options.store, cwd);
  const asksFly = options.fly !== false && hasToken(env);
  const store = await openIfThere(context, config, options.store !== undefined || !asksFly);
  try {
    const subject = subjectOf(name, store, platform);
    if ('reason' in subject) {
      stderr.write(`tenantwatch: "${name}" is no tenant: ${subject.reason}\n`);
      return EXIT.noTenant;
    }
    const fly = asksFly
      ? await context.openFly({ org: config.fly.org, contactUrl: config.network.contactUrl })
      : null;
    try {
      const signal = AbortSignal.any([context.signal, AbortSignal.timeout(options.timeout)]);
      const sources = { store, fly: fly?.client ?? null, platform, clock };
      const findings = investigate(await gatherCase(sources, subject.tenant, subject.incident, signal));
      print(context, options, findings, forensicsText);
      return EXIT.passed;
    } finally {
      await fly?.close();
    }
  } finally {
    store?.close();
  }
}

function withStore(config: Config, file: string | undefined, cwd: string): Config {
  return file === undefined ? config : { ...config, store: { ...config.store, path: resolve(cwd, file) } };
}

/** Null where the daemon never ran and the API can be asked instead. */
async function openIfThere(context: CliContext, config: Config, needed: boolean): Promise<Store | null> {
  try {
    return await context.openStore(config, 'read');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'missing')) throw error;
    if (!needed) return null;
    throw new UsageError(
      `${error.message}; without it this command needs a Fly token in FLY_ACCESS_TOKEN or FLY_API_TOKEN`,
    );
  }
}

type Subject = { readonly tenant: Tenant; readonly incident: Incident | null } | { readonly reason: string };

/** An incident's id, or a tenant with its latest incident. */
function subjectOf(name: string, store: Store | null, platform: Platform): Subject {
  const byId = store?.incidents.get(name) ?? null;
  if (byId !== null && byId.subject.scope !== 'tenant')
    return { reason: `the incident is one of the ${byId.subject.scope}, not of a tenant` };
  const [asked = name] =
    byId === null ? [name] : byId.members.length > 0 ? byId.members : [byId.subject.name];
  const listed = store === null ? [] : keptTenants(keptSources(store));
  const { tenants, unmatched } = namedTenants([asked], listed, platform);
  const [tenant] = tenants;
  if (tenant === undefined) return { reason: unmatched[0]?.reason ?? 'nothing is known of it' };
  const latest = store?.incidents.latestOf({ scope: 'tenant', name: tenant.id }) ?? null;
  const incident = byId !== null && byId.members.length === 0 ? byId : latest;
  return { tenant, incident };
}
