import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { NewDelivery } from '../../src/model/delivery.ts';
import type { TenantResult, VerifyResult } from '../../src/model/diagnosis.ts';
import type { Claim, Release } from '../../src/model/fly.ts';
import type { Incident } from '../../src/model/incident.ts';
import type { LogFields, Logger } from '../../src/model/logger.ts';
import type { Run } from '../../src/model/run.ts';
import { openStore, type RunEntry, type Store, type StoreOptions } from '../../src/store/index.ts';

/** A Sunday, 00:00 UTC. */
export const T0 = Date.UTC(2026, 10, 1);

/** Folder that goes with the test. */
export function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'tenantwatch-store-'));
  context.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

export interface LogLine {
  readonly level: keyof Logger;
  readonly fields: LogFields;
  readonly message: string;
}

export function recordingLogger(): Logger & { readonly lines: readonly LogLine[] } {
  const lines: LogLine[] = [];
  const at =
    (level: keyof Logger) =>
    (fields: LogFields, message: string): void => {
      lines.push({ level, fields, message });
    };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** A store in a folder of its own, closed and removed after the test. */
export function temporaryStore(context: TestContext, options: Partial<StoreOptions> = {}): Store {
  const store = openStore({
    path: join(temporaryFolder(context), 'tenantwatch.db'),
    clock: { now: () => T0 },
    logger: recordingLogger(),
    ...options,
  });
  context.after(() => {
    store.close();
  });
  return store;
}

export function aRun(tenant: string, at: number, changes: Partial<Run> = {}): Run {
  return {
    tenant,
    at,
    durationMs: 81.2,
    trigger: 'schedule',
    verdict: 'pass',
    code: null,
    notPassed: [],
    stages: { resolve: 3.4, connect: 11, handshake: 24.5, 'first-byte': 31.1, transfer: 0.4, direct: 40 },
    ...changes,
  };
}

export function entries(...runs: readonly Run[]): RunEntry[] {
  return runs.map((run) => ({ run, evidence: null }));
}

export function aResult(tenant: string, changes: Partial<TenantResult> = {}): TenantResult {
  return {
    tenant,
    hostname: `${tenant}.example.test`,
    app: `sp-${tenant}`,
    verdict: 'fail',
    durationMs: 812,
    checks: [
      {
        id: 'tls-handshake',
        verdict: 'fail',
        reason: 'eof-during-handshake',
        summary: 'the edge closed the connection',
        evidence: { address: '192.0.2.1' },
        durationMs: 31,
      },
    ],
    diagnosis: null,
    explainedBy: null,
    alsoFound: [],
    ...changes,
  };
}

export function aVerifyResult(startedAt: number, tenants: readonly TenantResult[]): VerifyResult {
  return {
    schema: 'tenantwatch.verify/1',
    startedAt: new Date(startedAt).toISOString(),
    durationMs: 900,
    verdict: 'fail',
    monitor: { checks: [], diagnosis: null, alsoFound: [] },
    platform: { checks: [], diagnosis: null, alsoFound: [] },
    tenants,
  };
}

export function aClaim(hostname: string, app: string, changes: Partial<Claim> = {}): Claim {
  return {
    hostname,
    app,
    state: 'issued',
    status: 'Ready',
    createdAt: T0,
    expiresAt: null,
    source: 'fly',
    notes: [],
    ...changes,
  };
}

export function aRelease(version: number, createdAt: number): Release {
  return {
    id: `r${version}`,
    version,
    status: 'succeeded',
    reason: 'deploy',
    description: '',
    image: null,
    user: 'dev@example.test',
    createdAt,
  };
}

export function anIncident(id: string, changes: Partial<Incident> = {}): Incident {
  return {
    id,
    subject: { scope: 'tenant', name: '999bc6549a64' },
    state: 'open',
    code: 'certificate-on-tenant-app',
    severity: 'critical',
    certainty: 'certain',
    summary: 'the app claims the hostname',
    diagnosis: null,
    changing: null,
    changes: 0,
    startedAt: T0,
    pendingSince: null,
    firstFailedAt: T0,
    lastFailedAt: T0 + 5_000,
    openedAt: T0 + 5_000,
    firstGoodAt: null,
    resolvedAt: null,
    resolution: null,
    lastOutcomeAt: T0 + 5_000,
    window: 'ff',
    passes: 0,
    reopened: 0,
    acknowledged: null,
    silencedBy: null,
    mutedBy: null,
    storm: null,
    announcedTo: ['slack'],
    told: null,
    alerts: 1,
    lastAlertAt: T0 + 5_000,
    reminders: 0,
    members: [],
    memberCount: 0,
    ...changes,
  };
}

export function aDelivery(id: string, changes: Partial<NewDelivery> = {}): NewDelivery {
  return {
    id,
    channel: 'slack',
    group: 'incident-1',
    message: { id, reason: 'test', at: T0, text: `message ${id}` },
    createdAt: T0,
    ...changes,
  };
}
