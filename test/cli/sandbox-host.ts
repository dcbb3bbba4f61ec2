import type { CliHost } from '../../src/cli/context.ts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { systemClock } from '../../src/wiring/clock.ts';
import { openFly } from '../../src/wiring/fly-access.ts';
import { createGate } from '../../src/wiring/gate.ts';
import { inspectMachine } from '../../src/wiring/machine.ts';
import { openDatabase } from '../../src/wiring/open-store.ts';
import { sendTest } from '../../src/wiring/send-test.ts';
import { workplaceFor, type Workplace } from '../support/program.ts';
import { run, type Ran } from './host.ts';

/** A workplace beside a sandbox whose commands run in this process with the real adapters: a child costs half a second each. */
export interface SandboxDesk {
  readonly place: Workplace;
  /** The configuration of the workplace is added to every command line that names none. */
  readonly run: (args: readonly string[], over?: DeskOptions) => Promise<Ran>;
}

export interface DeskOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly host?: Partial<CliHost>;
  readonly cwd?: string;
  /** The command takes no configuration. */
  readonly bare?: true;
}

export function deskAt(sandbox: Sandbox, changes: Parameters<typeof workplaceFor>[1] = {}): SandboxDesk {
  const place = workplaceFor(sandbox, changes);
  const given = Object.entries(place.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return {
    place,
    run: (args, over = {}) => {
      const env: Record<string, string> = {
        ...(Object.fromEntries(given) as Record<string, string>),
        ...over.env,
      };
      const probing = { env, version: '1.2.3', clock: systemClock, random: Math.random };
      const config = over.bare === true || args.includes('--config') ? [] : ['--config', place.file];
      return run([...args, ...config], {
        env,
        cwd: over.cwd ?? place.folder,
        clock: systemClock,
        host: {
          createVerifier: (loaded, options) => Promise.resolve(createGate(loaded, options, probing)),
          openFly: (settings) => Promise.resolve(openFly(settings, probing)),
          openStore: (loaded, mode) => Promise.resolve().then(() => openDatabase(loaded, mode, systemClock)),
          inspectMachine: (loaded) => inspectMachine(loaded, systemClock),
          sendTest: (loaded, channel, signal) => sendTest(loaded, channel, probing, signal),
          ...over.host,
        },
      });
    },
  };
}
