import type { RepairAccess } from '../cli/context.ts';
import type { Config } from '../config/index.ts';
import { createFlyWriter, flySettingsFromEnv } from '../fly/index.ts';
import { openStore } from '../store/index.ts';
import { silentLogger } from './logger.ts';
import { userAgent, type ProbingHost } from './probing.ts';

/**
 * The only place that holds a token which may change something. The audit trail is kept in the daemon's database, which is made
 * where there is none: nothing is changed without a trace. Throws StoreError.
 */
export function openRepair(
  config: Config,
  token: string,
  { env, version, clock, random }: ProbingHost,
): RepairAccess {
  const store = openStore({ path: config.store.path, clock, logger: silentLogger });
  const { flapsBaseUrl } = flySettingsFromEnv(env);
  const writer = createFlyWriter({
    token,
    flapsBaseUrl,
    userAgent: userAgent(version, config.network.contactUrl),
    clock,
    random,
  });
  return {
    writer,
    audit: store.audit,
    close: async () => {
      await writer.close();
      store.close();
    },
  };
}
