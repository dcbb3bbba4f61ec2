import { loadConfig } from '../src/config/index.ts';
import { systemClock as clock } from '../src/wiring/clock.ts';
import { createProbing } from '../src/wiring/probing.ts';
import type { Measure } from './measure.ts';
import { startSandboxProcess } from './sandbox-process.ts';
import { workplaceFor } from './workplace.ts';

/** Fly's pages hold at least so many apps; machines come in larger ones. */
const SMALLEST_PAGE = 100;

interface Sweeps {
  readonly apps: number;
  readonly first: number;
  readonly next: number;
  readonly tookMs: number;
}

/** How many requests a sweep of the whole organization costs: it must grow with pages, not with tenants. */
export async function benchSweep(sizes: readonly number[]): Promise<readonly Measure[]> {
  const measures: Measure[] = [];
  for (const size of sizes) {
    const { apps, first, next, tookMs } = await sweepTwice(size);
    const limit = { most: Math.ceil(apps / SMALLEST_PAGE) + 10 };
    measures.push(
      { name: `${apps} apps: API requests of the first sweep`, value: first, unit: '', limit },
      { name: `${apps} apps: API requests of a later sweep`, value: next, unit: '', limit },
      {
        name: `${apps} apps: time of a later sweep`,
        value: tookMs / 1000,
        unit: 's',
        limit: { most: 30 },
      },
    );
  }
  return measures;
}

async function sweepTwice(tenants: number): Promise<Sweeps> {
  const sandbox = await startSandboxProcess({ tenants });
  const place = workplaceFor(sandbox);
  const { config } = loadConfig({ path: place.file, env: place.env, cwd: place.folder });
  const probing = createProbing(config, { env: place.env, version: 'bench', clock, random: Math.random });
  const requests = async (): Promise<number> =>
    (await sandbox.ask<{ readonly apiRequests: number }>({ call: 'stats' })).apiRequests;
  const signal = new AbortController().signal;
  try {
    const counts = [await requests()];
    let apps = 0;
    let tookMs = 0;
    for (let sweep = 0; sweep < 2; sweep += 1) {
      const swept = await probing.flyProbe.inventory(signal);
      if (swept.outcome === 'failed') throw new Error(`the sweep failed: ${swept.failure.detail}`);
      apps = swept.facts.apps.size;
      tookMs = swept.durationMs;
      counts.push(await requests());
    }
    const [before = 0, middle = 0, after = 0] = counts;
    return { apps, first: middle - before, next: after - middle, tookMs };
  } finally {
    await probing.close();
    await sandbox.stop();
    place.remove();
  }
}
