import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { toPlatform } from '../config/platform.ts';
import { namedTenants } from '../model/named-tenants.ts';
import { gatherPostMortem } from '../monitor/gather-post-mortem.ts';
import { isoTimes } from '../reports/iso-times.ts';
import { printableJson } from '../reports/json.ts';
import { postMortem } from '../reports/post-mortem.ts';
import type { CliContext, FlyAccess } from './context.ts';
import { keptSources, keptTenants, withDatabase } from './database.ts';
import type { DatabaseOptions } from './database-options.ts';
import { hasToken } from './platform-settings.ts';
import { findIncident } from './run-incidents.ts';
import { UsageError } from './usage-error.ts';
import { whyUnwritable } from './why-unwritable.ts';

export interface ReportOptions extends Pick<DatabaseOptions, 'config' | 'store' | 'json'> {
  readonly format: 'markdown' | 'json';
  readonly output?: string;
  /** commander's way with `--no-fly`. */
  readonly fly?: boolean;
  readonly timeout: number;
}

/** Gathers, drafts, prints or writes. Throws UsageError, ConfigError and StoreError. */
export async function reportIncident(
  context: CliContext,
  name: string,
  options: ReportOptions,
): Promise<void> {
  const { clock, cwd, env, stdout } = context;
  const facts = await withDatabase(context, options, 'read', async ({ store, config }) => {
    const incident = findIncident(name, store, config);
    const platform = toPlatform(config);
    const listed = keptTenants(keptSources(store));
    let fly: FlyAccess | null = null;
    if (options.fly !== false && hasToken(env))
      fly = await context.openFly({ org: config.fly.org, contactUrl: config.network.contactUrl });
    try {
      return await gatherPostMortem(
        {
          store,
          fly: fly?.client ?? null,
          platform,
          clock,
          tenantOf: (id) => namedTenants([id], listed, platform).tenants[0],
        },
        incident,
        AbortSignal.any([context.signal, AbortSignal.timeout(options.timeout)]),
      );
    } finally {
      await fly?.close();
    }
  });
  const asJson = options.json === true || options.format === 'json';
  const text = asJson
    ? printableJson(isoTimes({ schema: 'tenantwatch.post-mortem/1', ...facts }))
    : postMortem(facts);
  if (options.output === undefined) {
    stdout.write(text);
    return;
  }
  try {
    await writeFile(resolve(cwd, options.output), text);
  } catch (error) {
    throw new UsageError(`--output ${options.output} ${whyUnwritable(error)}`);
  }
}
