import { rmSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createRunWriter, openStore, StoreError } from '../../../src/store/index.ts';
import { aDelivery, anIncident, aRun, recordingLogger, T0 } from '../fixtures.ts';

/** What the child reports at the end. */
export interface FillReport {
  readonly code: string;
  readonly passing: boolean;
  readonly committed: number;
  readonly runsAdded: number;
  readonly runsWaitingThen: number;
  /** After there was space again. */
  readonly incidents: number;
  readonly runs: number;
  readonly deliveries: number;
  readonly integrity: boolean;
}

/** Writes until the disk takes no more, waits for space (a line on stdin, or removing `filler`), and goes on. */
async function main(path: string, filler: string | undefined): Promise<void> {
  const store = openStore({ path, clock: { now: () => T0 }, logger: recordingLogger(), daemon: true });
  const sleep = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const writer = createRunWriter({ runs: store.runs, clock: { sleep }, logger: recordingLogger() });
  const input = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  writeSync(1, 'ready\n');
  await input.next();

  let committed = 0;
  let runsAdded = 0;
  const commit = (): void => {
    const id = `i${committed}`;
    const subject = { scope: 'tenant', name: id } as const;
    store.commitIncidents([
      {
        incident: anIncident(id, { subject, summary: 'x'.repeat(5_000) }),
        events: [],
        deliveries: [aDelivery(id)],
      },
    ]);
    committed += 1;
  };
  const error = ((): StoreError => {
    for (;;) {
      for (let index = 0; index < 20; index += 1)
        writer.add({ run: aRun('a', T0 + (runsAdded += 1)), evidence: null });
      try {
        commit();
      } catch (caught) {
        if (caught instanceof StoreError) return caught;
        throw caught;
      }
    }
  })();
  // A few small runs may still fit where a large incident did not.
  while (writer.state().trouble === null) {
    for (let index = 0; index < 1_000; index += 1)
      writer.add({ run: aRun('a', T0 + (runsAdded += 1)), evidence: null });
    writer.flush();
  }
  const runsWaitingThen = writer.state().waiting;
  // What is there is still readable, and nothing half is.
  if (store.incidents.unresolved().length !== committed) throw new Error('a commit was lost or half done');

  if (filler === undefined) {
    writeSync(1, 'full\n');
    await input.next();
  } else rmSync(filler);
  commit();
  while (!writer.flush()) await sleep();

  const report: FillReport = {
    code: error.code,
    passing: error.passing,
    committed,
    runsAdded,
    runsWaitingThen,
    incidents: store.incidents.unresolved().length,
    runs: store.runs.between('a', 0, Infinity, 1e9).length,
    deliveries: store.outbox.list({ limit: 1e9 }).length,
    integrity: true,
  };
  store.close();
  // The daemon's check of the whole file at its start.
  openStore({ path, clock: { now: () => T0 }, logger: recordingLogger(), daemon: true }).close();
  writeSync(1, `${JSON.stringify(report)}\n`);
  process.exit(0);
}

const [path, filler] = process.argv.slice(2);
if (path !== undefined) await main(path, filler);
