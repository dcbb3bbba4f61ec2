import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'node:test';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export function read(path: string): string {
  return readFileSync(new URL(path, new URL('../../', import.meta.url)), 'utf8');
}

export interface Finished {
  readonly status: number | null;
  /** Both streams: tools like these disagree about where they complain. */
  readonly output: string;
}

/** Runs a tool of the system; undefined, with the test skipped by name, where it is not installed. */
export function runTool(t: TestContext, tool: string, args: readonly string[]): Finished | undefined {
  const { error, status, stdout, stderr } = spawnSync(tool, args, { cwd: ROOT, encoding: 'utf8' });
  if (error === undefined) return { status, output: stdout + stderr };
  if (process.env.REQUIRE_CONFORMANCE === '1') throw new Error(`${tool} is not installed`);
  t.skip(`${tool} is not installed`);
  return undefined;
}
