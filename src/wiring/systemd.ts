import { spawn } from 'node:child_process';
import type { ServiceManager } from '../cli/context.ts';

export interface SystemdOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly pid: number;
  /** CLOCK_MONOTONIC in microseconds, which is what systemd compares with. */
  readonly monotonicUs: () => bigint;
  /** Says what keeps messages from arriving; called once. */
  readonly complain: (text: string) => void;
}

/** A message that takes longer than this is given up: systemd itself would then be stuck, and we go on. */
const ATTEMPT_MS = 10_000;

/** Not started by systemd, or by a unit that is not `Type=notify`. */
const NOBODY: ServiceManager = {
  ready: () => undefined,
  reloading: () => undefined,
  stopping: () => Promise.resolve(),
};

/**
 * Tells systemd how the daemon is (sd_notify(3)). Node has no Unix datagram socket, so each message is a run of
 * `systemd-notify`; the unit needs `NotifyAccess=all` for that. A sign of life is sent at half of `WATCHDOG_USEC`, by a timer:
 * it stops when the event loop does, which is what a restart cures.
 */
export function createServiceManager(options: SystemdOptions): ServiceManager {
  const { env } = options;
  const socket = env.NOTIFY_SOCKET;
  if (socket === undefined || socket === '') return NOBODY;

  let queue: Promise<void> = Promise.resolve();
  let pending = 0;
  let heartbeat: NodeJS.Timeout | undefined;
  let complained = false;

  const complain = (text: string): void => {
    if (!complained) options.complain(`systemd cannot be told how the daemon is: ${text}`);
    complained = true;
  };

  /** One after the other: systemd must not read READY before the RELOADING that came first. */
  const notify = (...variables: readonly string[]): Promise<void> => {
    pending += 1;
    queue = queue.then(async () => {
      const problem = await run(variables, { NOTIFY_SOCKET: socket, PATH: env.PATH });
      pending -= 1;
      if (problem !== undefined) complain(problem);
    });
    return queue;
  };

  const beat = (): void => {
    // A systemd that does not listen must not get a queue that grows.
    if (pending === 0) void notify('WATCHDOG=1');
  };

  return {
    ready: () => {
      void notify('READY=1');
      const intervalMs = watchdogMs(env, options.pid);
      if (intervalMs !== undefined) heartbeat ??= setInterval(beat, intervalMs / 2);
    },
    reloading: () => {
      void notify('RELOADING=1', `MONOTONIC_USEC=${String(options.monotonicUs())}`);
    },
    stopping: () => {
      clearInterval(heartbeat);
      return notify('STOPPING=1');
    },
  };
}

/** How often systemd wants a sign of life; undefined when it wants none, or of another process. */
function watchdogMs(env: SystemdOptions['env'], pid: number): number | undefined {
  const { WATCHDOG_USEC: usec = '', WATCHDOG_PID: of = String(pid) } = env;
  if (!/^[1-9]\d{3,14}$/.test(usec) || of !== String(pid)) return undefined;
  return Number(usec) / 1_000;
}

/** Resolves with what went wrong, if anything did. The child sees nothing of our environment: there are secrets in it. */
function run(
  variables: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn('systemd-notify', variables, { env, stdio: 'ignore', timeout: ATTEMPT_MS });
    child.on('error', (error) => {
      resolve(error.message);
    });
    child.on('exit', (code, signal) => {
      resolve(code === 0 ? undefined : `systemd-notify ended with ${signal ?? String(code)}`);
    });
  });
}
