import type { FlyAccess } from '../cli/context.ts';
import { createFlyClient, flySettingsFromEnv } from '../fly/index.ts';
import { createFlyProbe } from '../probes/fly.ts';
import { userAgent, type ProbingHost } from './probing.ts';

/** Fly's API for commands that verify nothing. Asks nothing yet. */
export function openFly(
  { org, contactUrl }: { readonly org: string | null; readonly contactUrl: string | null },
  { env, version, clock, random }: ProbingHost,
): FlyAccess {
  const client = createFlyClient({
    org,
    ...flySettingsFromEnv(env),
    userAgent: userAgent(version, contactUrl),
    clock,
    random,
  });
  return { client, probe: createFlyProbe(client, clock), close: client.close };
}
