import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Priority } from '../../src/model/priority.ts';
import { createHandshakeBudget } from '../../src/probes/handshake-budget.ts';
import { createManualClock } from '../support/clock.ts';

function setUp(perSecond = 2) {
  const clock = createManualClock();
  const budget = createHandshakeBudget({ perSecond, clock });
  const granted: string[] = [];
  const ask = (name: string, priority: Priority = 'routine', signal = new AbortController().signal) =>
    budget.take(priority, signal).then(
      () => void granted.push(name),
      (error: unknown) => void granted.push(`${name}: ${error instanceof Error ? error.name : 'no error'}`),
    );
  return { clock, budget, granted, ask };
}

describe('the budget of handshakes', () => {
  it("grants one second's worth at once and the rest at the rate", async () => {
    const { clock, granted, ask } = setUp(2);
    for (const name of ['a', 'b', 'c', 'd', 'e']) void ask(name);
    await clock.advance(0);
    assert.deepEqual(granted, ['a', 'b']);
    await clock.advance(499);
    assert.equal(granted.length, 2);
    await clock.advance(2);
    assert.deepEqual(granted, ['a', 'b', 'c']);
    await clock.advance(1_010);
    assert.deepEqual(granted, ['a', 'b', 'c', 'd', 'e']);
  });

  it('does not save up more than a second', async () => {
    const { clock, granted, ask } = setUp(2);
    await clock.advance(60_000);
    for (const name of ['a', 'b', 'c', 'd']) void ask(name);
    await clock.advance(0);
    assert.equal(granted.length, 2);
  });

  it('lets the urgent go first, in their order', async () => {
    const { clock, granted, ask } = setUp(1);
    void ask('spent');
    void ask('routine');
    void ask('gate 1', 'gate');
    void ask('deploy', 'deploy');
    void ask('gate 2', 'gate');
    await clock.advance(2_005);
    assert.deepEqual(granted, ['spent', 'gate 1', 'gate 2']);
  });

  it('does not let routine work starve', async () => {
    const { clock, granted, ask } = setUp(1);
    void ask('spent');
    void ask('routine');
    for (let index = 0; index < 20; index += 1) void ask(`gate ${index}`, 'gate');
    await clock.advance(5_000);
    assert.ok(granted.includes('routine'), granted.join());
  });

  it('forgets who is aborted, and rejects with the reason', async () => {
    const { clock, budget, granted, ask } = setUp(1);
    const controller = new AbortController();
    void ask('spent');
    void ask('aborted', 'gate', controller.signal);
    void ask('next', 'gate');
    controller.abort();
    await clock.advance(1_005);
    assert.deepEqual(granted, ['spent', 'aborted: AbortError', 'next']);
    assert.equal(budget.waiting(), 0);
    await ask('late', 'gate', controller.signal);
    assert.equal(granted.at(-1), 'late: AbortError');
  });

  it('leaves no timer behind when nobody waits', async () => {
    const { clock, ask } = setUp(1);
    const controller = new AbortController();
    void ask('spent');
    void ask('waiting', 'routine', controller.signal);
    await clock.advance(0);
    assert.equal(clock.sleepers(), 1);
    controller.abort();
    await clock.advance(0);
    assert.equal(clock.sleepers(), 0);
  });

  it('grants nothing in a pause and goes on after it', async () => {
    const { clock, budget, granted, ask } = setUp(2);
    budget.pause(10_000);
    assert.equal(budget.perSecond(), 0);
    void ask('a');
    await clock.advance(9_999);
    assert.deepEqual(granted, []);
    await clock.advance(600);
    assert.deepEqual(granted, ['a']);
    assert.equal(budget.perSecond(), 2);
  });

  it('slows down to a share and speeds up again', async () => {
    const { clock, budget, granted, ask } = setUp(2);
    void ask('spent 1');
    void ask('spent 2');
    budget.setShare(0.5);
    void ask('a');
    await clock.advance(900);
    assert.equal(granted.length, 2);
    await clock.advance(200);
    assert.equal(granted.length, 3);
    budget.setShare(1);
    assert.equal(budget.perSecond(), 2);
  });
});
