import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { DEFAULT_INCIDENT_POLICY } from '../../src/incidents/index.ts';
import type { Notice } from '../../src/model/alert.ts';
import type { Incident } from '../../src/model/incident.ts';
import type { OperatorRequest } from '../../src/model/operator-request.ts';
import { DAY_MS } from '../../src/model/time.ts';
import { createFleet } from '../../src/monitor/fleet.ts';
import { createTracker, type Tracker } from '../../src/monitor/tracker.ts';
import type { Store } from '../../src/store/index.ts';
import { takeRequests } from '../../src/wiring/operator-inbox.ts';
import { createWatchdog } from '../../src/wiring/watchdog.ts';
import { anIncident, recordingLogger, T0, temporaryStore } from '../store/fixtures.ts';

const OPEN = anIncident('t-a1-1', { subject: { scope: 'tenant', name: 'a1' } });
const LONG_OVER = anIncident('t-a1-0', {
  subject: { scope: 'tenant', name: 'a1' },
  state: 'resolved',
  resolvedAt: T0 - DAY_MS,
  firstFailedAt: T0 - 2 * DAY_MS,
});

interface Inbox {
  readonly store: Store;
  readonly tracker: Tracker;
  readonly take: () => void;
  readonly ask: (request: Partial<OperatorRequest>) => number;
}

/** A database with one incident under way and an old one, and the daemon's tracker over it. */
function inbox(context: TestContext, commit?: (store: Store) => Store['commitIncidents']): Inbox {
  const store = temporaryStore(context);
  store.commitIncidents([OPEN, LONG_OVER].map((incident) => ({ incident, events: [], deliveries: [] })));
  const clock = { now: () => T0 + 10, monotonicMs: () => 0, sleep: () => Promise.resolve() };
  const logger = recordingLogger();
  const tracker = createTracker({
    policy: DEFAULT_INCIDENT_POLICY,
    clock,
    logger,
    known: store.incidents.unresolved(),
    past: (id) => store.incidents.get(id) ?? undefined,
    commit: commit?.(store) ?? store.commitIncidents,
    silences: () => [],
    tenant: () => undefined,
    fleetSize: () => 1,
    channelsFor: () => ['slack'],
    hasChannel: () => true,
    before: () => ({ deploy: null, origin: null }),
    links: () => ({ runbook: null, incident: null, verify: null }),
    stormDiagnosis: () => null,
    committed: () => undefined,
  });
  return {
    store,
    tracker,
    take: () => {
      takeRequests({ store, tracker, clock, logger });
    },
    ask: (request) =>
      store.requests.add({
        action: 'acknowledge',
        incident: OPEN.id,
        by: 'ada',
        note: null,
        at: T0,
        ...request,
      }),
  };
}

describe('requests of operators', () => {
  it('acknowledge, withdraw and resolve, and tell the channels that know of it', (context) => {
    const { store, take, ask } = inbox(context);
    const current = (): Incident | null => store.incidents.get(OPEN.id);
    ask({ note: 'on it' });
    take();
    assert.deepEqual(current()?.acknowledged, { by: 'ada', at: T0 + 10, note: 'on it' });
    ask({ action: 'unacknowledge' });
    take();
    assert.equal(current()?.acknowledged, null);
    const resolving = ask({ action: 'resolve', by: 'bob', note: 'the customer left' });
    take();
    assert.deepEqual([current()?.state, current()?.resolution], ['resolved', 'closed']);
    assert.match(store.requests.answerTo(resolving)?.text ?? '', /resolved by hand/u);
    assert.deepEqual(
      store.outbox.list({}).map(({ message }) => message.reason),
      ['resolved', 'acknowledged'],
    );
    assert.deepEqual(
      store.incidents.events(OPEN.id).map(({ kind, by, text }) => [kind, by, text]),
      [
        ['note', 'bob', 'the customer left'],
        ['acknowledged', 'ada', 'on it'],
        ['unacknowledged', 'ada', 'reminders go on'],
        ['resolved', 'bob', 'closed by hand'],
      ],
    );
    assert.deepEqual(
      store.audit.list({}).map(({ actor, action, outcome }) => [actor, action, outcome]),
      [
        ['bob', 'incident.resolve', 'done'],
        ['ada', 'incident.unacknowledge', 'done'],
        ['ada', 'incident.acknowledge', 'done'],
      ],
    );
  });

  it('a note reaches an incident that is long over and replaces nothing in memory', (context) => {
    const { store, tracker, take, ask } = inbox(context);
    ask({ action: 'note', incident: LONG_OVER.id, note: 'see #812', at: T0 - 5 });
    take();
    assert.deepEqual(store.incidents.events(LONG_OVER.id), [
      { incident: LONG_OVER.id, at: T0 - 5, kind: 'note', by: 'ada', text: 'see #812' },
    ]);
    assert.equal(tracker.get(OPEN.id)?.state, 'open');
  });

  it('that were carried out before a crash are not carried out twice', (context) => {
    const { store, tracker, take, ask } = inbox(context);
    tracker.annotate(OPEN.id, 'ada', 'see #812', T0);
    tracker.acknowledge(OPEN.id, 'ada', null);
    const requests = [ask({ action: 'note', note: 'see #812' }), ask({})];
    take();
    assert.deepEqual(
      requests.map((id) => store.requests.answerTo(id)?.text),
      ['noted', 'acknowledged already by ada'],
    );
    assert.equal(store.incidents.events(OPEN.id).length, 2);
  });

  it('that came too late or mean nothing are refused with the reason', (context) => {
    const { store, take, ask } = inbox(context);
    const requests = [
      ask({ incident: LONG_OVER.id }),
      ask({ incident: 'gone', action: 'resolve' }),
      ask({ incident: 'gone', action: 'note', note: 'x' }),
      ask({ action: 'note' }),
    ];
    take();
    assert.deepEqual(
      requests.map((id) => store.requests.answerTo(id)).map((answer) => [answer?.outcome, answer?.text]),
      [
        ['refused', 'the incident is over'],
        ['refused', 'the incident is over'],
        ['refused', 'there is no such incident'],
        ['refused', 'the note is empty'],
      ],
    );
  });

  it('wait while the database cannot keep what they change', (context) => {
    let away = true;
    const { store, take, ask } = inbox(context, ({ commitIncidents }) => (changes) => {
      if (away) throw new Error('disk full');
      commitIncidents(changes);
    });
    const request = ask({});
    assert.throws(take, /could not be stored/u);
    assert.equal(store.requests.answerTo(request), null);
    away = false;
    take();
    assert.equal(store.requests.answerTo(request)?.outcome, 'done');
  });
});

describe('the sign of life', () => {
  it('goes to every channel once an interval, after the first look around', (context) => {
    const store = temporaryStore(context);
    const fleet = createFleet();
    let now = T0;
    let woken = 0;
    const options = {
      intervalMs: DAY_MS,
      channels: ['slack', 'mail'],
      outbox: store.outbox,
      fleet,
      tracker: { unresolved: () => [OPEN] },
      clock: { now: () => now },
      wake: () => {
        woken += 1;
      },
    };
    const watchdog = createWatchdog(options);
    const sent = (): readonly string[] => store.outbox.list({}).map(({ id }) => id);
    watchdog();
    assert.deepEqual(sent(), []);
    fleet.setTenants([{ id: 'a1', hostname: 'a1.example.test', app: 'sp-a1', labels: {} }]);
    fleet.setShared({ at: now, snapshot: {}, result: {} } as never);
    watchdog();
    watchdog();
    createWatchdog(options)();
    assert.equal(sent().length, 2, 'also after a restart');
    const { text } = store.outbox.list({})[0]?.message as Notice;
    assert.equal(text, 'tenantwatch is alive and watches 1 tenant; open incidents: 1.');
    for (const id of sent()) store.outbox.sent(id, now, null);
    now += DAY_MS;
    watchdog();
    assert.equal(sent().length, 4);
    assert.equal(woken, 3);
    createWatchdog({ ...options, intervalMs: null })();
    assert.equal(woken, 3);
  });
});
