import { readFileSync } from 'node:fs';
import type { CliHost } from './cli/context.ts';
import { Interrupted } from './cli/interrupted.ts';
import { runProgram } from './cli/program.ts';
import { UsageError } from './cli/usage-error.ts';
import { systemClock } from './wiring/clock.ts';
import { outputStream } from './wiring/output-stream.ts';
import { createServiceManager } from './wiring/systemd.ts';

/**
 * Runs one command line; resolves to the exit code. What a command does not use is not loaded: `verify` in CI must not
 * wait for a web server and a database.
 */
export async function main(args: readonly string[]): Promise<number> {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    controller.abort(new Interrupted(signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM'));
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    return await runProgram(args, createHost(controller.signal));
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

function createHost(signal: AbortSignal, env: CliHost['env'] = process.env): CliHost {
  const version = packageVersion();
  const probing = { env, version, clock: systemClock, random: Math.random };
  return {
    stdout: outputStream(process.stdout),
    stderr: outputStream(process.stderr),
    env,
    cwd: process.cwd(),
    version,
    clock: systemClock,
    random: Math.random,
    signal,
    createVerifier: async (config, options) => {
      const { createGate } = await import('./wiring/gate.ts');
      return createGate(config, options, probing);
    },
    openHistory: async (file) => {
      const { openLocalHistory } = await import('./wiring/local-history.ts');
      return openLocalHistory(file, systemClock);
    },
    openStore: async (config, mode) => {
      const { openDatabase } = await import('./wiring/open-store.ts');
      return openDatabase(config, mode, systemClock);
    },
    openFly: async (settings) => {
      const { openFly } = await import('./wiring/fly-access.ts');
      return openFly(settings, probing);
    },
    openRepair: async (config, token) => {
      const { openRepair } = await import('./wiring/fix.ts');
      return openRepair(config, token, probing);
    },
    inspectMachine: async (config) => {
      const { inspectMachine } = await import('./wiring/machine.ts');
      return inspectMachine(config, systemClock);
    },
    sendTest: async (config, channel, sending) => {
      const { sendTest } = await import('./wiring/send-test.ts');
      return sendTest(config, channel, probing, sending);
    },
    ask: process.stdin.isTTY && process.stderr.isTTY ? (question) => askOnTerminal(question, signal) : null,
    withEnv: (other) => createHost(signal, other),
    onHangup: (listener) => {
      process.on('SIGHUP', listener);
      return () => process.off('SIGHUP', listener);
    },
    serviceManager: createServiceManager({
      env,
      pid: process.pid,
      monotonicUs: () => process.hrtime.bigint() / 1_000n,
      complain: (text) => {
        process.stderr.write(`${text}\n`);
      },
    }),
    startDaemon: async (config, options) => {
      const [{ startDaemon }, { createLogger }, { keepHeapTight }] = await Promise.all([
        import('./wiring/daemon.ts'),
        import('./wiring/logger.ts'),
        import('./wiring/heap.ts'),
      ]);
      keepHeapTight();
      const logger = createLogger(options.log, env);
      return startDaemon(config, { ...probing, env: options.env ?? env, logger, past: options.past });
    },
  };
}

/** The question goes to stderr: stdout is for what is asked for. Throws UsageError when the terminal is closed instead of an answer. */
async function askOnTerminal(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const closed = Promise.withResolvers<never>();
  // The terminal takes Ctrl-C for itself while it reads a line.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  terminal.once('close', () => {
    closed.reject(new UsageError('nobody answered'));
  });
  try {
    return await Promise.race([terminal.question(question, { signal }), closed.promise]);
  } finally {
    terminal.close();
  }
}

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { readonly version: string }).version;
}
