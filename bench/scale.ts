import { statSync } from 'node:fs';
import { request } from 'undici';
import { build } from './built.ts';
import { countOf, metric, startWatch, type WatchProcess } from './daemon.ts';
import { median, type Measure } from './measure.ts';
import { startSandboxProcess, type SandboxProcess } from './sandbox-process.ts';
import { workplaceFor } from './workplace.ts';

export interface ScaleOptions {
  readonly tenants: number;
  readonly minutes: number;
}

const SAMPLE_MS = 10_000;
const MINUTE_MS = 60_000;
const EDGE_S = 60;
/** Memory is to be flat from this minute on. */
const SETTLED_MINUTE = 5;

interface Sample {
  /** Since the fleet was complete, milliseconds. */
  readonly atMs: number;
  readonly cpuMs: number;
  readonly rssBytes: number;
  readonly lagS: number;
  readonly apiRequests: number;
  readonly databaseBytes: number;
}

/** A large fleet at the default interval over some minutes: does the daemon keep up, and stay as small as it was? */
export async function benchScale({ tenants, minutes }: ScaleOptions): Promise<readonly Measure[]> {
  await build();
  const sandbox = await startSandboxProcess({ tenants });
  const place = workplaceFor(sandbox, {
    dns: { resolvers: sandbox.addresses.resolvers, authoritative: false },
    limits: { handshakesPerSecond: Math.ceil((tenants * 2 * 1.5) / EDGE_S) },
  });
  const watch = await startWatch(place);
  try {
    await firstRound(watch, tenants);
    const samples: Sample[] = [];
    const startedMs = performance.now();
    for (;;) {
      const sample = await take(watch, sandbox, place.database, performance.now() - startedMs);
      samples.push(sample);
      if (sample.atMs >= minutes * MINUTE_MS) break;
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
    const healthy = countOf(await watch.metrics(), 'tenantwatch_tenant_success', 1);
    return [...report(samples, tenants, healthy), ...(await fleetPage(watch))];
  } finally {
    await watch.stop();
    await sandbox.stop();
    place.remove();
  }
}

/** Until every tenant was verified once: the first sweep, the first interval, and some patience for a busy machine. */
async function firstRound(watch: WatchProcess, tenants: number): Promise<void> {
  for (let left = 4 * EDGE_S; left > 0; left -= 5) {
    if (countOf(await watch.metrics(), 'tenantwatch_tenant_success', 1) >= tenants) return;
    await new Promise((resolve) => setTimeout(resolve, 5_000));
  }
  throw new Error(`the fleet is not healthy:\n${watch.complaints().slice(0, 20).join('\n')}`);
}

async function take(
  watch: WatchProcess,
  sandbox: SandboxProcess,
  database: string,
  atMs: number,
): Promise<Sample> {
  const text = await watch.metrics();
  const { apiRequests } = await sandbox.ask<{ readonly apiRequests: number }>({ call: 'stats' });
  const size = (suffix: string): number => statSync(database + suffix, { throwIfNoEntry: false })?.size ?? 0;
  return {
    atMs,
    cpuMs: watch.cpuMs(),
    rssBytes: watch.memory().now,
    lagS: metric(text, 'tenantwatch_schedule_lag_seconds{loop="edge"}') ?? Number.NaN,
    apiRequests,
    databaseBytes: size('') + size('-wal'),
  };
}

const PAGES = 9;

/** From the request to the last byte, by a client on the same machine. */
async function fleetPage({ url }: WatchProcess): Promise<readonly Measure[]> {
  const took: number[] = [];
  for (let turn = 0; turn < PAGES; turn += 1) {
    const startedMs = performance.now();
    const { statusCode, body } = await request(url);
    await body.text();
    took.push(performance.now() - startedMs);
    if (statusCode !== 200) throw new Error(`the fleet page answered ${statusCode}`);
  }
  return [
    { name: 'fleet page, the very first', value: took[0] ?? Number.NaN, unit: 'ms', limit: null },
    { name: 'fleet page, median', value: median(took), unit: 'ms', limit: { most: 50 } },
  ];
}

function report(samples: readonly Sample[], tenants: number, healthy: number): readonly Measure[] {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) throw new Error('nothing was sampled');
  const tookMs = last.atMs - first.atMs;
  const minutes = tookMs / MINUTE_MS;
  const half = Math.floor(samples.length / 2);
  const lag = (some: readonly Sample[]): number => median(some.map(({ lagS }) => lagS));
  const runs = (tenants * tookMs) / (EDGE_S * 1000);
  const cpuMs = last.cpuMs - first.cpuMs;
  return [
    { name: 'minutes', value: minutes, unit: '', limit: null },
    { name: 'tenants that pass at the end', value: healthy, unit: '', limit: { least: tenants } },
    { name: 'of one core', value: (100 * cpuMs) / tookMs, unit: '%', limit: { most: 60 } },
    { name: 'CPU for a run, loops and metrics included', value: cpuMs / runs, unit: 'ms', limit: null },
    {
      name: 'resident memory, most',
      value: Math.max(...samples.map(({ rssBytes }) => rssBytes)) / 1_000_000,
      unit: 'MB',
      limit: { most: 300 },
    },
    ...flatness(samples),
    { name: 'edge loop late, first half', value: lag(samples.slice(0, half)), unit: 's', limit: null },
    {
      name: 'edge loop late, second half',
      value: lag(samples.slice(half)),
      unit: 's',
      limit: { most: lag(samples.slice(0, half)) + 0.5 },
    },
    {
      name: 'API requests a minute',
      value: (last.apiRequests - first.apiRequests) / minutes,
      unit: '',
      limit: null,
    },
    {
      name: 'database growth',
      value: (last.databaseBytes - first.databaseBytes) / 1_000_000 / minutes,
      unit: 'MB/min',
      limit: null,
    },
  ];
}

/** Median of the last third against that of the first third, once settled. */
function flatness(samples: readonly Sample[]): readonly Measure[] {
  const settled = samples.filter(({ atMs }) => atMs >= SETTLED_MINUTE * MINUTE_MS);
  if (settled.length < 12) return [];
  const third = Math.floor(settled.length / 3);
  const rss = (some: readonly Sample[]): number => median(some.map(({ rssBytes }) => rssBytes));
  const growth = rss(settled.slice(-third)) / rss(settled.slice(0, third));
  return [
    {
      name: `memory from minute ${SETTLED_MINUTE} on, last third to first`,
      value: growth,
      unit: '×',
      limit: { most: 1.05 },
    },
  ];
}
