import { build, PROGRAM } from './built.ts';
import { median, type Measure } from './measure.ts';
import { cpuMsOfEnded, run } from './processes.ts';
import { startSandboxProcess } from './sandbox-process.ts';
import { workplaceFor } from './workplace.ts';

/** `verify` of one healthy tenant from the start of the process to its end, as published. */
export async function benchStart({ runs }: { readonly runs: number }): Promise<readonly Measure[]> {
  await build();
  const sandbox = await startSandboxProcess({ tenants: 12 });
  const place = workplaceFor(sandbox);
  try {
    const args = [PROGRAM, 'verify', sandbox.tenants[0] ?? '', '--config', place.file, '--json'];
    // The first start fills the compile cache, as the first gate on a runner does.
    const first = await timed(args, place.env);
    const verified = [];
    const bare = [];
    for (let turn = 0; turn < runs; turn += 1) {
      verified.push(await timed(args, place.env));
      bare.push(await timed(['--eval', '0'], place.env));
    }
    const wall = verified.map(({ wallMs }) => wallMs);
    return [
      { name: 'start to result, best', value: Math.min(...wall), unit: 'ms', limit: null },
      { name: 'start to result, median', value: median(wall), unit: 'ms', limit: { most: 400 } },
      { name: 'start to result, the very first', value: first.wallMs, unit: 'ms', limit: null },
      {
        name: 'CPU, all threads',
        value: median(verified.map(({ cpuMs }) => cpuMs)),
        unit: 'ms',
        limit: null,
      },
      {
        name: 'an empty node, median',
        value: median(bare.map(({ wallMs }) => wallMs)),
        unit: 'ms',
        limit: null,
      },
    ];
  } finally {
    await sandbox.stop();
    place.remove();
  }
}

async function timed(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly wallMs: number; readonly cpuMs: number }> {
  const cpuBefore = cpuMsOfEnded();
  const startedMs = performance.now();
  await run(process.execPath, args, { env });
  return { wallMs: performance.now() - startedMs, cpuMs: cpuMsOfEnded() - cpuBefore };
}
