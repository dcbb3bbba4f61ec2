import { writeSync } from 'node:fs';
import { openStore } from '../../../src/store/index.ts';
import { aDelivery, anIncident, aResult, aRun, recordingLogger, T0 } from '../fixtures.ts';

/**
 * What the child says before and after each commit. A pipe keeps what was written into it, however the writer ends: what is done was
 * promised, and of what was only begun it is not known whether it is there.
 */
export type Said =
  { readonly kind: 'ready' } | { readonly kind: Committed; readonly number: number; readonly done: boolean };

export type Committed = 'runs' | 'incident' | 'sent';

const RUNS_A_BATCH = 50;

/** Writes everything that a daemon writes, as fast as it can, until it is killed. */
function main(path: string, first: number): void {
  const store = openStore({
    path,
    clock: { now: () => Date.now() },
    logger: recordingLogger(),
    daemon: true,
  });
  const say = (said: Said): void => {
    writeSync(1, `${JSON.stringify(said)}\n`);
  };
  const commit = (kind: Committed, number: number, work: () => void): void => {
    say({ kind, number, done: false });
    work();
    say({ kind, number, done: true });
  };
  say({ kind: 'ready' });
  const policy = { keepRunsMs: 1e12, keepFailuresMs: 1e12, keepRollupsMs: 1e12, maxSizeBytes: 1e12 };
  for (let number = first; ; number += 1) {
    const at = T0 + number * RUNS_A_BATCH;
    const batch = Array.from({ length: RUNS_A_BATCH }, (_, index) => ({
      run: aRun(`t${index}`, at + index, { verdict: number % 3 === 0 ? 'fail' : 'pass' }),
      evidence: number % 3 === 0 ? aResult(`t${index}`) : null,
    }));
    commit('runs', number, () => {
      store.runs.append(batch);
    });
    const id = `i${number}`;
    const change = {
      incident: anIncident(id, { subject: { scope: 'tenant', name: id }, firstFailedAt: T0 + number }),
      events: [{ incident: id, at, kind: 'opened', by: null, text: 'opened' } as const],
      deliveries: [
        aDelivery(`${id}-slack`, { group: id }),
        aDelivery(`${id}-mail`, { group: id, channel: 'mail' }),
      ],
    };
    commit('incident', number, () => {
      store.commitIncidents([change]);
    });
    for (const delivery of store.outbox.lease(Date.now(), 1, 60_000))
      commit('sent', number, () => {
        store.outbox.sent(delivery.id, number, id);
      });
    store.rollups.advance(at, { all: true });
    store.upkeep.step(policy, at);
    if (number % 7 === 0) store.upkeep.checkpoint();
  }
}

const [path, first] = process.argv.slice(2);
if (path !== undefined && first !== undefined) main(path, Number(first));
