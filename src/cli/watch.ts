import { statSync } from 'node:fs';
import { Command, Option } from 'commander';
import type { Config } from '../config/index.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit-code.ts';
import { interruptedBy } from './interrupted.ts';
import { addConfigOptions, configFlags, type ConfigOptions } from './shared-options.ts';

interface WatchOptions extends ConfigOptions {
  readonly log?: 'json' | 'pretty';
}

/** How often the configuration file is looked at for changes. */
const LOOK_MS = 2_000;

/** The daemon. */
export function watchCommand(context: CliContext): Command {
  const command = new Command('watch')
    .summary('watch every tenant, all the time')
    .description(
      'Finds tenants, notices deploys and misplaced certificates by itself, verifies on schedule, keeps history, and tells on-call. ' +
        'Runs until it is stopped; a changed configuration file (or SIGHUP) is taken over without a restart.',
    )
    .addOption(
      new Option('--log <format>', 'log as json or for people (default: for people on a terminal)').choices([
        'json',
        'pretty',
      ]),
    )
    .action(async (options: WatchOptions) => {
      context.finish(await watch(context, options));
    });
  return addConfigOptions(command).addHelpText('after', HELP);
}

async function watch(context: CliContext, options: WatchOptions): Promise<number> {
  const { loadConfig } = await import('../config/index.ts');
  // A daemon whose first alert finds no webhook would be worse than none: every secret is read at once.
  const load = (): { readonly config: Config; readonly file: string | null } =>
    loadConfig({
      path: options.config,
      env: context.env,
      cwd: context.cwd,
      flags: configFlags(options),
      secrets: 'all',
    });
  const format = options.log ?? (context.stdout.isTTY ? 'pretty' : 'json');

  let loaded = load();
  // Before the start, which takes a while: what is changed meanwhile must not be missed.
  const stamp = stampOf(loaded.file);
  let hungUp = false;
  const stopEarly = context.onHangup(() => {
    hungUp = true;
  });
  let daemon = await context.startDaemon(loaded.config, { log: { format } });
  const { serviceManager } = context;
  serviceManager.ready();

  /** Keeps the last good configuration: what cannot be read or does not start changes nothing. */
  const reload = async (because: string): Promise<void> => {
    let next: typeof loaded;
    try {
      next = load();
    } catch (error) {
      daemon.logger.error(
        { error: messageOf(error) },
        `${because}: the new configuration is wrong, the old one stays`,
      );
      return;
    }
    serviceManager.reloading();
    await daemon.stop();
    const past = daemon.channels;
    try {
      daemon = await context.startDaemon(next.config, { log: { format }, past });
      loaded = next;
      daemon.logger.info({}, `${because}: the new configuration is in effect`);
    } catch (error) {
      daemon = await context.startDaemon(loaded.config, { log: { format }, past });
      daemon.logger.error(
        { error: messageOf(error) },
        `${because}: the new configuration does not start, the old one stays`,
      );
    }
    serviceManager.ready();
  };

  const onHangup: CliContext['onHangup'] = (listener) => {
    const stop = context.onHangup(listener);
    stopEarly();
    if (hungUp) listener();
    return stop;
  };
  await untilStopped({ signal: context.signal, onHangup }, loaded.file, stamp, reload);
  daemon.logger.info({}, 'tenantwatch stops');
  const told = serviceManager.stopping();
  await daemon.stop();
  await told;
  return interruptedBy(context.signal) === 'SIGINT' ? EXIT.SIGINT : EXIT.passed;
}

/**
 * Reloads one after the other until the program is told to stop.
 *
 * @param stamp of the file when it was read
 */
async function untilStopped(
  { signal, onHangup }: Pick<CliContext, 'signal' | 'onHangup'>,
  file: string | null,
  stamp: string | null,
  reload: (because: string) => Promise<void>,
): Promise<void> {
  const stopped = Promise.withResolvers<undefined>();
  let queue: Promise<void> = Promise.resolve();
  const enqueue = (because: string): void => {
    queue = queue.then(() => (signal.aborted ? undefined : reload(because)));
    // Neither the new nor the old configuration starts: there is nothing left to watch with, and the program ends.
    queue.catch(stopped.reject);
  };
  let seen = stamp;
  const timer = setInterval(() => {
    const now = stampOf(file);
    if (now === seen) return;
    seen = now;
    // A file that is gone for a moment is being replaced.
    if (now !== null) enqueue('the configuration file changed');
  }, LOOK_MS);
  const stopListening = onHangup(() => {
    enqueue('SIGHUP');
  });
  if (signal.aborted) stopped.resolve(undefined);
  signal.addEventListener('abort', () => {
    stopped.resolve(undefined);
  });
  try {
    await stopped.promise;
    await queue;
  } finally {
    clearInterval(timer);
    stopListening();
  }
}

/** Errors of the configuration and of the database are sentences for people. */
function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Changes whenever the file's content may have changed; null without a file. */
function stampOf(file: string | null): string | null {
  if (file === null) return null;
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? null : `${String(stat.mtimeMs)}/${String(stat.size)}/${String(stat.ino)}`;
}

const HELP = `
Needs a read-only token in FLY_ACCESS_TOKEN or FLY_API_TOKEN.

Exit codes: 0 stopped by SIGTERM, 2 wrong usage or configuration, 130 stopped by SIGINT.

Examples:
  tenantwatch watch --config tenantwatch.yaml
  tenantwatch watch --log json
`;
