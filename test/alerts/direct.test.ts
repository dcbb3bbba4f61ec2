import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDirect } from '../../src/alerts/index.ts';
import type { DeliveryOutcome, Notifier } from '../../src/model/alert.ts';
import { recordingLogger } from '../store/fixtures.ts';
import { manualClock, notice } from './fixtures.ts';

const RETRY: DeliveryOutcome = { result: 'retry', reason: 'answered 500' };

/** A channel that answers with these outcomes in turn, then takes everything. */
function channel(name: string, outcomes: readonly DeliveryOutcome[], seen: string[]): Notifier {
  let sent = 0;
  return {
    name,
    type: 'webhook',
    send: ({ id }, { possibleRepeat }) => {
      seen.push(`${name} ${id}${possibleRepeat ? ' again' : ''}`);
      const outcome = outcomes[sent] ?? ({ result: 'sent' } as const);
      sent += 1;
      return Promise.resolve(outcome);
    },
  };
}

function direct(channels: Readonly<Record<string, readonly DeliveryOutcome[]>>) {
  const seen: string[] = [];
  const time = manualClock();
  const logger = recordingLogger();
  const notifiers = Object.entries(channels).map(([name, outcomes]) => channel(name, outcomes, seen));
  return { seen, time, ...createDirect({ notifiers, clock: time.clock, random: () => 0, logger }) };
}

describe('what is told without the database', () => {
  it('goes over every channel, and one that fails holds up no other', async () => {
    const { seen, time, tell } = direct({ a: [RETRY, RETRY], b: [] });
    tell(notice);
    await time.advance(0);
    assert.deepEqual(seen, ['a test-1', 'b test-1']);
    await time.advance(10_000);
    assert.deepEqual(seen.slice(2), ['a test-1 again', 'a test-1 again']);
  });

  it('keeps its order on a channel', async () => {
    const { seen, time, tell } = direct({ a: [RETRY] });
    tell(notice);
    tell({ ...notice, id: 'test-2' });
    await time.advance(10_000);
    assert.deepEqual(seen, ['a test-1', 'a test-1 again', 'a test-2']);
  });

  it('is given up at once where it is refused, and after 8 attempts where nobody answers', async () => {
    const { seen, time, tell } = direct({
      a: [{ result: 'rejected', reason: 'no' }],
      b: Array.from({ length: 20 }, () => RETRY),
    });
    tell(notice);
    await time.advance(3_600_000);
    assert.equal(seen.filter((line) => line.startsWith('a')).length, 1);
    assert.equal(seen.filter((line) => line.startsWith('b')).length, 8);
  });

  it('ends when everything stops', async () => {
    const { seen, time, tell, stop } = direct({ a: [RETRY, RETRY] });
    tell(notice);
    await time.advance(0);
    await stop();
    await time.advance(60_000);
    assert.deepEqual(seen, ['a test-1']);
  });
});
