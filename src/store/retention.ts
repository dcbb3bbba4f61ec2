import { DAY_MS } from '../model/time.ts';
import { HOURS_FLOOR_KEY } from './availability.ts';
import type { Connection } from './connection.ts';
import { cutsForSize, FULL_SHARE, KINDS, type Cuts, type Kind, type Oldest } from './size-pressure.ts';

export interface RetentionPolicy {
  readonly keepRunsMs: number;
  readonly keepFailuresMs: number;
  readonly keepRollupsMs: number;
  /** Of the file. Wins over the times. */
  readonly maxSizeBytes: number;
}

export interface UpkeepStep {
  readonly removedRows: number;
  readonly freedPages: number;
  readonly bytes: number;
  /** Nothing is left to do for now. */
  readonly done: boolean;
}

export interface Upkeep {
  /** One bounded step (at most about 1,000 rows) of removing what is too old or too much. Call it again until done. */
  readonly step: (policy: RetentionPolicy, now: number) => UpkeepStep;
  /** Moves the write-ahead log into the file as far as readers allow, and gives its space back. */
  readonly checkpoint: () => void;
}

const ROWS_A_STEP = 1_000;
const TENANTS_A_STEP = 200;
/** One megabyte: about five milliseconds of moving pages. */
const PAGES_A_STEP = 256;
/** Free pages are used again; only many of them are given back before the file is near its limit. */
const FREE_SHARE = 0.1;
const FREE_PAGES = 1_024;
/** Hours are for looking closely; what is older is looked at by days. */
const HOURS_KEPT_MS = 35 * DAY_MS;

/** The part of a pass that looks at tenants one after the other, and then at the tables that are ordered by time. */
interface Pass {
  readonly cuts: Cuts;
  readonly afterTenant: number;
  readonly removed: number;
  readonly oldest: Record<Kind, number | null>;
}

export function createUpkeep(connection: Connection, bytes: () => number): Upkeep {
  const tenants = connection.prepare<{ id: number; rolled_until: number }>(
    'SELECT id, rolled_until FROM tenants WHERE id > ? ORDER BY id LIMIT ?',
  );
  const byTenant = (table: Exclude<Kind, 'evidence'>) => ({
    remove: connection.prepare(
      `DELETE FROM ${table} WHERE tenant = @id AND at IN
         (SELECT at FROM ${table} WHERE tenant = @id AND at < @cut ORDER BY at LIMIT @limit)`,
    ),
    oldest: connection.prepare<{ at: number | null }>(`SELECT min(at) AS at FROM ${table} WHERE tenant = ?`),
  });
  const tables = { runs: byTenant('runs'), hourly: byTenant('hourly'), daily: byTenant('daily') };
  const oldestEvidence = connection.prepare<{ at: number }>('SELECT at FROM evidence ORDER BY id LIMIT 1');
  const timed = timedTables(connection);
  const getFloor = connection.prepare<{ value: string }>('SELECT value FROM small_state WHERE key = ?');
  const setFloor = connection.prepare(
    'INSERT OR REPLACE INTO small_state (key, value, updated_at) VALUES (?, ?, ?)',
  );

  /** Unknown until the first pass has looked at every tenant. */
  let oldest: Oldest | undefined;
  let pass: Pass | undefined;

  const pages = () => {
    const size = Number(connection.pragma('page_size'));
    const all = Number(connection.pragma('page_count'));
    const free = Number(connection.pragma('freelist_count'));
    return { all, free, bytesInUse: (all - free) * size, fileBytes: all * size };
  };

  const cutsNow = (policy: RetentionPolicy, now: number): Cuts => {
    const byAge: Cuts = {
      runs: now - policy.keepRunsMs,
      evidence: now - policy.keepFailuresMs,
      hourly: now - Math.min(policy.keepRollupsMs, Math.max(policy.keepRunsMs, HOURS_KEPT_MS)),
      daily: now - policy.keepRollupsMs,
    };
    return cutsForSize(byAge, oldest ?? noneSeen(), pages().bytesInUse, policy.maxSizeBytes, now);
  };

  const beginPass = (policy: RetentionPolicy, now: number): Pass => {
    const cuts = cutsNow(policy, now);
    // By whole days, so that this is a write a day and not one each pass.
    const floor = String(Math.ceil(cuts.hourly / DAY_MS) * DAY_MS);
    if (getFloor.get(HOURS_FLOOR_KEY)?.value !== floor) setFloor.run(HOURS_FLOOR_KEY, floor, now);
    return { cuts, afterTenant: 0, removed: 0, oldest: noneSeen() };
  };

  /** One slice of tenants; how many rows went, and the pass as it goes on. */
  const sweepTenants = (
    current: Pass,
  ): { readonly pass: Pass; readonly more: boolean; readonly removed: number } => {
    let left = ROWS_A_STEP;
    let { afterTenant } = current;
    const slice = tenants.all(afterTenant, TENANTS_A_STEP);
    for (const { id, rolled_until } of slice) {
      for (const kind of ['runs', 'hourly', 'daily'] as const) {
        // A run that is not in the rollups yet would be lost for them.
        const cut = kind === 'runs' ? Math.min(current.cuts.runs, rolled_until + 1) : current.cuts[kind];
        const first = tables[kind].oldest.get(id)?.at ?? null;
        if (first !== null && first < cut && left > 0)
          left -= tables[kind].remove.run({ id, cut, limit: left }).changes;
        if (left === 0) break;
        current.oldest[kind] = earlier(current.oldest[kind], tables[kind].oldest.get(id)?.at ?? null);
      }
      if (left === 0) break; // The same tenant again in the next step: it may have more.
      afterTenant = id;
    }
    const removed = ROWS_A_STEP - left;
    return {
      pass: { ...current, afterTenant, removed: current.removed + removed },
      more: left === 0 || slice.length === TENANTS_A_STEP,
      removed,
    };
  };

  const sweepTimed = (current: Pass, policy: RetentionPolicy, now: number): number => {
    let left = ROWS_A_STEP;
    for (const remove of timed) if (left > 0) left -= remove(current.cuts, policy, now, left);
    return ROWS_A_STEP - left;
  };

  const freePages = (policy: RetentionPolicy): { readonly freed: number; readonly more: boolean } => {
    const before = pages();
    const wanted =
      before.fileBytes > policy.maxSizeBytes * FULL_SHARE
        ? before.free > 0
        : before.free > Math.max(FREE_PAGES, before.all * FREE_SHARE);
    if (!wanted) return { freed: 0, more: false };
    connection.exec(`PRAGMA incremental_vacuum(${PAGES_A_STEP})`);
    const freed = before.all - pages().all;
    return { freed, more: freed > 0 };
  };

  const step = (policy: RetentionPolicy, now: number): UpkeepStep =>
    connection.write(() => {
      const swept = sweepTenants(pass ?? beginPass(policy, now));
      const timedRows = swept.more ? 0 : sweepTimed(swept.pass, policy, now);
      let more = swept.more || timedRows === ROWS_A_STEP;
      pass = more ? { ...swept.pass, removed: swept.pass.removed + timedRows } : undefined;
      if (!more) {
        const looked = oldest !== undefined;
        const known: Record<Kind, number | null> = {
          ...swept.pass.oldest,
          evidence: oldestEvidence.get()?.at ?? null,
        };
        oldest = known;
        // The size can ask for another pass, as long as passes get anywhere.
        const next = cutsNow(policy, now);
        const canCut = KINDS.some((kind) => (known[kind] ?? next[kind]) < next[kind]);
        more = canCut && (!looked || swept.pass.removed + timedRows > 0);
      }
      const { freed, more: moreFree } = freePages(policy);
      return {
        removedRows: swept.removed + timedRows,
        freedPages: freed,
        bytes: bytes(),
        done: !more && !moreFree,
      };
    });

  return {
    step: (policy, now) => {
      try {
        return step(policy, now);
      } catch (error) {
        pass = undefined;
        throw error;
      }
    },
    checkpoint: () => {
      // Does what readers allow at once, and truncates only when nobody reads: never waits.
      const timeout = Number(connection.pragma('busy_timeout'));
      connection.pragma('busy_timeout = 0');
      try {
        connection.pragma('wal_checkpoint(TRUNCATE)');
      } finally {
        connection.pragma(`busy_timeout = ${timeout}`);
      }
    },
  };
}

type RemoveTimed = (cuts: Cuts, policy: RetentionPolicy, now: number, limit: number) => number;

/** Tables whose rows are found by time alone. Incidents that are alive and deliveries that are owed are never touched. */
function timedTables(connection: Connection): readonly RemoveTimed[] {
  const remove = (table: string, key: string, where: string) =>
    connection.prepare(
      `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE ${where} LIMIT ?)`,
    );
  // By id, which is the order of writing: the oldest are looked at, not the whole table.
  const evidence = connection.prepare(
    'DELETE FROM evidence WHERE at < ? AND id IN (SELECT id FROM evidence ORDER BY id LIMIT ?)',
  );
  const transitions = remove('transitions', 'id', 'at < ?');
  const results = remove('results', 'id', 'at < ?');
  const deploys = connection.prepare(
    `DELETE FROM deploys WHERE (app, release) IN (SELECT app, release FROM deploys AS old WHERE created_at < ?
       AND EXISTS (SELECT 1 FROM deploys AS newer WHERE newer.app = old.app AND newer.created_at > old.created_at)
       LIMIT ?)`,
  );
  const claims = remove('claims', 'id', 'gone_at < ?');
  const scopes = connection.prepare(
    `DELETE FROM scope_states WHERE (scope, at) IN (SELECT scope, at FROM scope_states AS old WHERE until < ?
       AND EXISTS (SELECT 1 FROM scope_states AS newer WHERE newer.scope = old.scope AND newer.at > old.at) LIMIT ?)`,
  );
  // What was told of an open incident is told again to a channel that forgets. What was given up goes no later than what was sent
  // after it, or it would be taken for the newest when someone asks for it again.
  const settled = remove(
    'deliveries',
    'seq',
    `state IN ('sent', 'dead') AND created_at < ?
       AND grp NOT IN (SELECT id FROM incidents WHERE state <> 'resolved')`,
  );
  const handles = connection.prepare(
    `DELETE FROM delivery_handles WHERE (channel, grp) IN (SELECT channel, grp FROM delivery_handles AS old
       WHERE updated_at < ? AND NOT EXISTS (SELECT 1 FROM incidents WHERE id = old.grp AND state <> 'resolved') LIMIT ?)`,
  );
  // Never opened: nobody was told, so nobody asks.
  const blips = remove('incidents', 'id', `state = 'resolved' AND opened_at IS NULL AND resolved_at < ?`);
  const incidents = remove(
    'incidents',
    'id',
    `state = 'resolved' AND resolved_at < ? AND NOT EXISTS
       (SELECT 1 FROM deliveries WHERE grp = incidents.id AND state IN ('waiting', 'leased'))`,
  );
  const silences = remove('silences', 'id', 'ends_at < ?');
  const changes = (statement: ReturnType<typeof remove>, before: number, limit: number): number =>
    statement.run(before, limit).changes;
  const olderThan =
    (statement: ReturnType<typeof remove>, keep: keyof Omit<RetentionPolicy, 'maxSizeBytes'>): RemoveTimed =>
    (_cuts, policy, now, limit) =>
      changes(statement, now - policy[keep], limit);
  return [
    (cuts, _policy, _now, limit) => changes(evidence, cuts.evidence, limit),
    olderThan(transitions, 'keepFailuresMs'),
    olderThan(results, 'keepFailuresMs'),
    olderThan(scopes, 'keepFailuresMs'),
    olderThan(settled, 'keepFailuresMs'),
    olderThan(blips, 'keepRunsMs'),
    olderThan(deploys, 'keepRollupsMs'),
    olderThan(claims, 'keepRollupsMs'),
    olderThan(handles, 'keepRollupsMs'),
    olderThan(incidents, 'keepRollupsMs'),
    olderThan(silences, 'keepRollupsMs'),
  ];
}

function noneSeen(): Record<Kind, number | null> {
  return { runs: null, evidence: null, hourly: null, daily: null };
}

function earlier(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b);
}
