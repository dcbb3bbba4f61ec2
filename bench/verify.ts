import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { mapConcurrently } from '../src/monitor/concurrency.ts';
import { hasBlackbox, startBlackbox } from './blackbox.ts';
import { median, type Measure } from './measure.ts';
import { hasOpenssl, startOpenssl } from './openssl.ts';
import { startSandboxProcess, type SandboxProcess } from './sandbox-process.ts';
import type { RoundOrder, RoundReport } from './verify-worker.ts';
import { DOMAIN, workplaceFor } from './workplace.ts';

const WORKER = fileURLToPath(new URL('./verify-worker.ts', import.meta.url));
const CONCURRENCY = 64;
/** Until the compiler of each is done with what is hot. */
const WARM_UP_TENANTS = 5_000;
/** Each begins with this part of its round unmeasured: what the one before it left in the processor's caches is not its own. */
const LEAD_IN = 5;

export interface VerifyBenchOptions {
  readonly tenants: number;
  /** Each contender runs once in each round, one after the other: what disturbs the machine disturbs all alike. */
  readonly rounds: number;
}

type Contender = (tenants: number) => Promise<Cost>;

/** What one contender took for one healthy tenant. */
interface Cost {
  readonly cpuMs: number;
  readonly perSecond: number;
}

/**
 * A healthy tenant's verification against what others take for less: blackbox_exporter's three probes, and two bare
 * connections of `openssl s_time`.
 */
export async function benchVerify(options: VerifyBenchOptions): Promise<readonly Measure[]> {
  const sandbox = await startSandboxProcess({ tenants: options.tenants });
  const place = workplaceFor(sandbox, {
    // What the design compares: two resolvers, both connections, judgement.
    dns: { resolvers: sandbox.addresses.resolvers, authoritative: false },
    limits: { concurrency: CONCURRENCY, handshakesPerSecond: 10_000 },
  });
  const zoned = workplaceFor(sandbox, {
    limits: { concurrency: CONCURRENCY, handshakesPerSecond: 10_000 },
  });
  const blackbox = hasBlackbox()
    ? await startBlackbox({
        folder: place.folder,
        resolver: sandbox.addresses.resolvers[0] ?? '',
        queryName: hostnameOf(sandbox.tenants[0] ?? ''),
        caFile: sandbox.addresses.caFile,
      })
    : undefined;
  const openssl = hasOpenssl() ? await startOpenssl(place.folder) : undefined;
  const monitor = await startWorker(place);
  const monitorWithZone = await startWorker(zoned);
  try {
    const judged: Contender = (tenants) => monitor.round({ tenants, recorded: false });
    const recorded: Contender = (tenants) => monitor.round({ tenants, recorded: true });
    const zone: Contender = (tenants) => monitorWithZone.round({ tenants, recorded: false });
    const probe = blackbox && ((tenants: number) => probeAll(blackbox, sandbox, tenants));
    const leadIn = Math.ceil(options.tenants / LEAD_IN);
    for (const contender of [judged, recorded, zone, probe])
      for (let warmed = 0; warmed < WARM_UP_TENANTS; warmed += options.tenants)
        await contender?.(options.tenants);
    const ours: Cost[] = [];
    const oursRecorded: Cost[] = [];
    const oursWithZone: Cost[] = [];
    const theirs: Cost[] = [];
    const bare: number[] = [];
    const measure = async (contender: Contender): Promise<Cost> => {
      await contender(leadIn);
      return contender(options.tenants);
    };
    for (let round = 0; round < options.rounds; round += 1) {
      ours.push(await measure(judged));
      if (probe) theirs.push(await measure(probe));
      if (openssl) bare.push(2 * (await openssl.connectionMs(1)));
      oursRecorded.push(await measure(recorded));
      oursWithZone.push(await measure(zone));
    }
    return [
      { name: 'CPU for a tenant', value: median(ours.map(cpu)), unit: 'ms', limit: null },
      { name: 'tenants verified', value: median(ours.map(rate)), unit: '/s', limit: null },
      {
        name: 'CPU for a tenant, gauges and a row in the database, too',
        value: median(oursRecorded.map(cpu)),
        unit: 'ms',
        limit: null,
      },
      {
        name: "CPU for a tenant, the zone's own server asked, too",
        value: median(oursWithZone.map(cpu)),
        unit: 'ms',
        limit: null,
      },
      ...against("blackbox_exporter's three probes", ours, oursRecorded, theirs),
      ...(bare.length === 0
        ? []
        : [
            { name: 'CPU for two openssl connections', value: median(bare), unit: 'ms', limit: null },
            {
              name: 'CPU, ratio to two openssl connections',
              value: median(ours.map(({ cpuMs }, round) => cpuMs / (bare[round] ?? Number.NaN))),
              unit: '',
              limit: { most: 1.3 },
            },
          ]),
      {
        name: `resident memory of the verifier, ${options.tenants} tenants`,
        value: monitor.rssBytes() / 1_000_000,
        unit: 'MB',
        limit: null,
      },
    ];
  } finally {
    await Promise.all([monitor.stop(), monitorWithZone.stop()]);
    await blackbox?.stop();
    await openssl?.stop();
    await sandbox.stop();
    place.remove();
    zoned.remove();
  }
}

function against(
  peer: string,
  ours: readonly Cost[],
  oursRecorded: readonly Cost[],
  theirs: readonly Cost[],
): readonly Measure[] {
  if (theirs.length === 0) return [];
  const ratio = (costs: readonly Cost[], of: (cost: Cost) => number): number =>
    median(costs.map((cost, round) => of(cost) / of(theirs[round] ?? { cpuMs: NaN, perSecond: NaN })));
  return [
    { name: `CPU for ${peer}`, value: median(theirs.map(cpu)), unit: 'ms', limit: null },
    { name: `tenants/s of ${peer}`, value: median(theirs.map(rate)), unit: '/s', limit: null },
    { name: `CPU, ratio to ${peer}`, value: ratio(ours, cpu), unit: '', limit: { most: 0.75 } },
    {
      name: `tenants/s with gauges and rows, ratio to ${peer}`,
      value: ratio(oursRecorded, rate),
      unit: '',
      limit: { least: 1 },
    },
  ];
}

const cpu = ({ cpuMs }: Cost): number => cpuMs;
const rate = ({ perSecond }: Cost): number => perSecond;

interface Worker {
  readonly round: (order: RoundOrder) => Promise<Cost>;
  readonly rssBytes: () => number;
  readonly stop: () => Promise<void>;
}

async function startWorker(place: {
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
}): Promise<Worker> {
  const child = fork(WORKER, [place.file], { execArgv: [], env: place.env });
  const ended = once(child, 'exit').then(([code]) => new Error(`the verifier ended with ${String(code)}`));
  const answer = async (): Promise<unknown> => {
    const said = await Promise.race([once(child, 'message'), ended]);
    if (said instanceof Error) throw said;
    return said[0];
  };
  await answer();
  let rssBytes = 0;
  return {
    round: async (order) => {
      const { tenants } = order;
      child.send(order);
      const report = (await answer()) as RoundReport;
      if (report.tenants !== tenants) throw new Error(`only ${report.tenants} tenants were found`);
      if (report.notPassed > 0) throw new Error(`${report.notPassed} healthy tenants did not pass`);
      ({ rssBytes } = report);
      return { cpuMs: report.cpuMs / tenants, perSecond: (1_000 * tenants) / report.wallMs };
    },
    rssBytes: () => rssBytes,
    stop: async () => {
      child.disconnect();
      await ended;
    },
  };
}

/** For each tenant what a user of blackbox_exporter would have it do: dns, the site, the app's own address. */
async function probeAll(
  blackbox: Awaited<ReturnType<typeof startBlackbox>>,
  { addresses, tenants }: SandboxProcess,
  count: number,
): Promise<Cost> {
  const { httpsPort, resolvers, edge } = addresses;
  const before = blackbox.cpuMs();
  const startedMs = performance.now();
  await mapConcurrently(tenants.slice(0, count), CONCURRENCY, async (tenant) => {
    await Promise.all([
      blackbox.probe({ module: 'dns', target: resolvers[0] ?? '' }),
      blackbox.probe({
        module: 'https',
        target: `https://${edge[0] ?? ''}:${httpsPort}/`,
        hostname: hostnameOf(tenant),
      }),
      blackbox.probe({
        module: 'https',
        target: `https://127.0.0.2:${httpsPort}/`,
        hostname: `sp-${tenant}.fly.dev`,
      }),
    ]);
  });
  const wallMs = performance.now() - startedMs;
  return { cpuMs: (blackbox.cpuMs() - before) / count, perSecond: (1_000 * count) / wallMs };
}

function hostnameOf(tenant: string): string {
  return `${tenant}.${DOMAIN}`;
}
