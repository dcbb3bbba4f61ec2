/**
 * The part of a daemon that turns outcomes into incidents and delivers them, as a process that can be killed: the real
 * store, tracker and pipeline over real channels, with outcomes made up from a seed in place of probing. What it prints
 * is for its starter to know when it works; nothing is judged by it.
 */
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createDelivery, createNotifiers } from '../src/alerts/index.ts';
import type { IncidentPolicy, Outcome } from '../src/incidents/index.ts';
import type { Diagnosis } from '../src/model/diagnosis.ts';
import type { Subject } from '../src/model/incident.ts';
import type { LogFields, Logger } from '../src/model/logger.ts';
import { MINUTE_MS, SECOND_MS, type Clock, type Random } from '../src/model/time.ts';
import { createTracker } from '../src/monitor/tracker.ts';
import { openStore } from '../src/store/index.ts';
import { pick, seededRandom } from './chance.ts';

export interface ChildSettings {
  readonly database: string;
  readonly receiverUrl: string;
  readonly seed: number;
  /** So many times as fast does time pass since then: hours of retries in minutes. */
  readonly since: number;
  readonly pace: number;
  /** Lets all trouble end, sends what is left, and ends. */
  readonly finish: boolean;
}

const POLICY: IncidentPolicy = {
  openAfter: { failures: 3, of: 4 },
  resolveAfter: 2,
  reopenWithinMs: 10 * SECOND_MS,
  reminders: [30 * MINUTE_MS],
  stormShare: 1,
  // Members of a storm are told of through it; here every opening is told, so that it can be counted.
  stormCount: 1_000,
};

const SUBJECTS: readonly Subject[] = [
  ...['a1', 'b2', 'c3', 'd4', 'e5', 'f6'].map((name): Subject => ({ scope: 'tenant', name })),
  { scope: 'platform', name: 'platform' },
  { scope: 'monitor', name: 'monitor' },
];

/** More than these are not made while the receiver does not take them. */
const BACKLOG = 25;

async function main(settings: ChildSettings): Promise<void> {
  const random = seededRandom(settings.seed);
  const clock = fastClock(settings);
  const logger = errorsOnly();
  const store = openStore({ path: settings.database, clock, logger, daemon: true });
  const hidden = (text: string) => ({ reveal: () => text });
  const delivery = createDelivery({
    outbox: store.outbox,
    notifiers: createNotifiers(
      [
        {
          type: 'webhook',
          name: 'webhook',
          url: hidden(`${settings.receiverUrl}/webhook`),
          secret: hidden('soak'),
        },
        {
          type: 'slack',
          mode: 'webhook',
          name: 'slack',
          webhookUrl: hidden(`${settings.receiverUrl}/slack`),
        },
      ],
      { userAgent: 'tenantwatch-soak', clock, timeoutMs: 100 },
    ),
    clock,
    random,
    logger,
    recorder: { delivery: () => undefined },
  });
  const tracker = createTracker({
    policy: POLICY,
    clock,
    logger,
    known: [
      ...store.incidents.resolvedSince(clock.now() - POLICY.reopenWithinMs),
      ...store.incidents.unresolved(),
    ],
    past: (id) => store.incidents.get(id) ?? undefined,
    commit: store.commitIncidents,
    silences: () => [],
    tenant: (id) => ({ id, hostname: `${id}.example.test`, app: `sp-${id}`, labels: {} }),
    fleetSize: () => SUBJECTS.length,
    channelsFor: () => ['webhook', 'slack'],
    hasChannel: () => true,
    before: () => ({ deploy: null, origin: null }),
    // The number makes the link name the alert: Slack's messages have no id.
    links: ({ id, alerts }) => ({
      runbook: null,
      incident: `http://soak.invalid/incidents/${id}/${alerts}`,
      verify: null,
    }),
    stormDiagnosis: () => null,
    committed: (_changed, deliveries) => {
      if (deliveries > 0) delivery.wake();
    },
  });
  const undelivered = (): number =>
    store.outbox.list({ state: 'waiting', limit: 2 * BACKLOG }).length +
    store.outbox.list({ state: 'leased', limit: 2 * BACKLOG }).length;
  const feed = (make: (subject: Subject) => Outcome): void => {
    for (const subject of SUBJECTS) {
      if (!settings.finish && random() < 0.5) continue;
      tracker.note(make(subject));
      // One by one: trouble that begins and ends within one round is nobody's news.
      tracker.flush();
    }
  };

  delivery.start();
  writeSync(1, 'works\n');
  const weather = createWeather(random, clock);
  while (!settings.finish || tracker.unresolved().length > 0 || undelivered() > 0) {
    await sleep(3);
    if (settings.finish) feed((subject) => passing(subject, clock.now()));
    else if (undelivered() < BACKLOG) feed(weather);
    else tracker.flush();
  }
  await delivery.stop();
  store.close();
}

/** Subjects fall ill and recover, look doubtful, or are hidden by someone else's trouble. */
function createWeather(random: Random, clock: Clock): (subject: Subject) => Outcome {
  const ill = new Map<Subject, Diagnosis>();
  const fallIll = (subject: Subject): void => {
    ill.set(subject, diagnosisOf(subject, random));
  };
  for (const subject of SUBJECTS) if (random() < 0.5) fallIll(subject);
  return (subject) => {
    if (random() < 0.2 && !ill.delete(subject)) fallIll(subject);
    if (random() < 0.03 && ill.has(subject)) fallIll(subject);
    const at = clock.now();
    if (random() < 0.05) return { subject, at, verdict: 'unknown', diagnosis: null, explainedBy: null };
    if (subject.scope === 'tenant' && random() < 0.03) {
      const explainedBy = { scope: 'platform', code: 'platform-tls-outage' } as const;
      return { subject, at, verdict: 'fail', diagnosis: null, explainedBy };
    }
    const diagnosis = ill.get(subject);
    if (diagnosis === undefined) return passing(subject, at);
    return { subject, at, verdict: 'fail', diagnosis, explainedBy: null };
  };
}

function passing(subject: Subject, at: number): Outcome {
  return { subject, at, verdict: 'pass', diagnosis: null, explainedBy: null };
}

const CODES = {
  tenant: { 'certificate-on-tenant-app': 5, 'handshake-refused': 2, 'site-error': 1 },
  platform: { 'platform-tls-outage': 3, 'wildcard-certificate-expiring': 1 },
  monitor: { 'fly-api-unavailable': 3, 'resolver-failing': 1 },
} as const;

function diagnosisOf({ scope, name }: Subject, random: Random): Diagnosis {
  const code = pick<Diagnosis['code']>(random, CODES[scope] as Record<Diagnosis['code'], number>);
  return {
    code,
    scope,
    severity: pick(random, { critical: 4, warning: 1 }),
    certainty: pick(random, { certain: 3, likely: 1 }),
    summary: `${name} has ${code}`,
    explanation: 'Visitors see a TLS error.',
    explains: [],
    evidence: [`handshake with ${name} refused 3 of 3 times`],
    runbook: 'https://runbooks.example.test',
    remediation: [],
  };
}

function fastClock({ since, pace }: ChildSettings): Clock {
  let latest = 0;
  return {
    // Never the same twice: the time of an outcome is its name.
    now: () => (latest = Math.max(latest + 1, Math.round(since + (Date.now() - since) * pace))),
    monotonicMs: () => performance.now() * pace,
    sleep: async (durationMs, signal) => {
      await sleep(durationMs / pace, undefined, { signal });
    },
  };
}

/** Failed attempts are the purpose; an error is one of ours, or the database's. */
function errorsOnly(): Logger {
  const nothing = (): void => undefined;
  const error = (fields: LogFields, message: string): void => {
    writeSync(2, `${message} ${JSON.stringify(fields)}\n`);
  };
  return { debug: nothing, info: nothing, warn: nothing, error };
}

const [settings] = process.argv.slice(2);
if (settings !== undefined) await main(JSON.parse(settings) as ChildSettings);
