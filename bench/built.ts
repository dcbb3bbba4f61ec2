import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './processes.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The program as it is published. */
export const PROGRAM = join(ROOT, 'dist/bin.js');

/** Builds `dist` unless it is newer than every source; what is measured is what users run. */
export async function build(): Promise<void> {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  const newest = Math.max(...sources.map((name) => statSync(join(ROOT, 'src', name)).mtimeMs));
  if ((statSync(PROGRAM, { throwIfNoEntry: false })?.mtimeMs ?? 0) > newest) return;
  await run(process.execPath, [
    join(ROOT, 'node_modules/typescript/bin/tsc'),
    '-p',
    join(ROOT, 'tsconfig.build.json'),
  ]);
}
