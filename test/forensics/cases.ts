import type { AppLog, Case } from '../../src/forensics/case.ts';
import type { Release } from '../../src/model/fly.ts';
import type { ClaimRecord } from '../../src/model/history.ts';
import { APP, claim, HOST, MANAGEMENT, NOW, TENANT } from '../support/snapshots.ts';

/** The incident as it lay before people: deployed at 06:20, refused at 06:28, all times UTC. */
export const DEPLOYED = Date.parse('2026-01-31T06:20:00Z');
export const REFUSED = NOW;
export const REPAIRED = Date.parse('2026-01-31T06:35:00Z');

export function release(version: number, createdAt: number, changes: Partial<Release> = {}): Release {
  return {
    id: `release-${version}`,
    version,
    status: 'complete',
    reason: 'deploy',
    description: 'Release',
    image: 'registry.fly.io/site:1',
    user: 'Deploy Bot',
    createdAt,
    ...changes,
  };
}

export function record(
  createdAt: number | null,
  changes: Partial<Omit<ClaimRecord, 'claim'>> & { readonly app?: string; readonly hostname?: string } = {},
): ClaimRecord {
  const { app = APP, hostname = HOST, ...rest } = changes;
  const seen = createdAt ?? REFUSED;
  return {
    claim: claim(hostname, app, {
      createdAt,
      state: 'awaiting-configuration',
      status: 'Awaiting configuration',
    }),
    firstSeenAt: seen + 5_000,
    lastSeenAt: REFUSED,
    goneAt: null,
    ...rest,
  };
}

export function log(app: string, lines: readonly (readonly [at: number, message: string])[]): AppLog {
  return {
    app,
    known: true,
    value: {
      lines: lines.map(([at, message]) => ({ at, message })),
      covers: { from: DEPLOYED - 60_000, until: REPAIRED },
    },
  };
}

export const CONTROL_LINE = [REFUSED + 1_000, 'No tenant for request subdomain=control-x'] as const;

export function replay(at: number, app = APP): readonly [number, string] {
  return [at, `Replaying request to tenant app subdomain=${TENANT} fly_app=${app}`];
}

export function received(at: number): readonly [number, string] {
  return [at, 'Request received path=/ method=GET'];
}

/** Created 41 s after release v12, refused at the edge, nothing else. */
export function caseOf(changes: Partial<Case> = {}): Case {
  return {
    tenant: { id: TENANT, hostname: HOST, app: APP, labels: {} },
    managementApp: MANAGEMENT,
    takenAt: REPAIRED,
    claim: record(DEPLOYED + 41_000),
    certificatesUnread: null,
    earlier: [],
    others: [],
    releases: [{ app: APP, releases: { known: true, value: [release(12, DEPLOYED)] } }],
    runs: {
      lastGoodAt: DEPLOYED - 30_000,
      firstFailedAt: DEPLOYED + 60_000,
      firstRefusedAt: REFUSED,
      lastFailedAt: REPAIRED - 5_000,
      firstGoodAt: REPAIRED,
    },
    window: { from: REFUSED, until: REFUSED + 300_000 },
    logs: {
      management: log(MANAGEMENT, [replay(DEPLOYED - 30_000), CONTROL_LINE]),
      tenant: log(APP, [received(DEPLOYED - 30_000)]),
    },
    edgeErrors: { known: true, value: 0 },
    ...changes,
  };
}
