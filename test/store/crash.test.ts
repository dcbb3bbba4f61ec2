import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { openStore } from '../../src/store/index.ts';
import type { Committed, Said } from './children/crash-writer.ts';
import { recordingLogger, T0, temporaryFolder } from './fixtures.ts';

const CHILD = fileURLToPath(new URL('./children/crash-writer.ts', import.meta.url));
/** SOAK=50 makes two hundred. */
const KILLS = 4 * Number(process.env.SOAK ?? '1');
const RUNS_A_BATCH = 50;

/** Starts the writer, kills it at a random moment of its work, and returns what it had said by then. */
async function writeUntilKilled(path: string, first: number): Promise<readonly Said[]> {
  const child = spawn(process.execPath, [CHILD, path, String(first)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said: Said[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    said.push(JSON.parse(line) as Said);
    if (said.length === 1) setTimeout(() => child.kill('SIGKILL'), Math.random() * 120);
  });
  const ended = once(child, 'exit');
  await once(lines, 'close');
  assert.deepEqual(await ended, [null, 'SIGKILL']);
  return said;
}

/** How many batches of runs, incidents and sent deliveries are in the file. */
type Counts = Readonly<Record<Committed, number>>;

describe(`a database whose writer is killed ${KILLS} times under load`, () => {
  it('is whole, and holds exactly what was committed', async (context) => {
    const path = join(temporaryFolder(context), 'tenantwatch.db');
    let counts: Counts = { runs: 0, incident: 0, sent: 0 };
    for (let kill = 0; kill < KILLS; kill += 1) {
      // A batch whose incident is missing is written again, as a repetition that changes nothing.
      const said = await writeUntilKilled(path, counts.incident);
      assert.equal(said[0]?.kind, 'ready', 'the writer could not open what the one before left');
      const found = countIn(path);
      const last = said.at(-1);
      const promised = promisedAfter(counts, said);
      // Of the one commit that was under way it is not known whether it happened; of everything else it is.
      const possible =
        last === undefined || last.kind === 'ready' || last.done
          ? [promised]
          : [promised, promisedAfter(promised, [{ ...last, done: true }])];
      assert.ok(
        possible.some((one) => isDeepStrictEqual(one, found)),
        `found ${JSON.stringify(found)}, possible ${JSON.stringify(possible)} after kill ${kill + 1}`,
      );
      counts = found;
    }
    const database = new Database(path, { readonly: true });
    assert.deepEqual(database.pragma('integrity_check'), [{ integrity_check: 'ok' }]);
    database.close();
  });
});

function promisedAfter(before: Counts, said: readonly Said[]): Counts {
  const counts = { ...before };
  for (const one of said) {
    if (one.kind === 'ready' || !one.done) continue;
    // Batches and incidents are numbered from 0, and a repetition adds none; a delivery is sent in every round.
    counts[one.kind] = one.kind === 'sent' ? counts.sent + 1 : Math.max(counts[one.kind], one.number + 1);
  }
  return counts;
}

/** What is in the file, after checking that every transaction in it is whole. */
function countIn(path: string): Counts {
  const store = openStore({ path, clock: { now: () => 0 }, logger: recordingLogger(), daemon: true });
  const database = new Database(path, { readonly: true });
  const count = (sql: string): number => database.prepare<[], { n: number }>(sql).get()?.n ?? 0;
  try {
    const runs = count('SELECT count(*) AS n FROM runs');
    assert.equal(runs % RUNS_A_BATCH, 0);
    assert.equal(store.runs.latest().size, Math.min(runs, RUNS_A_BATCH));
    const incident = count('SELECT count(*) AS n FROM incidents');
    assert.equal(count('SELECT count(*) AS n FROM incident_events'), incident);
    assert.equal(count('SELECT count(*) AS n FROM deliveries'), 2 * incident);
    const counted = store.rollups.availability(null, T0);
    assert.equal(
      counted.reduce((sum, { pass, fail }) => sum + pass + fail, 0),
      runs,
    );
    return {
      runs: runs / RUNS_A_BATCH,
      incident,
      sent: count(`SELECT count(*) AS n FROM deliveries WHERE state = 'sent'`),
    };
  } finally {
    database.close();
    store.close();
  }
}
