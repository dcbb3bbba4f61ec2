import { setTimeout as delay } from 'node:timers/promises';
import type { CliHost, GateVerifier } from '../../src/cli/context.ts';
import { Interrupted } from '../../src/cli/interrupted.ts';
import { runProgram } from '../../src/cli/program.ts';
import type { VerifyResult } from '../../src/model/diagnosis.ts';
import type { Tenant } from '../../src/model/tenant.ts';
import type { Clock } from '../../src/model/time.ts';
import type { RoundRequest } from '../../src/monitor/verifier.ts';

/** A clock whose time passes in sleeps only: waiting costs a test nothing, and every wait is known. */
export function leapingClock(): Clock & { readonly slept: readonly number[] } {
  const slept: number[] = [];
  let now = 0;
  return {
    slept,
    now: () => Date.UTC(2026, 0, 31, 6, 28) + now,
    monotonicMs: () => now,
    sleep: async (durationMs, signal) => {
      // A bound that never comes (30 s and more) waits for its abort; a pause passes at once.
      if (durationMs >= 30_000) await delay(durationMs, undefined, { signal, ref: false });
      else {
        await delay(0, undefined, { signal });
        now += durationMs;
        slept.push(durationMs);
      }
    },
  };
}

export interface HostOptions {
  readonly rounds?: (request: RoundRequest, number: number) => VerifyResult | Promise<VerifyResult>;
  readonly listed?: () => readonly Tenant[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly tty?: boolean;
  readonly clock?: Clock;
  /** What else the host can do; by default each rejects as not expected. */
  readonly host?: Partial<CliHost>;
}

export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly requests: readonly RoundRequest[];
  readonly kept: readonly string[];
  readonly closed: number;
}

/** Runs one command line the way main does, with rounds that the test decides. */
export async function run(
  args: readonly string[],
  options: HostOptions = {},
  stop = new AbortController(),
): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const requests: RoundRequest[] = [];
  const kept: string[] = [];
  let closed = 0;
  const verifier: GateVerifier = {
    round: async (request) => {
      requests.push(request);
      if (options.rounds === undefined) throw new Error('no round was expected');
      return options.rounds(request, requests.length);
    },
    tenants: () => Promise.resolve().then(() => options.listed?.() ?? []),
    close: () => {
      closed += 1;
      return Promise.resolve();
    },
  };
  const tty = options.tty ?? false;
  const host: CliHost = {
    stdout: { write: (text) => void out.push(text), isTTY: tty, columns: tty ? 100 : undefined },
    stderr: { write: (text) => void err.push(text), isTTY: tty, columns: tty ? 100 : undefined },
    env: options.env ?? FLY_ENV,
    cwd: options.cwd ?? '/nonexistent',
    version: '1.2.3',
    clock: options.clock ?? leapingClock(),
    random: () => 0.5,
    signal: stop.signal,
    createVerifier: () => Promise.resolve(verifier),
    openHistory: (file) =>
      Promise.resolve({
        keep: () => {
          kept.push(file);
        },
        close: () => undefined,
      }),
    onHangup: () => () => undefined,
    serviceManager: {
      ready: () => undefined,
      reloading: () => undefined,
      stopping: () => Promise.resolve(),
    },
    startDaemon: () => Promise.reject(new Error('no daemon was expected')),
    openStore: () => Promise.reject(new Error('no database was expected')),
    openFly: () => Promise.reject(new Error("Fly's API was not expected to be asked")),
    openRepair: () => Promise.reject(new Error('nothing was expected to be changed')),
    inspectMachine: () => Promise.reject(new Error('nobody was expected to look at this machine')),
    sendTest: () => Promise.reject(new Error('no test message was expected')),
    ask: null,
    withEnv: (env) => ({ ...host, env }),
    ...options.host,
  };
  const exitCode = await runProgram(args, host);
  return { exitCode, stdout: out.join(''), stderr: err.join(''), requests, kept, closed };
}

export function interrupt(stop: AbortController): void {
  stop.abort(new Interrupted('SIGINT'));
}

/** The environment suffices without a configuration file. */
export const FLY_ENV = {
  FLY_API_TOKEN: 'fm2_test',
  TENANTWATCH_DOMAIN: 'systemprompt.io',
  TENANTWATCH_MANAGEMENT_APP: 'management-api-prod',
  TENANTWATCH_ORG: 'systemprompt',
};
