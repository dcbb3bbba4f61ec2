import type { TenantResult } from '../model/diagnosis.ts';
import { MINUTE_MS } from '../model/time.ts';
import type { Connection } from './connection.ts';
import { packJson, unpackJson } from './packed-json.ts';
import type { TenantKeys } from './tenant-keys.ts';

export interface EvidenceRecord {
  readonly tenant: string;
  readonly at: number;
  readonly result: TenantResult;
}

export interface EvidenceTable {
  readonly between: (
    tenant: string,
    since: number,
    until: number,
    limit: number,
  ) => readonly EvidenceRecord[];
  /** The newest at or before `at`. */
  readonly at: (tenant: string, at: number) => EvidenceRecord | null;
}

/** The same failure again is kept this often: a site that is down for a month would otherwise fill the disk. */
const SAME_AGAIN_MS = 5 * MINUTE_MS;

export interface EvidenceWriter extends EvidenceTable {
  /** Only inside a write transaction. */
  readonly add: (tenant: number, at: number, result: TenantResult) => void;
}

interface Row {
  readonly at: number;
  readonly data: Uint8Array;
}

export function createEvidence(connection: Connection, keys: TenantKeys): EvidenceWriter {
  const insert = connection.prepare(
    'INSERT INTO evidence (tenant, at, data) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const between = connection.prepare<Row>(
    'SELECT at, data FROM evidence WHERE tenant = ? AND at >= ? AND at < ? ORDER BY at DESC LIMIT ?',
  );
  const newest = connection.prepare<Row>(
    'SELECT at, data FROM evidence WHERE tenant = ? AND at <= ? ORDER BY at DESC LIMIT 1',
  );
  const lastKept = new Map<number, { readonly at: number; readonly findings: string }>();
  connection.onRollback(() => {
    lastKept.clear();
  });

  const toRecord = (tenant: string, row: Row): EvidenceRecord => ({
    tenant,
    at: row.at,
    result: unpackJson(row.data) as TenantResult,
  });

  return {
    add: (tenant, at, result) => {
      const findings = findingsOf(result);
      const last = lastKept.get(tenant);
      if (last?.findings === findings && Math.abs(at - last.at) < SAME_AGAIN_MS) return;
      insert.run(tenant, at, packJson(result));
      lastKept.set(tenant, { at, findings });
    },
    between: (tenant, since, until, limit) =>
      connection.read(() => {
        const key = keys.find(tenant);
        if (key === undefined) return [];
        return between.all(key, since, until, limit).map((row) => toRecord(tenant, row));
      }),
    at: (tenant, at) =>
      connection.read(() => {
        const key = keys.find(tenant);
        const row = key === undefined ? undefined : newest.get(key, at);
        return row === undefined ? null : toRecord(tenant, row);
      }),
  };
}

/** What two results have in common when they say the same. */
function findingsOf(result: TenantResult): string {
  const checks = result.checks.map((check) => `${check.id} ${check.verdict} ${check.reason ?? ''}`);
  const codes = result.alsoFound.map((finding) => finding.code);
  return [result.diagnosis?.code, result.explainedBy?.code, ...codes, ...checks].join('\n');
}
