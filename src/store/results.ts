import type { TenantResult, VerifyResult } from '../model/diagnosis.ts';
import type { Run } from '../model/run.ts';
import type { StageTimings } from '../model/stages.ts';
import type { Trigger } from '../model/verdict.ts';
import type { Connection } from './connection.ts';
import { packJson, unpackJson } from './packed-json.ts';
import type { RunTable } from './runs.ts';
import type { ScopeStateTable } from './scope-states.ts';

export interface SaveOptions {
  readonly trigger: Trigger;
  /** Stage timings by tenant id. */
  readonly stages?: ReadonlyMap<string, StageTimings>;
}

export interface ResultTable {
  readonly latest: () => VerifyResult | null;
  readonly list: (limit: number) => readonly VerifyResult[];
}

interface Row {
  readonly data: Uint8Array;
}

export function createResults(
  connection: Connection,
  runs: RunTable,
  scopes: ScopeStateTable,
): { readonly table: ResultTable; readonly save: (result: VerifyResult, options: SaveOptions) => void } {
  const insert = connection.prepare('INSERT INTO results (at, data) VALUES (?, ?)');
  const list = connection.prepare<Row>('SELECT data FROM results ORDER BY at DESC, id DESC LIMIT ?');
  const read = (limit: number): readonly VerifyResult[] =>
    connection.read(() => list.all(limit).map((row) => unpackJson(row.data) as VerifyResult));
  return {
    table: { list: read, latest: () => read(1)[0] ?? null },
    save: (result, options) => {
      const at = Date.parse(result.startedAt);
      connection.durable(() => {
        insert.run(at, packJson(result));
        scopes.record({ scope: 'monitor', at, result: result.monitor });
        scopes.record({ scope: 'platform', at, result: result.platform });
        runs.append(
          result.tenants.map((tenant) => ({
            run: toRun(tenant, at, options),
            evidence: tenant.verdict === 'fail' ? tenant : null,
          })),
        );
      });
    },
  };
}

function toRun(result: TenantResult, at: number, { trigger, stages }: SaveOptions): Run {
  return {
    tenant: result.tenant,
    at,
    durationMs: result.durationMs,
    trigger,
    verdict: result.verdict,
    code: result.diagnosis?.code ?? result.explainedBy?.code ?? null,
    notPassed: result.checks
      .filter((check) => check.verdict !== 'pass')
      .map(({ id, verdict, reason }) => ({ check: id, verdict, reason })),
    stages: stages?.get(result.tenant) ?? {},
  };
}
