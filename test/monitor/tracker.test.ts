import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DEFAULT_INCIDENT_POLICY, type Outcome } from '../../src/incidents/index.ts';
import type { IncidentChange } from '../../src/model/delivery.ts';
import type { Diagnosis } from '../../src/model/diagnosis.ts';
import type { Incident } from '../../src/model/incident.ts';
import type { Tenant } from '../../src/model/tenant.ts';
import { HOUR_MS } from '../../src/model/time.ts';
import { createTracker } from '../../src/monitor/tracker.ts';

const CLAIM: Diagnosis = {
  code: 'certificate-on-tenant-app',
  scope: 'tenant',
  severity: 'critical',
  certainty: 'certain',
  summary: 'sp-aaa claims aaa.example.io',
  explanation: '',
  explains: ['tls-handshake'],
  evidence: [],
  runbook: '',
  remediation: [],
};

function harness(labels: Tenant['labels'] = {}, known: readonly Incident[] = []) {
  const state = {
    now: 1_000_000,
    storeAway: false,
    historyAway: false,
    channels: ['on-call'],
    tenants: new Map<string, Tenant>(),
  };
  state.tenants.set('aaa', { id: 'aaa', hostname: 'aaa.example.io', app: 'sp-aaa', labels });
  const committed: IncidentChange[] = [];
  const told: number[] = [];
  const errors: string[] = [];
  const quiet = (): void => undefined;
  const tracker = createTracker({
    policy: DEFAULT_INCIDENT_POLICY,
    clock: { now: () => state.now, monotonicMs: () => state.now, sleep: () => Promise.resolve() },
    logger: { debug: quiet, info: quiet, warn: quiet, error: (_fields, message) => errors.push(message) },
    known,
    past: () => undefined,
    commit: (changes) => {
      if (state.storeAway) throw new Error('database or disk is full');
      committed.push(...changes);
    },
    silences: () => [],
    tenant: (id) => state.tenants.get(id),
    fleetSize: () => state.tenants.size,
    channelsFor: () => state.channels,
    hasChannel: (name) => state.channels.includes(name),
    before: () => {
      if (state.historyAway) throw new Error('the database is locked');
      return { deploy: null, origin: null };
    },
    links: () => ({ runbook: null, incident: null, verify: null }),
    stormDiagnosis: () => null,
    committed: (_changed, deliveries) => told.push(deliveries),
  });
  const outcome = (verdict: Outcome['verdict']): Outcome => ({
    subject: { scope: 'tenant', name: 'aaa' },
    at: (state.now += 1_000),
    verdict,
    diagnosis: verdict === 'fail' ? CLAIM : null,
    explainedBy: null,
  });
  const note = (verdict: Outcome['verdict']): void => {
    tracker.note(outcome(verdict));
    tracker.flush();
  };
  const states = (): readonly Incident['state'][] => committed.map(({ incident }) => incident.state);
  const reasons = (): readonly string[] =>
    committed.flatMap(({ deliveries }) => deliveries.map(({ message }) => message.reason));
  return { state, tracker, note, committed, told, errors, states, reasons };
}

describe('the tracker', () => {
  it('stores a certain finding with its delivery in one change, and the end after two passes', () => {
    const { note, reasons, states, told } = harness();
    note('fail');
    note('pass');
    note('pass');
    assert.deepEqual(reasons(), ['opened', 'resolved']);
    assert.deepEqual(states(), ['open', 'open', 'resolved']);
    assert.equal(
      told.reduce((sum, count) => sum + count, 0),
      2,
    );
  });

  it('tells a channel that was taken out of the configuration the end, and nothing else', () => {
    const { state, note, tracker, committed } = harness();
    state.channels = ['on-call', 'former'];
    note('fail');
    state.channels = ['on-call'];
    state.now += HOUR_MS;
    note('fail');
    tracker.acknowledge(tracker.unresolved()[0]?.id ?? '', 'ada', null);
    note('pass');
    note('pass');
    assert.deepEqual(
      committed.flatMap(({ deliveries }) =>
        deliveries.map(({ channel, message }) => `${channel} ${message.reason}`),
      ),
      [
        'on-call opened',
        'former opened',
        'on-call reminder',
        'on-call acknowledged',
        'on-call resolved',
        'former resolved',
      ],
    );
  });

  it('writes nothing for passing runs of a subject without trouble', () => {
    const { note, committed } = harness();
    note('pass');
    note('unknown');
    assert.deepEqual(committed, []);
  });

  it('decides again when the database is back: nothing is told before it is stored, nothing is lost', () => {
    const { state, note, tracker, reasons, errors } = harness();
    state.storeAway = true;
    note('fail');
    note('fail');
    assert.deepEqual(reasons(), []);
    assert.deepEqual(tracker.unresolved(), [], 'memory follows the disk');
    assert.equal(errors.length, 1, 'said once');
    state.storeAway = false;
    tracker.flush();
    assert.deepEqual(reasons(), ['opened']);
  });

  it('knows after a long trouble with the database since when it fails', () => {
    const { state, note, tracker, committed } = harness();
    state.storeAway = true;
    const began = state.now + 1_000;
    for (let run = 0; run < 50; run += 1) note('fail');
    state.storeAway = false;
    tracker.flush();
    const [change] = committed;
    assert.equal(change?.incident.firstFailedAt, began);
    assert.equal(change.incident.lastFailedAt, state.now);
  });

  it('tells nothing, and loses nothing, while what an alert carries cannot be read', () => {
    const { state, note, tracker, reasons, errors } = harness();
    state.historyAway = true;
    note('fail');
    assert.deepEqual([reasons(), errors.length], [[], 1]);
    state.historyAway = false;
    tracker.flush();
    assert.deepEqual(reasons(), ['opened']);
  });

  it('goes on after a restart with the latest incident of a subject, however the list is sorted', () => {
    const first = harness();
    first.note('fail');
    first.note('pass');
    first.note('pass');
    const last = first.committed.at(-1)?.incident;
    assert.ok(last?.state === 'resolved');
    const startedAt = last.startedAt - 500;
    const blip: Incident = { ...last, id: 'blip', startedAt, openedAt: null, alerts: 0 };
    for (const known of [
      [last, blip],
      [blip, last],
    ]) {
      const { state, note, tracker } = harness({}, known);
      state.now = (last.resolvedAt ?? 0) + 1_000;
      note('fail');
      assert.deepEqual(
        tracker.unresolved().map(({ id, reopened }) => [id, reopened]),
        [[last.id, 1]],
      );
    }
  });

  it('ends the incident of a tenant that is gone, and tells whoever was told', () => {
    const { state, note, tracker, reasons, committed } = harness();
    note('fail');
    state.tenants.clear();
    tracker.closeAbsent();
    assert.deepEqual(reasons(), ['opened', 'resolved']);
    assert.equal(committed.at(-1)?.incident.resolution, 'removed');
    tracker.closeAbsent();
    assert.equal(reasons().length, 2, 'once');
  });

  it('ends the incident of a tenant that is suspended on purpose', () => {
    const { state, note, tracker, committed } = harness();
    note('fail');
    state.tenants.set('aaa', {
      id: 'aaa',
      hostname: 'aaa.example.io',
      app: 'sp-aaa',
      labels: { suspended: 'true' },
    });
    tracker.closeAbsent();
    assert.equal(committed.at(-1)?.incident.resolution, 'suspended');
    const before = committed.length;
    note('fail');
    assert.equal(committed.length, before, 'a run that was under way opens nothing again');
  });

  it('acknowledges by id, and says when there is no such incident', () => {
    const { note, tracker } = harness();
    note('fail');
    const [incident] = tracker.unresolved();
    assert.equal(tracker.acknowledge(incident?.id ?? '', 'ann', 'on it')?.acknowledged?.by, 'ann');
    assert.equal(tracker.acknowledge('nothing', 'ann', null), undefined);
  });

  it('owes nothing for an act that could not be stored: whoever acted was told so', () => {
    const { note, state, tracker } = harness();
    note('fail');
    state.storeAway = true;
    assert.equal(tracker.acknowledge(tracker.unresolved()[0]?.id ?? '', 'ann', null), undefined);
    assert.equal(tracker.stored(), false);
    state.storeAway = false;
    tracker.flush();
    assert.equal(tracker.stored(), true);
  });

  it('owes what a run found until it is stored', () => {
    const { note, state, tracker } = harness();
    state.storeAway = true;
    note('fail');
    tracker.flush();
    assert.equal(tracker.stored(), false);
    state.storeAway = false;
    tracker.flush();
    assert.equal(tracker.stored(), true);
    assert.equal(tracker.unresolved().length, 1);
  });
});
