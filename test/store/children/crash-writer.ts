import { writeSync } from 'node:fs';
import { openStore } from '../../../src/store/index.ts';
import { aDelivery, anIncident, aResult, aRun, recordingLogger, T0 } from '../fixtures.ts';

/** What the child says after each commit: only what was said was promised. */
export interface Committed {
  readonly kind: 'ready' | 'runs' | 'incident' | 'sent';
  readonly number: number;
}

const RUNS_A_BATCH = 50;

/** Writes everything that a daemon writes, as fast as it can, until it is killed. */
function main(path: string, first: number): void {
  const store = openStore({
    path,
    clock: { now: () => Date.now() },
    logger: recordingLogger(),
    daemon: true,
  });
  const say = (kind: Committed['kind'], number: number): void => {
    writeSync(1, `${JSON.stringify({ kind, number } satisfies Committed)}\n`);
  };
  say('ready', first);
  const policy = { keepRunsMs: 1e12, keepFailuresMs: 1e12, keepRollupsMs: 1e12, maxSizeBytes: 1e12 };
  for (let number = first; ; number += 1) {
    const at = T0 + number * RUNS_A_BATCH;
    store.runs.append(
      Array.from({ length: RUNS_A_BATCH }, (_, index) => ({
        run: aRun(`t${index}`, at + index, { verdict: number % 3 === 0 ? 'fail' : 'pass' }),
        evidence: number % 3 === 0 ? aResult(`t${index}`) : null,
      })),
    );
    say('runs', number);
    const id = `i${number}`;
    store.commitIncidents([
      {
        incident: anIncident(id, { subject: { scope: 'tenant', name: id }, firstFailedAt: T0 + number }),
        events: [{ incident: id, at, kind: 'opened', by: null, text: 'opened' }],
        deliveries: [
          aDelivery(`${id}-slack`, { group: id }),
          aDelivery(`${id}-mail`, { group: id, channel: 'mail' }),
        ],
      },
    ]);
    say('incident', number);
    for (const delivery of store.outbox.lease(Date.now(), 1, 60_000))
      store.outbox.sent(delivery.id, number, id);
    say('sent', number);
    store.rollups.advance(at, { all: true });
    store.upkeep.step(policy, at);
    if (number % 7 === 0) store.upkeep.checkpoint();
  }
}

const [path, first] = process.argv.slice(2);
if (path !== undefined && first !== undefined) main(path, Number(first));
