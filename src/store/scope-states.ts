import type { MonitorResult, PlatformResult } from '../model/diagnosis.ts';
import type { ScopeState } from '../model/history.ts';
import { worstVerdict } from '../model/verdict.ts';
import type { Connection } from './connection.ts';
import { packJson, unpackJson } from './packed-json.ts';

export interface ScopeStateTable {
  /** True when verdict or root differ from the state before; then the result is kept. */
  readonly record: (
    round:
      | { readonly scope: 'platform'; readonly at: number; readonly result: PlatformResult }
      | { readonly scope: 'monitor'; readonly at: number; readonly result: MonitorResult },
  ) => boolean;
  readonly latest: (scope: ScopeState['scope']) => ScopeState | null;
  /** Every state that overlaps the range. */
  readonly between: (
    scope: ScopeState['scope'],
    since: number,
    until: number,
    limit: number,
  ) => readonly ScopeState[];
}

interface Row {
  readonly scope: ScopeState['scope'];
  readonly at: number;
  readonly until: number;
  readonly verdict: ScopeState['verdict'];
  readonly code: ScopeState['code'];
  readonly data: Uint8Array;
}

export function createScopeStates(connection: Connection): ScopeStateTable {
  const columns = 'scope, at, until, verdict, code, data';
  const newest = connection.prepare<Row>(
    `SELECT ${columns} FROM scope_states WHERE scope = ? ORDER BY at DESC LIMIT 1`,
  );
  const extend = connection.prepare('UPDATE scope_states SET until = ? WHERE scope = ? AND at = ?');
  const insert = connection.prepare(
    'INSERT OR REPLACE INTO scope_states (scope, at, until, verdict, code, data) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const between = connection.prepare<Row>(
    `SELECT ${columns} FROM scope_states WHERE scope = ? AND until >= ? AND at < ? ORDER BY at DESC LIMIT ?`,
  );
  return {
    record: ({ scope, at, result }) =>
      connection.write(() => {
        const verdict = worstVerdict(result.checks.map((check) => check.verdict));
        const code = result.diagnosis?.code ?? null;
        const last = newest.get(scope);
        // A clock that was set back must not let the newest state end before it began.
        const time = Math.max(at, last?.until ?? 0);
        if (last?.verdict === verdict && last.code === code) {
          extend.run(time, scope, last.at);
          return false;
        }
        insert.run(
          scope,
          last?.at === time ? time + 1 : time,
          last?.at === time ? time + 1 : time,
          verdict,
          code,
          packJson(result),
        );
        return true;
      }),
    latest: (scope) =>
      connection.read(() => {
        const row = newest.get(scope);
        return row === undefined ? null : toState(row);
      }),
    between: (scope, since, until, limit) =>
      connection.read(() => between.all(scope, since, until, limit).map(toState)),
  };
}

function toState({ data, scope, ...row }: Row): ScopeState {
  return scope === 'platform'
    ? { ...row, scope, result: unpackJson(data) as PlatformResult }
    : { ...row, scope, result: unpackJson(data) as MonitorResult };
}
