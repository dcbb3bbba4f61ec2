import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { closeRemoved, deliveriesOf, trackRound, type IncidentStep } from '../../src/incidents/index.ts';
import type { Incident, Silence } from '../../src/model/incident.ts';
import type { NewDelivery } from '../../src/model/delivery.ts';
import { MINUTE_MS } from '../../src/model/time.ts';
import { book, claim, context, diagnosis, latent, outcome, refused, START, tenant } from './fixtures.ts';

const NAMES = ['t0', 't1', 't2', 't3', 't4', 't5', 't6', 't7'] as const;
type Seen = Parameters<typeof outcome>[0];

const seen = fc.constantFrom<Seen>(
  'pass',
  'pass',
  'warn',
  'unknown',
  'skipped',
  claim,
  latent,
  refused,
  diagnosis('site-error', 'warning', 'likely'),
  { scope: 'platform', code: 'platform-tls-outage' },
);

const silences = fc.array(
  fc.record({
    matcher: fc.constantFrom(
      { tenant: 't*' },
      { tenant: 't1' },
      { problem: 'certificate-*' },
      { tenant: 't[' },
    ),
    startsAt: fc.integer({ min: 0, max: 60 }).map((at) => START + at * MINUTE_MS),
    lengthMs: fc.integer({ min: 1, max: 30 }).map((minutes) => minutes * MINUTE_MS),
  }),
  { maxLength: 2 },
);

/** What happens in one round: outcomes, perhaps the same for everybody, a tenant removed, other routes. */
const round = fc.record({
  gapMs: fc.constantFrom(1000, MINUTE_MS, 7 * MINUTE_MS, 90 * MINUTE_MS),
  everybody: fc.option(seen, { freq: 3 }),
  each: fc.dictionary(fc.constantFrom(...NAMES), seen, { maxKeys: 8 }),
  removed: fc.option(fc.constantFrom(...NAMES), { freq: 12 }),
  channels: fc.constantFrom(['slack'], ['slack', 'pager'], ['pager'], []),
});

type Round = typeof round extends fc.Arbitrary<infer Value> ? Value : never;

/** A daemon that stores everything as JSON, may restart after every round, and may process a round twice. */
function live(
  rounds: readonly Round[],
  planned: readonly { matcher: Silence['matcher']; startsAt: number; lengthMs: number }[],
  twice: boolean,
) {
  const kept = book();
  const rows: NewDelivery[] = [];
  const quiet: string[] = [];
  let now = START;
  const stored: Silence[] = planned.map(({ matcher, startsAt, lengthMs }, index) => ({
    id: `s${index}`,
    matcher,
    author: 'ada',
    reason: 'maintenance',
    createdAt: START,
    startsAt,
    endsAt: startsAt + lengthMs,
    untilDeployOf: null,
  }));

  const store = (steps: readonly IncidentStep[]): void => {
    for (const step of steps) {
      const links = { runbook: null, incident: null, verify: null };
      const facts = { tenant: null, deploy: null, origin: null, links };
      rows.push(...deliveriesOf(step, facts, now));
    }
    kept.take(steps);
    for (const [key, incident] of kept.known) {
      kept.known.set(key, JSON.parse(JSON.stringify(incident)) as Incident);
    }
  };

  const step = (one: Round): void => {
    now += one.gapMs;
    const names = one.everybody === null ? Object.keys(one.each) : [...NAMES];
    const outcomes = names.map((name) => outcome(one.everybody ?? one.each[name] ?? 'pass', now, name));
    const more = {
      fleet: NAMES.length,
      silences: stored,
      channelsFor: () => one.channels,
      tenantOf: (id: string) => tenant(id),
    };
    store(trackRound(kept.known, outcomes, context(now, more)));
    if (twice) {
      const again = trackRound(kept.known, outcomes, context(now, more));
      quiet.push(...again.flatMap(({ tell }) => tell.map(({ reason }) => reason)));
      store(again);
    }
    if (one.removed !== null) {
      const gone = one.removed;
      store(closeRemoved(kept.known.values(), (id) => id !== gone, now));
    }
  };
  rounds.forEach(step);
  return { rows, quiet, known: kept.known, step };
}

/** For each incident and channel the reasons in the order in which they were decided. */
function byReader(rows: readonly NewDelivery[]): Map<string, string[]> {
  const readers = new Map<string, string[]>();
  for (const row of rows) {
    const key = `${row.group} ${row.channel}`;
    readers.set(key, [...(readers.get(key) ?? []), row.message.reason]);
  }
  return readers;
}

const RECOVERY: readonly Round[] = Array.from({ length: 12 }, () => ({
  gapMs: 30 * MINUTE_MS,
  everybody: 'pass' as const,
  each: {},
  removed: null,
  channels: ['slack'],
}));

describe('whatever happens to a fleet', () => {
  const life = fc.tuple(fc.array(round, { minLength: 1, maxLength: 40 }), silences);

  it('every opened told is followed by exactly one resolved told, per channel', () => {
    fc.assert(
      fc.property(life, ([rounds, planned]) => {
        const { rows } = live([...rounds, ...RECOVERY], planned, false);
        for (const [reader, reasons] of byReader(rows)) {
          let open = false;
          for (const reason of reasons) {
            assert.equal(open, reason !== 'opened', `${reader}: ${reasons.join(' ')}`);
            open = reason !== 'resolved';
          }
          assert.equal(open, false, `${reader}: ${reasons.join(' ')}`);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('the same round twice tells nobody twice, and leaves the same incidents', () => {
    fc.assert(
      fc.property(life, ([rounds, planned]) => {
        const once = live(rounds, planned, false);
        const twice = live(rounds, planned, true);
        assert.deepEqual(twice.quiet, []);
        assert.deepEqual(twice.rows, once.rows);
        assert.deepEqual(twice.known, once.known);
      }),
      { numRuns: 150 },
    );
  });

  it('ids of alerts and deliveries never repeat', () => {
    fc.assert(
      fc.property(life, ([rounds, planned]) => {
        const ids = live([...rounds, ...RECOVERY], planned, false).rows.map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length);
      }),
      { numRuns: 100 },
    );
  });

  it('nothing is told while nothing changes and no reminder is due', () => {
    fc.assert(
      fc.property(life, ([rounds, planned]) => {
        const daemon = live(rounds, planned, false);
        const last = rounds.at(-1);
        assert.ok(last);
        const still: Round = { ...last, gapMs: 1000, removed: null };
        // What is new settles first (two runs), silences included.
        for (let index = 0; index < 8; index += 1) daemon.step({ ...still, gapMs: 6 * MINUTE_MS });
        const before = daemon.rows.length;
        for (let index = 0; index < 5; index += 1) daemon.step(still);
        const after = daemon.rows.slice(before).map(({ message }) => message.reason);
        assert.deepEqual(
          after.filter((reason) => reason !== 'reminder' && reason !== 'resolved'),
          [],
        );
      }),
      { numRuns: 150 },
    );
  });

  it('unknown alone never opens and never resolves', () => {
    fc.assert(
      fc.property(life, fc.constantFrom<Seen>('unknown', 'skipped'), ([rounds, planned], undecided) => {
        const daemon = live(rounds, planned, false);
        const states = () => Array.from(daemon.known.values(), ({ id, state }) => `${id} ${state}`);
        const isStorm = (row: string) => row.includes('storm:');
        const before = states().filter((row) => !isStorm(row));
        for (let index = 0; index < 4; index += 1) {
          daemon.step({
            gapMs: MINUTE_MS,
            everybody: undecided,
            each: {},
            removed: null,
            channels: ['slack'],
          });
        }
        assert.deepEqual(
          states().filter((row) => !isStorm(row)),
          before,
        );
      }),
      { numRuns: 100 },
    );
  });
});
