import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const TEST = fileURLToPath(new URL('../test/store/crash.test.ts', import.meta.url));
/** What the test does with SOAK=1. */
const KILLS_AT_ONCE = 4;

export interface StoreSoak {
  readonly kills: number;
  /** What the test says; empty when it passes. */
  readonly violations: readonly string[];
}

/** The test of the store under `kill -9` as `npm test` runs it, so many times as long. */
export async function soakStore(kills: number): Promise<StoreSoak> {
  const times = Math.ceil(kills / KILLS_AT_ONCE);
  const child = spawn(process.execPath, ['--enable-source-maps', '--import', 'tsx', TEST], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, SOAK: String(times) },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { kills: times * KILLS_AT_ONCE, violations: exitCode === 0 ? [] : [said.trim()] };
}
