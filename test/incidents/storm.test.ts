import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stormThreshold, trackRound, DEFAULT_INCIDENT_POLICY } from '../../src/incidents/index.ts';
import type { RoundContext } from '../../src/incidents/index.ts';
import type { Outcome } from '../../src/incidents/index.ts';
import type { Silence } from '../../src/model/incident.ts';
import { SECOND_MS } from '../../src/model/time.ts';
import { book, claim, context, diagnosis, latent, minute, outcome, START, tenant } from './fixtures.ts';

const NAME = 'storm:certificate-on-tenant-app';
const expired = diagnosis('served-certificate-expired', 'critical', 'certain');

type Seen = Parameters<typeof outcome>[0];

function fleet(size: number, more: Partial<RoundContext> = {}) {
  const kept = book();
  return {
    kept,
    round: (at: number, seen: Readonly<Record<string, Seen>>) => {
      const outcomes = Object.entries(seen).map(([name, one]) => outcome(one, at, name));
      const before = kept.told.length;
      kept.take(trackRound(kept.known, outcomes, context(at, { fleet: size, ...more })));
      return kept.told
        .slice(before)
        .map((one) => `${one.incident.subject.name}:${one.reason}`)
        .sort();
    },
  };
}

function all(count: number, seen: Seen): Record<string, Seen> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, seen]));
}

describe('the threshold of a storm', () => {
  const table: readonly [number, number][] = [
    [3, 5],
    [25, 5],
    [50, 10],
    [1000, 25],
  ];
  for (const [size, threshold] of table) {
    it(`is ${threshold} of ${size} tenants`, () => {
      assert.equal(stormThreshold(DEFAULT_INCIDENT_POLICY, size), threshold);
    });
  }
});

describe('a storm', () => {
  it('is one message for many tenants with one problem', () => {
    const { round, kept } = fleet(10);
    assert.deepEqual(round(START, all(8, claim)), [`${NAME}:opened`]);
    assert.equal(kept.incident(NAME)?.memberCount, 8);
    assert.deepEqual(kept.incident(NAME)?.members, Object.keys(all(8, claim)));
    assert.equal(kept.incident('t3')?.storm, NAME);
  });

  it('is not one below the threshold, or of different problems', () => {
    const few = fleet(10);
    const mixed = { ...all(4, claim), u1: expired, u2: expired };
    assert.deepEqual(few.round(START, mixed), ['u1:opened', 'u2:opened']);
    assert.equal(few.round(START + 20 * SECOND_MS, {}).length, 4, 'more may come, but not for ever');
  });

  it('of tenants that fail seconds apart is one message, even in a small fleet', () => {
    const { round } = fleet(12);
    assert.equal(round(START, all(2, claim)).length, 2, 'a pair is two');
    assert.deepEqual(round(START + 1000, all(4, claim)), []);
    assert.deepEqual(round(START + 2000, all(5, claim)), [`${NAME}:opened`]);
  });

  it('that is over says how many it had', () => {
    const { round, kept } = fleet(10);
    round(minute(0), all(8, claim));
    round(minute(1), all(8, 'pass'));
    assert.deepEqual(round(minute(2), all(8, 'pass')), [`${NAME}:resolved`]);
    assert.equal(kept.incident(NAME)?.memberCount, 8);
    assert.equal(kept.incident(NAME)?.members.length, 8);
    const summary =
      '8 tenants have the same problem: a certificate on the tenant’s app conflicts with the wildcard.';
    assert.equal(kept.incident(NAME)?.summary, summary);
  });

  it('that is over by and by says how many it had at most', () => {
    const { round, kept } = fleet(10);
    round(minute(0), all(8, claim));
    round(minute(1), { ...all(8, 'pass'), t0: claim });
    round(minute(2), { ...all(8, 'pass'), t0: claim });
    assert.match(kept.incident(NAME)?.summary ?? '', /^1 tenant has this problem: /u);
    round(minute(3), { t0: 'pass' });
    assert.deepEqual(round(minute(4), { t0: 'pass' }), [`${NAME}:resolved`]);
    assert.match(kept.incident(NAME)?.summary ?? '', /^8 tenants have the same problem: /u);
    assert.deepEqual(kept.incident(NAME)?.members, Object.keys(all(8, 'pass')), 'and which');
  });

  it('that is over does not speak of whom it let go with another problem', () => {
    const { round, kept } = fleet(10);
    round(minute(0), all(8, latent));
    round(minute(1), { t0: expired });
    const well = Object.fromEntries(Object.entries(all(8, 'pass')).filter(([name]) => name !== 't0'));
    round(minute(2), well);
    assert.deepEqual(round(minute(3), well), [`${NAME}:resolved`]);
    assert.deepEqual(kept.incident(NAME)?.members, Object.keys(well));
    assert.equal(kept.incident(NAME)?.memberCount, 7);
  });

  it('that returns begins with whom it has now', () => {
    const { round, kept } = fleet(10);
    round(minute(0), all(8, claim));
    round(minute(1), all(8, 'pass'));
    round(minute(2), all(8, 'pass'));
    round(minute(4), all(6, claim));
    round(minute(5), all(6, 'pass'));
    round(minute(30), all(6, 'pass'));
    round(minute(46), {});
    assert.equal(kept.incident(NAME)?.state, 'resolved');
    assert.equal(kept.incident(NAME)?.memberCount, 6);
  });

  it('folds who was told before it, and these are told when they recover, once', () => {
    const { round } = fleet(10);
    round(START, all(4, claim));
    assert.equal(round(START + 20 * SECOND_MS, {}).length, 4);
    assert.deepEqual(round(minute(1), all(6, claim)), [`${NAME}:opened`]);
    assert.deepEqual(round(minute(2), all(6, 'pass')), []);
    assert.deepEqual(round(minute(3), all(6, 'pass')), [
      `${NAME}:resolved`,
      ...['t0', 't1', 't2', 't3'].map((name) => `${name}:resolved`),
    ]);
    assert.deepEqual(round(minute(4), all(6, 'pass')), []);
  });

  it('carries its last members without paging again, and newcomers are told by themselves', () => {
    const { round, kept } = fleet(10);
    round(minute(0), all(8, claim));
    const shrunk = { ...all(8, 'pass'), t7: claim };
    round(minute(1), shrunk);
    assert.deepEqual(round(minute(2), shrunk), []);
    assert.equal(kept.incident(NAME)?.memberCount, 1);
    assert.deepEqual(round(minute(3), { ...shrunk, t8: claim }), ['t8:opened']);
    round(minute(4), { t7: 'pass', t8: claim });
    assert.deepEqual(round(minute(5), { t7: 'pass', t8: claim }), [`${NAME}:resolved`]);
    assert.equal(kept.incident('t8')?.state, 'open');
  });

  it('lets go of a member with another problem, which is news', () => {
    const { round } = fleet(10);
    round(minute(0), all(8, latent));
    // A new root is taken over when it lasts.
    round(minute(1), { t0: diagnosis('tenant-app-missing', 'critical', 'certain') });
    assert.deepEqual(round(minute(2), {}), []);
    const { round: other, kept } = fleet(10);
    other(minute(0), all(8, latent));
    assert.deepEqual(other(minute(1), { t0: expired }), ['t0:opened']);
    assert.equal(kept.incident(NAME)?.memberCount, 7);
  });

  it('tells an escalation of its members once', () => {
    const { round } = fleet(10);
    round(minute(0), all(8, latent));
    assert.deepEqual(round(minute(1), all(8, claim)), [`${NAME}:changed`]);
    assert.deepEqual(round(minute(2), all(8, claim)), []);
  });

  it('tells when it doubles, and nothing when it grows by one', () => {
    const { round } = fleet(20);
    round(minute(0), all(5, claim));
    assert.deepEqual(round(minute(1), all(6, claim)), []);
    assert.deepEqual(round(minute(2), all(10, claim)), [`${NAME}:changed`]);
  });

  it('is silenced by its problem, and told when the silence ends', () => {
    const silence = {
      id: 's1',
      matcher: { problem: claim.code },
      author: 'ada',
      reason: 'known',
      createdAt: START,
      startsAt: START,
      endsAt: minute(2),
      untilDeployOf: null,
    };
    const { round } = fleet(10, { silences: [silence] });
    assert.deepEqual(round(minute(0), all(8, claim)), []);
    assert.deepEqual(round(minute(1), all(8, claim)), []);
    assert.deepEqual(round(minute(2), all(8, claim)), [`${NAME}:opened`]);
  });

  it('that returns soon is the same one', () => {
    const { round, kept } = fleet(10);
    round(minute(0), all(8, claim));
    const first = kept.incident(NAME)?.id;
    round(minute(1), all(8, 'pass'));
    round(minute(2), all(8, 'pass'));
    round(minute(4), all(8, claim));
    assert.equal(kept.incident(NAME)?.id, first);
    assert.equal(kept.incident(NAME)?.reopened, 1);
  });

  it('may still become one: messages wait a moment when five of a large fleet have a problem', () => {
    const { round } = fleet(100);
    const told = round(START, all(4, claim));
    assert.equal(told.length, 4);
    assert.deepEqual(round(START + SECOND_MS, all(7, claim)), []);
    assert.equal(round(START + 25 * SECOND_MS, {}).length, 3);
    const { round: grows } = fleet(100);
    grows(START, all(6, claim));
    assert.deepEqual(grows(START + SECOND_MS, all(30, claim)), [`${NAME}:opened`]);
  });
});

describe('an incident of a tenant that is not in the list yet', () => {
  it('is neither reminded of nor freed of its silence before somebody knows whom it is about', () => {
    const kept = book();
    const silence: Silence = {
      id: 's1',
      matcher: { labels: { plan: 'gold' } },
      author: 'alice',
      reason: 'known',
      createdAt: START,
      startsAt: minute(1),
      endsAt: minute(600),
      untilDeployOf: null,
    };
    const round = (at: number, more: Partial<RoundContext>, seen: readonly Outcome[] = []): void => {
      kept.take(trackRound(kept.known, seen, context(at, { silences: [silence], ...more })));
    };
    const known = { tenantOf: (id: string) => tenant(id, { plan: 'gold' }) };
    const unknown = { tenantOf: () => null, fleet: 0 };
    round(START, known, [outcome(claim, START)]);
    round(minute(2), known);
    assert.equal(kept.incident()?.silencedBy, 's1');
    round(minute(300), unknown);
    assert.equal(kept.incident()?.silencedBy, 's1');
    round(minute(301), known);
    assert.deepEqual(kept.reasons(), ['opened']);
    round(minute(601), unknown);
    assert.deepEqual(kept.reasons(), ['opened']);
    round(minute(602), known);
    assert.deepEqual(kept.reasons(), ['opened', 'reminder']);
  });

  it('makes no storm', () => {
    const { round, kept } = fleet(100);
    round(START, all(5, claim));
    // The size of the fleet is not known either: five of nothing are not many.
    const steps = trackRound(kept.known, [], context(START + 1, { fleet: 0, tenantOf: () => null }));
    assert.deepEqual(steps, []);
  });
});
