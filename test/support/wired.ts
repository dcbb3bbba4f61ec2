import type { CliHost } from '../../src/cli/context.ts';
import type { Clock } from '../../src/model/time.ts';
import { systemClock } from '../../src/wiring/clock.ts';
import { openRepair } from '../../src/wiring/fix.ts';
import { openFly } from '../../src/wiring/fly-access.ts';
import { createGate } from '../../src/wiring/gate.ts';
import { openDatabase } from '../../src/wiring/open-store.ts';
import type { Workplace } from './program.ts';

/** The real adapters for commands that run inside the test, with the environment of a workplace. */
export function wired(
  place: Pick<Workplace, 'env'>,
  clock: Clock = systemClock,
): {
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly host: Partial<CliHost>;
} {
  const env: Record<string, string> = { USER: 'alice' };
  for (const [name, value] of Object.entries(place.env)) if (value !== undefined) env[name] = value;
  const probing = { env, version: '0.0.0', clock, random: Math.random };
  return {
    env,
    clock,
    host: {
      createVerifier: (config, options) => Promise.resolve(createGate(config, options, probing)),
      openFly: (settings) => Promise.resolve(openFly(settings, probing)),
      openRepair: (config, token) => Promise.resolve().then(() => openRepair(config, token, probing)),
      openStore: (config, mode) => Promise.resolve().then(() => openDatabase(config, mode, clock)),
    },
  };
}
