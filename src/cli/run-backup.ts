import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { spokenMs } from '../model/spoken.ts';
import type { CliContext } from './context.ts';
import type { DatabaseOptions } from './database-options.ts';
import { print, withDatabase } from './database.ts';
import { isLive } from './terminal.ts';
import { UsageError } from './usage-error.ts';

export async function backUp(context: CliContext, file: string, options: DatabaseOptions): Promise<void> {
  const target = resolve(context.cwd, file);
  requireFolder(target);
  const beganMs = context.clock.monotonicMs();
  await withDatabase(context, options, 'read', async ({ store }) => {
    await store.backup(target, { signal: context.signal, onProgress: progress(context) });
  });
  const document = {
    schema: 'tenantwatch.backup/1',
    file: target,
    bytes: statSync(target).size,
    durationMs: Math.round(context.clock.monotonicMs() - beganMs),
  };
  print(
    context,
    options,
    document,
    ({ bytes, durationMs }) => `${target}: ${bytes} bytes in ${spokenMs(durationMs)}\n`,
  );
}

function requireFolder(target: string): void {
  const folder = dirname(target);
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UsageError(`the folder ${folder} does not exist`);
  if (statSync(target, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new UsageError(`${target} is a folder: name a file`);
}

/** One line that is rewritten, on a terminal that can. */
function progress({ stderr, env }: CliContext): (pagesDone: number, pagesTotal: number) => void {
  if (!isLive(stderr, env)) return () => undefined;
  return (done, total) => {
    const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
    stderr.write(done >= total ? '\r\u001b[K' : `\rcopied ${percent} %`);
  };
}
