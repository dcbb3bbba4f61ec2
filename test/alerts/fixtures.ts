import type { Alert, Notice, SendContext } from '../../src/model/alert.ts';
import type { Diagnosis } from '../../src/model/diagnosis.ts';
import type { Incident } from '../../src/model/incident.ts';
import { MINUTE_MS, type Clock } from '../../src/model/time.ts';

export const START = Date.UTC(2026, 10, 1, 3);

export const diagnosis: Diagnosis = {
  code: 'certificate-on-tenant-app',
  scope: 'tenant',
  severity: 'critical',
  certainty: 'certain',
  summary: 'sp-999bc6549a64 claims 999bc6549a64.example.com, and the handshake dies.',
  explanation: 'Fly no longer knows who ends TLS; visitors see a connection error.',
  explains: ['tls-handshake'],
  evidence: [
    'sp-999bc6549a64 holds a certificate for 999bc6549a64.example.com',
    'EOF during the handshake at 192.0.2.1',
  ],
  runbook: 'https://runbooks.example/certificate-on-tenant-app',
  remediation: [
    {
      kind: 'command',
      effect: 'changes',
      command: 'fly certs remove 999bc6549a64.example.com -a sp-999bc6549a64 -y',
      why: 'The certificate belongs to the management app',
    },
    { kind: 'manual', text: 'Wait a minute', why: 'the edge has to notice' },
    {
      kind: 'command',
      effect: 'reads',
      command: 'tenantwatch verify 999bc6549a64 --wait 2m',
      why: 'Proves it',
    },
  ],
};

export const incident: Incident = {
  id: 't-999bc6549a64-mhg',
  subject: { scope: 'tenant', name: '999bc6549a64' },
  state: 'open',
  code: diagnosis.code,
  severity: 'critical',
  certainty: 'certain',
  summary: diagnosis.summary,
  diagnosis: null,
  changing: null,
  changes: 0,
  startedAt: START,
  pendingSince: null,
  firstFailedAt: START,
  lastFailedAt: START,
  openedAt: START,
  firstGoodAt: null,
  resolvedAt: null,
  resolution: null,
  lastOutcomeAt: START,
  window: 'f',
  passes: 0,
  reopened: 0,
  acknowledged: null,
  silencedBy: null,
  mutedBy: null,
  storm: null,
  announcedTo: ['channel'],
  told: { code: diagnosis.code, severity: 'critical', memberCount: 0 },
  alerts: 1,
  lastAlertAt: START,
  reminders: 0,
  members: [],
  memberCount: 0,
};

export const opened: Alert = {
  id: `${incident.id}/1`,
  reason: 'opened',
  at: START,
  incident,
  diagnosis,
  tenant: { id: '999bc6549a64', hostname: '999bc6549a64.example.com', app: 'sp-999bc6549a64', labels: {} },
  deploy: {
    id: 'r12',
    version: 12,
    status: 'complete',
    reason: '',
    description: '',
    image: null,
    user: 'ci@example.com',
    createdAt: START - 41_000,
  },
  origin: 'created 2 s after release v12 of sp-999bc6549a64: likely the deploy pipeline',
  links: {
    runbook: 'https://runbooks.example/certificate-on-tenant-app',
    incident: 'https://watch.example/incidents/1?a=1&b=2',
    verify: null,
  },
};

export const resolved: Alert = {
  ...opened,
  id: `${incident.id}/2`,
  reason: 'resolved',
  at: START + 13 * MINUTE_MS,
  incident: {
    ...incident,
    state: 'resolved',
    firstGoodAt: START + 12 * MINUTE_MS + 5_000,
    resolvedAt: START + 13 * MINUTE_MS,
    resolution: 'recovered',
  },
};

export const acknowledged: Alert = {
  ...opened,
  id: `${incident.id}/3`,
  reason: 'acknowledged',
  incident: { ...incident, acknowledged: { by: 'ada', at: START, note: 'on it' } },
};

export const changed: Alert = {
  ...opened,
  id: `${incident.id}/4`,
  reason: 'changed',
  before: { code: diagnosis.code, severity: 'warning', memberCount: 0 },
};

export const notice: Notice = { id: 'test-1', reason: 'test', at: START, text: 'This is a test.' };

export function secret(value: string): { reveal: () => string } {
  return { reveal: () => value };
}

export function sendContext(more: Partial<SendContext> = {}): SendContext {
  return { signal: new AbortController().signal, handle: null, possibleRepeat: false, ...more };
}

/** Time that moves only when the test moves it; sleepers wake in the order of their times. */
export function manualClock(start = START) {
  let now = start;
  const sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();
  const clock: Clock = {
    now: () => now,
    monotonicMs: () => now - START,
    sleep: (durationMs, signal) =>
      new Promise((resolve, reject) => {
        const sleeper = { at: now + durationMs, wake: resolve };
        const abort = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
        };
        if (signal?.aborted === true) {
          abort();
          return;
        }
        signal?.addEventListener('abort', abort, { once: true });
        sleepers.add(sleeper);
      }),
  };
  return {
    clock,
    sleeping: () => sleepers.size,
    /** Lets everything run that is due within the time, one wake-up after the other. */
    advance: async (durationMs: number): Promise<void> => {
      const end = now + durationMs;
      for (;;) {
        await settled();
        const next = Array.from(sleepers).sort((a, b) => a.at - b.at)[0];
        if (next === undefined || next.at > end) break;
        now = Math.max(now, next.at);
        sleepers.delete(next);
        next.wake();
      }
      now = end;
      await settled();
    },
  };
}

/** Until what follows from promises that are settled has happened. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** The real clock. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: async (durationMs, signal) => {
    const { setTimeout: sleep } = await import('node:timers/promises');
    await sleep(durationMs, undefined, signal === undefined ? {} : { signal });
  },
};
