import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Priority } from '../../src/model/priority.ts';
import { createWorkQueue } from '../../src/schedule/queue.ts';

/** A queue whose work ends when the test says so. */
function harness(concurrency: number) {
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const queue = createWorkQueue<null>(concurrency, (key, priority) => {
    started.push(`${key}:${priority}`);
    return new Promise((resolve) => ends.set(key, resolve));
  });
  const end = async (key: string): Promise<void> => {
    ends.get(key)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, started, end };
}

describe('the work queue', () => {
  it('runs at most so many at a time, the urgent first', async () => {
    const { queue, started, end } = harness(2);
    const pushes: [string, Priority][] = [
      ['a', 'routine'],
      ['b', 'routine'],
      ['c', 'routine'],
      ['d', 'gate'],
      ['e', 'recheck'],
      ['f', 'deploy'],
    ];
    for (const [key, priority] of pushes) queue.push(key, priority, null);
    assert.deepEqual(started, ['a:routine', 'b:routine']);
    for (const key of ['a', 'b', 'd', 'f', 'e']) await end(key);
    assert.deepEqual(started.slice(2), ['d:gate', 'f:deploy', 'e:recheck', 'c:routine']);
    await end('c');
    await queue.idle();
  });

  it('drops a routine run of a tenant that waits or runs already, and takes urgent work for it forward', async () => {
    const { queue, started, end } = harness(1);
    assert.equal(queue.push('a', 'routine', null), true);
    assert.equal(queue.push('a', 'routine', null), false);
    assert.equal(queue.push('a', 'recheck', null), true, 'an urgent run follows the one in work');
    assert.equal(queue.push('b', 'routine', null), true);
    assert.equal(queue.push('b', 'routine', null), false);
    assert.equal(queue.push('b', 'deploy', null), true);
    assert.equal(queue.waiting(), 2);
    await end('a');
    await end('b');
    await end('a');
    assert.deepEqual(started, ['a:routine', 'b:deploy', 'a:recheck']);
    await queue.idle();
  });

  it('forgets what waits when it is cleared, and is idle when the rest has ended', async () => {
    const { queue, started, end } = harness(1);
    queue.push('a', 'routine', null);
    queue.push('b', 'routine', null);
    queue.clear();
    const idle = queue.idle();
    await end('a');
    await idle;
    assert.deepEqual(started, ['a:routine']);
  });
});
