import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../src/store/index.ts';
import type { Committed } from './children/crash-writer.ts';
import { recordingLogger, T0, temporaryFolder } from './fixtures.ts';

const CHILD = fileURLToPath(new URL('./children/crash-writer.ts', import.meta.url));
/** SOAK=50 makes two hundred. */
const KILLS = 4 * Number(process.env.SOAK ?? '1');
const RUNS_A_BATCH = 50;

/** Starts the writer, kills it at a random moment of its work, and returns what it had said by then. */
async function writeUntilKilled(path: string, first: number): Promise<readonly Committed[]> {
  const child = spawn(process.execPath, [CHILD, path, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: Committed[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    said.push(JSON.parse(line) as Committed);
    if (said.length === 1) setTimeout(() => child.kill('SIGKILL'), Math.random() * 120);
  });
  const ended = once(child, 'exit');
  await once(lines, 'close');
  assert.deepEqual(await ended, [null, 'SIGKILL']);
  return said;
}

describe(`a database whose writer is killed ${KILLS} times under load`, () => {
  it('is whole, and holds everything that was committed', async (context) => {
    const path = join(temporaryFolder(context), 'tenantwatch.db');
    const last = { ready: -1, runs: -1, incident: -1, sent: -1 };
    let saidSent = 0;
    let first = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const said = await writeUntilKilled(path, first);
      assert.equal(said[0]?.kind, 'ready', 'the writer could not open what the one before left');
      for (const { kind, number } of said) last[kind] = Math.max(last[kind], number);
      saidSent += said.filter(({ kind }) => kind === 'sent').length;
      const found = checkNothingLost(path, last, saidSent);
      // What was found was committed, said or not; from now on it must not go either.
      last.runs = found.runs;
      last.incident = found.incident;
      // The next one goes on behind what is there; a batch without its incident is written again as a repetition.
      first = found.incident + 1;
    }
    const database = new Database(path, { readonly: true });
    assert.deepEqual(database.pragma('integrity_check'), [{ integrity_check: 'ok' }]);
    database.close();
  });
});

/** Returns the highest numbers that are in the file, said or not. */
function checkNothingLost(
  path: string,
  last: Readonly<Record<'runs' | 'incident', number>>,
  saidSent: number,
): { readonly runs: number; readonly incident: number } {
  const store = openStore({ path, clock: { now: () => 0 }, logger: recordingLogger(), daemon: true });
  const database = new Database(path, { readonly: true });
  const count = (sql: string): number => database.prepare<[], { n: number }>(sql).get()?.n ?? 0;
  try {
    // A transaction that was written but not said may be there, too: whole.
    const runs = count('SELECT count(*) AS n FROM runs');
    assert.equal(runs % RUNS_A_BATCH, 0);
    const batches = runs / RUNS_A_BATCH;
    assert.ok(
      batches === last.runs + 1 || batches === last.runs + 2,
      `${batches} of ${last.runs + 1} batches`,
    );
    assert.equal(store.runs.latest().size, Math.min(runs, RUNS_A_BATCH));
    const incidents = count('SELECT count(*) AS n FROM incidents');
    assert.ok(
      incidents === last.incident + 1 || incidents === last.incident + 2,
      `${incidents} of ${last.incident + 1} incidents`,
    );
    assert.equal(count('SELECT count(*) AS n FROM incident_events'), incidents);
    assert.equal(count('SELECT count(*) AS n FROM deliveries'), 2 * incidents);
    const sent = count(`SELECT count(*) AS n FROM deliveries WHERE state = 'sent'`);
    assert.ok(sent >= saidSent && sent <= incidents, `${sent} sent of ${saidSent}`);
    const counted = store.rollups.availability(null, T0);
    assert.equal(
      counted.reduce((sum, { pass, fail }) => sum + pass + fail, 0),
      runs,
    );
    return { runs: batches - 1, incident: incidents - 1 };
  } finally {
    database.close();
    store.close();
  }
}
