import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Failure } from '../../src/model/failure.ts';
import type { Claim, Inventory, SweepWish } from '../../src/model/fly.ts';
import type { Observation } from '../../src/model/observation.ts';
import { createInventoryKeeper } from '../../src/monitor/inventory.ts';
import { createUnreadTeller } from '../../src/monitor/unread-apps.ts';
import { recordingLogger } from '../store/fixtures.ts';

const STALE_MS = 100;
const signal = new AbortController().signal;
const failure: Failure = { phase: 'api', code: 'server-error', detail: 'HTTP 500' };

function claim(hostname: string, app: string): Claim {
  return { hostname, app, state: 'issued', status: '', createdAt: 1, expiresAt: 2, source: 'fly', notes: [] };
}

const A = claim('a.test', 'sp-a');
const B = claim('b.test', 'sp-b');

/** A sweep of sp-a and sp-b; null: the app's certificates could not be read. */
function swept(a: readonly Claim[] | null, b: readonly Claim[] | null): Observation<Inventory> {
  const lists = { 'sp-a': a, 'sp-b': b };
  const apps = Object.entries(lists).map(([name, claims]) => ({
    name,
    status: '',
    claims: claims ?? [],
    currentRelease: null,
    machines: [],
  }));
  const facts: Inventory = {
    startedAt: 0,
    takenAt: 0,
    apps: new Map(apps.map((app) => [app.name, app])),
    claims: Map.groupBy(
      apps.flatMap(({ claims }) => claims),
      ({ hostname }) => hostname,
    ),
    unread: new Map(
      Object.entries(lists).flatMap(([app, claims]) => (claims === null ? [[app, failure]] : [])),
    ),
  };
  return { outcome: 'observed', at: 0, durationMs: 1, facts };
}

/** Sweeps one after the other, each at its own time. */
async function sweeps(...steps: readonly (readonly [atMs: number, answer: Observation<Inventory>])[]) {
  let nowMs = 0;
  let answer = swept([], []);
  const wishes: (SweepWish | undefined)[] = [];
  const fly = {
    inventory: (_signal: AbortSignal, wish?: SweepWish) => {
      wishes.push(wish);
      return Promise.resolve(answer);
    },
  };
  const clock = { now: () => 0, monotonicMs: () => nowMs, sleep: () => Promise.resolve() };
  const keeper = createInventoryKeeper(fly, clock, STALE_MS);
  const outcomes = [];
  for (const [atMs, next] of steps) {
    nowMs = atMs;
    answer = next;
    const { swept: taken, diff, unread } = await keeper.sweep(signal);
    assert.ok(taken.outcome === 'observed' && diff !== null);
    assert.equal(keeper.current(), taken);
    outcomes.push({
      names: [...taken.facts.claims.keys()].toSorted(),
      own: taken.facts.apps.get('sp-b')?.claims.length,
      blind: [...(taken.facts.unread?.keys() ?? [])],
      unread: [...unread.keys()],
      appeared: diff.appeared.map(({ hostname }) => hostname),
      gone: diff.gone.map(({ hostname }) => hostname),
    });
  }
  assert.ok(wishes.every((wish) => wish?.gaps === 'named'));
  return outcomes;
}

describe('an app whose certificates a sweep could not read', () => {
  it('keeps its earlier claims while they are fresh, and the others are seen to come and go', async () => {
    const [, second] = await sweeps([0, swept([], [B])], [STALE_MS, swept([A], null)]);
    assert.deepEqual(second, {
      names: ['a.test', 'b.test'],
      own: 1,
      blind: [],
      unread: ['sp-b'],
      appeared: ['a.test'],
      gone: [],
    });
  });

  it('is not known once they are old, counted from when it was last read; yet nothing is said to be gone', async () => {
    const outcomes = await sweeps(
      [0, swept([A], [B])],
      [STALE_MS - 1, swept([A], null)],
      [STALE_MS + 1, swept([A], null)],
      [STALE_MS + 2, swept([A], [])],
    );
    assert.deepEqual(
      outcomes.map(({ blind }) => blind),
      [[], [], ['sp-b'], []],
    );
    assert.deepEqual(
      outcomes.map(({ gone }) => gone),
      [[], [], [], ['b.test']],
    );
  });

  it('is not known where it was never read', async () => {
    const [first, second] = await sweeps([0, swept([A], null)], [1, swept([A], null)]);
    assert.deepEqual([first?.blind, second?.blind], [['sp-b'], ['sp-b']]);
  });

  it('is told once, and once when it is read again', () => {
    const logger = recordingLogger();
    const tell = createUnreadTeller(logger);
    const unread = new Map([['sp-b', failure]]);
    for (const each of [unread, unread, new Map<string, Failure>()]) tell(each);
    assert.deepEqual(
      logger.lines.map(({ level, fields }) => [level, fields.app]),
      [
        ['warn', 'sp-b'],
        ['info', 'sp-b'],
      ],
    );
  });
});
