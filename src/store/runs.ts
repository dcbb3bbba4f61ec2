import type { TenantResult } from '../model/diagnosis.ts';
import type { Standing } from '../model/history.ts';
import type { Run } from '../model/run.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Codebook } from './codebook.ts';
import type { Connection } from './connection.ts';
import type { EvidenceWriter } from './evidence.ts';
import type { RollupWriter } from './rollups.ts';
import { packedRows, packRun, standingOf, unpackRows, unpackRun, type PackedRows } from './run-row.ts';
import type { TenantKeys } from './tenant-keys.ts';
import type { TransitionWriter } from './transitions.ts';

/** A run and, for failures, the whole result as evidence. */
export interface RunEntry {
  readonly run: Run;
  readonly evidence: TenantResult | null;
}

export interface RunTable {
  /**
   * Any order, any mix of tenants. Also notes transitions. A run that is already there is not kept twice, another run of
   * the same millisecond is moved by one. Durations are kept in tenths of a millisecond.
   */
  readonly append: (entries: readonly RunEntry[]) => void;
  /** The newest run of each tenant that ever had one, also of tenants that are gone. */
  readonly latest: () => ReadonlyMap<string, Run>;
  readonly latestOf: (tenant: string) => Run | null;
  readonly between: (tenant: string, since: number, until: number, limit: number) => readonly Run[];
  /** The newest run before `before` with one of these verdicts, among the 50,000 before it. */
  readonly lastWith: (tenant: string, verdicts: readonly Verdict[], before: number) => Run | null;
  /** Ids of all tenants with history, sorted. */
  readonly tenants: () => readonly string[];
}

/** How far back a run with a certain verdict is looked for. */
const LOOK_BACK_RUNS = 50_000;
/** Two runs of one tenant within a millisecond are rare, this many a fault of the caller. */
const MOST_IN_A_ROW = 1_000;

export interface RunParts {
  readonly connection: Connection;
  readonly keys: TenantKeys;
  readonly codes: Codebook;
  readonly evidence: EvidenceWriter;
  readonly transitions: TransitionWriter;
  readonly rollups: RollupWriter;
}

interface Row {
  readonly at: number;
  readonly data: Uint8Array;
}

interface TenantRow {
  readonly rolled_until: number;
  readonly latest_at: number;
  readonly latest: Uint8Array | null;
}

export function createRuns({ connection, keys, codes, evidence, transitions, rollups }: RunParts): RunTable {
  const insert = connection.prepare(
    'INSERT INTO runs (tenant, at, data) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const selectOne = connection.prepare<Row>('SELECT at, data FROM runs WHERE tenant = ? AND at = ?');
  const selectTenant = connection.prepare<TenantRow>(
    'SELECT rolled_until, latest_at, latest FROM tenants WHERE id = ?',
  );
  const setLatest = connection.prepare('UPDATE tenants SET latest_at = ?, latest = ? WHERE id = ?');
  const newestFirst =
    'SELECT at, data FROM runs WHERE tenant = ? AND at >= ? AND at < ? ORDER BY at DESC LIMIT ?';
  const between = connection.prepare<PackedRows>(packedRows(newestFirst));
  const walkBack = connection.prepare<Row>(newestFirst);
  const selectLatest = connection.prepare<{ name: string; at: number; data: Uint8Array }>(
    'SELECT name, latest_at AS at, latest AS data FROM tenants WHERE latest IS NOT NULL ORDER BY id',
  );
  const latestOf = connection.prepare<Row>(
    'SELECT latest_at AS at, latest AS data FROM tenants WHERE name = ? AND latest IS NOT NULL',
  );
  const names = connection.prepare<{ name: string }>('SELECT name FROM tenants ORDER BY name');

  const toRun = (tenant: string, row: Row): Run => unpackRun(tenant, row.at, row.data, codes);

  /** The time under which the run was kept, or undefined when it was there already. */
  const insertOnce = (key: number, at: number, data: Uint8Array): number | undefined => {
    for (let moved = at; moved < at + MOST_IN_A_ROW; moved += 1) {
      if (insert.run(key, moved, data).changes === 1) return moved;
      const there = selectOne.get(key, moved);
      if (there !== undefined && Buffer.compare(there.data, data) === 0) return undefined;
    }
    throw new RangeError('too many runs of one tenant within a second');
  };

  const noteTransition = (key: number, at: number, before: Uint8Array | null, to: Standing): void => {
    const from = before === null ? null : standingOf(before, codes);
    if (from?.verdict !== to.verdict || from.code !== to.code) transitions.add(key, at, from, to);
  };

  return {
    append: (entries) => {
      if (entries.length === 0) return;
      const inOrder = entries.toSorted((a, b) => a.run.at - b.run.at);
      connection.write(() => {
        for (const { run, evidence: result } of inOrder) {
          const key = keys.ensure(run.tenant);
          const data = packRun(run, codes);
          const at = insertOnce(key, Math.round(run.at), data);
          if (at === undefined) continue;
          const tenant = selectTenant.get(key);
          if (tenant === undefined || at > tenant.latest_at) {
            noteTransition(key, at, tenant?.latest ?? null, run);
            setLatest.run(at, data, key);
          }
          if (tenant !== undefined && at <= tenant.rolled_until) rollups.addLate(key, at, run);
          if (result !== null) evidence.add(key, at, result);
        }
      });
    },
    latest: () =>
      connection.read(() => new Map(selectLatest.all().map((row) => [row.name, toRun(row.name, row)]))),
    latestOf: (tenant) =>
      connection.read(() => {
        const row = latestOf.get(tenant);
        return row === undefined ? null : toRun(tenant, row);
      }),
    between: (tenant, since, until, limit) =>
      connection.read(() => {
        const key = keys.find(tenant);
        if (key === undefined) return [];
        return unpackRows(tenant, between.get(key, since, until, limit), codes);
      }),
    lastWith: (tenant, verdicts, before) =>
      connection.read(() => {
        const key = keys.find(tenant);
        if (key === undefined) return null;
        const wanted: ReadonlySet<Verdict> = new Set(verdicts);
        for (const row of walkBack.iterate(key, 0, before, LOOK_BACK_RUNS)) {
          if (wanted.has(standingOf(row.data, codes).verdict)) return toRun(tenant, row);
        }
        return null;
      }),
    tenants: () => connection.read(() => names.all().map((row) => row.name)),
  };
}
