import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Random } from '../src/model/time.ts';
import { between, pick, seededRandom } from './chance.ts';
import type { ChildSettings } from './delivery-child.ts';
import { judge, readDatabase, type Judgement } from './judge.ts';
import { CHANNELS, startReceiver, type Receiver } from './receiver.ts';

const CHILD = fileURLToPath(new URL('./delivery-child.ts', import.meta.url));
/** So many times as fast: a backoff of ten minutes is three seconds. */
const PACE = 200;
const LONGEST_LIFE_MS = 400;
const FINISH_WITHIN_MS = 180_000;

/** `start`: while it opens the database; `arrival`, `answer`: around one request; `work`: at any moment. */
const MOMENTS = { work: 60, start: 10, arrival: 10, answer: 20 } as const;
type Moment = keyof typeof MOMENTS;

export interface DeliverySoak extends Judgement {
  readonly kills: Readonly<Record<Moment, number>>;
}

export interface DeliverySoakOptions {
  readonly kills: number;
  readonly seed: number;
  readonly progress: (text: string) => void;
}

/** Kills the delivery so many times, lets it finish once, and compares what it stored with what arrived. */
export async function soakDelivery({ kills, seed, progress }: DeliverySoakOptions): Promise<DeliverySoak> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantwatch-soak-'));
  const random = seededRandom(seed);
  const receiver = await startReceiver(seededRandom(seed + 1));
  const common = {
    database: join(folder, 'tenantwatch.db'),
    receiverUrl: receiver.url,
    since: Date.now(),
    pace: PACE,
  };
  const counts: Record<Moment, number> = { work: 0, start: 0, arrival: 0, answer: 0 };
  let startMs = 300;
  try {
    for (let kill = 1; kill <= kills; kill += 1) {
      const moment = pick(random, MOMENTS);
      const child = startChild({ ...common, seed: seed + 1_000 * kill, finish: false });
      const ready = await killAt(moment, child, startMs, random, receiver);
      if (ready !== undefined) startMs = ready;
      counts[moment] += 1;
      if (kill % 25 === 0) progress(`${kill} kills, ${receiver.receipts.length} requests`);
    }
    receiver.heal();
    progress('no more kills, a healthy receiver: what is left must go out');
    const last = startChild({ ...common, seed, finish: true });
    const tooLong = setTimeout(() => last.process.kill('SIGKILL'), FINISH_WITHIN_MS);
    const [exitCode] = await last.exited;
    clearTimeout(tooLong);
    const judgement = judge(readDatabase(common.database), receiver.receipts, CHANNELS);
    const finished =
      exitCode === 0 ? [] : [`the last one could not deliver what was left: ${last.said() || 'time is up'}`];
    return { ...judgement, kills: counts, violations: [...finished, ...judgement.violations] };
  } finally {
    await receiver.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Child {
  readonly process: ChildProcess;
  /** Resolves when it works, or ended before. */
  readonly works: Promise<unknown>;
  readonly exited: Promise<readonly [number | null, NodeJS.Signals | null]>;
  readonly said: () => string;
}

function startChild(settings: ChildSettings): Child {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH },
  });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const exited = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const works = Promise.race([once(child.stdout, 'data'), exited]);
  return { process: child, works, exited, said: () => errors };
}

/** Returns how long the start took, where it was waited for. Throws when the child ended by itself. */
async function killAt(
  moment: Moment,
  child: Child,
  startMs: number,
  random: Random,
  receiver: Receiver,
): Promise<number | undefined> {
  const kill = (): void => {
    child.process.kill('SIGKILL');
  };
  const begun = performance.now();
  let ready: number | undefined;
  let timer: NodeJS.Timeout;
  if (moment === 'start') timer = setTimeout(kill, between(random, 20, startMs + 50));
  else {
    await child.works;
    ready = performance.now() - begun;
    if (moment === 'arrival') receiver.at('arrived', kill);
    if (moment === 'answer') receiver.at('answered', kill);
    timer = setTimeout(kill, moment === 'work' ? between(random, 20, LONGEST_LIFE_MS) : 2 * LONGEST_LIFE_MS);
  }
  const [exitCode, signal] = await child.exited;
  clearTimeout(timer);
  receiver.at('arrived', () => undefined);
  if (signal !== 'SIGKILL')
    throw new Error(`the delivery ended by itself with ${String(exitCode)}: ${child.said()}`);
  return ready;
}
