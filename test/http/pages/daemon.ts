import { loadConfig } from '../../../src/config/index.ts';
import type { StartedDaemon } from '../../../src/cli/context.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from '../../../src/sandbox/index.ts';
import { systemClock } from '../../../src/wiring/clock.ts';
import { startDaemon } from '../../../src/wiring/daemon.ts';
import { createLogger } from '../../../src/wiring/logger.ts';
import { workplaceFor } from '../../support/program.ts';
import { until } from '../../support/until.ts';

export const READER = 'reader-token-0123456789';
export const OPERATOR = 'operator-token-0123456789';

export interface RunningDaemon {
  readonly sandbox: Sandbox;
  readonly daemon: StartedDaemon;
  readonly stop: () => Promise<void>;
}

export const TOKENS = [
  { name: 'ada', token: OPERATOR, scopes: ['read', 'verify', 'operate'] },
  { name: 'grace', token: READER, scopes: ['read'] },
];

/** The real daemon over the sandbox in this process, every tenant verified once. */
export async function daemonOverSandbox(
  options: SandboxOptions,
  server: Readonly<Record<string, unknown>> = { tokens: TOKENS },
  channels?: (sandbox: Sandbox) => readonly object[],
): Promise<RunningDaemon> {
  const sandbox = await startSandbox(options);
  const alerts = channels === undefined ? {} : { alerts: { channels: channels(sandbox) } };
  const place = workplaceFor(sandbox, { server, ...alerts });
  const { env } = place;
  const { config } = loadConfig({ path: place.file, env, cwd: place.folder });
  const daemon = await startDaemon(config, {
    env,
    version: '0.0.0-test',
    clock: systemClock,
    random: Math.random,
    logger: createLogger({ format: 'none' }, env),
  });
  await until('every tenant to be verified', () => {
    const tenants = daemon.fleet.tenants();
    return tenants.length > 0 && tenants.every(({ id }) => daemon.fleet.latest(id) !== undefined)
      ? true
      : undefined;
  });
  return {
    sandbox,
    daemon,
    stop: async () => {
      await daemon.stop();
      await sandbox.close();
      place.remove();
    },
  };
}
