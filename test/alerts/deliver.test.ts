import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDelivery, noticeDeliveries } from '../../src/alerts/index.ts';
import type { DeliveryOptions } from '../../src/alerts/deliver.ts';
import { backoffMs } from '../../src/alerts/backoff.ts';
import type { Alert, DeliveryOutcome, Message, Notifier, SendContext } from '../../src/model/alert.ts';
import type { NewDelivery, Outbox } from '../../src/model/delivery.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/model/time.ts';
import { incident, manualClock, notice, opened, resolved, START } from './fixtures.ts';
import { createMemoryOutbox } from './memory-outbox.ts';

interface Sent {
  readonly id: string;
  readonly at: number;
  readonly handle: string | null;
  readonly possibleRepeat: boolean;
}

/** A receiver with a script; what it cannot tell is sent. Everything around it is the real pipeline. */
function setUp(
  answers: Readonly<
    Record<
      string,
      (nth: number, message: Message, context: SendContext) => DeliveryOutcome | Promise<DeliveryOutcome>
    >
  >,
  more: Partial<DeliveryOptions> = {},
) {
  const time = manualClock();
  const store = createMemoryOutbox();
  const sent: Record<string, Sent[]> = {};
  const results: string[] = [];
  const notifiers = Object.entries(answers).map(([name, answer]): Notifier => {
    const log: Sent[] = (sent[name] = []);
    return {
      name,
      type: 'webhook',
      send: async (message, context) => {
        const { handle, possibleRepeat } = context;
        log.push({ id: message.id, at: time.clock.now() - START, handle, possibleRepeat });
        return answer(log.length, message, context);
      },
    };
  });
  const silent = (): void => undefined;
  const delivery = createDelivery({
    outbox: store.outbox,
    notifiers,
    clock: time.clock,
    random: () => 1,
    logger: { debug: silent, info: silent, warn: silent, error: silent },
    recorder: { delivery: (channel, result) => results.push(`${channel} ${result}`) },
    ...more,
  });
  const ids = (name: string) => sent[name]?.map(({ id }) => id);
  return { time, store, sent, ids, results, delivery };
}

function row(
  message: Message,
  channel = 'a',
  group = 'incident' in message ? message.incident.id : message.id,
): NewDelivery {
  return { id: `${message.id}/${channel}`, channel, group, message, createdAt: START };
}

const other: Alert = { ...opened, id: 'other/1', incident: { ...incident, id: 'other' } };
const ok = (): DeliveryOutcome => ({ result: 'sent' });
const retry: DeliveryOutcome = { result: 'retry', reason: 'answered 500' };

describe('delivery', () => {
  it('sends what is there, in order within an incident, and remembers the handle', async () => {
    const { delivery, store, sent, ids, time, results } = setUp({
      a: () => ({ result: 'sent', handle: 'C1/1' }),
    });
    store.outbox.add([row(opened), row(resolved)]);
    delivery.start();
    await time.advance(5 * SECOND_MS);
    assert.deepEqual(ids('a'), [opened.id, resolved.id]);
    assert.deepEqual(
      sent.a?.map(({ handle }) => handle),
      [null, 'C1/1'],
    );
    assert.ok((sent.a[1]?.at ?? 0) >= 1000, 'one message a second');
    assert.deepEqual(results, ['a sent', 'a sent']);
    await delivery.stop();
  });

  it('holds the next message of an incident back until the one before it is out, and no other', async () => {
    const { delivery, store, ids, time } = setUp({ a: (nth) => (nth === 1 ? retry : ok()) });
    store.outbox.add([row(opened), row(resolved), row(other)]);
    delivery.start();
    await time.advance(MINUTE_MS);
    assert.equal(ids('a')?.[0], opened.id);
    assert.deepEqual(
      ids('a')?.filter((id) => id !== other.id),
      [opened.id, opened.id, resolved.id],
    );
    assert.ok(ids('a')?.includes(other.id));
    await delivery.stop();
  });

  it('is not held up by another channel that hangs', async () => {
    const hang = (_nth: number, _message: Message, { signal }: SendContext) =>
      new Promise<DeliveryOutcome>((resolve) => {
        signal.addEventListener('abort', () => {
          resolve(retry);
        });
      });
    const { delivery, store, ids, time } = setUp({ a: hang, b: ok });
    store.outbox.add([row(opened, 'a'), row(other, 'a'), row(opened, 'b'), row(other, 'b')]);
    delivery.start();
    await time.advance(5 * SECOND_MS);
    assert.deepEqual(ids('b'), [opened.id, other.id]);
    assert.deepEqual(ids('a'), [opened.id]);
    await time.advance(MINUTE_MS);
    assert.ok((ids('a')?.length ?? 0) > 1, 'the attempt was ended');
    const stopping = delivery.stop();
    await time.advance(3 * SECOND_MS);
    await stopping;
  });

  it('waits as long as the receiver asks', async () => {
    const asked: DeliveryOutcome = { result: 'retry', reason: 'answered 429', retryAfterMs: 90_000 };
    const { delivery, store, sent, time } = setUp({ a: (nth) => (nth === 1 ? asked : ok()) });
    store.outbox.add([row(opened)]);
    delivery.start();
    await time.advance(89 * SECOND_MS);
    assert.equal(sent.a?.length, 1);
    await time.advance(20 * SECOND_MS);
    assert.equal(sent.a.length, 2);
    await delivery.stop();
  });

  it('backs off, gives up after days, keeps the row, and says so through another channel', async () => {
    const { delivery, store, sent, ids, time } = setUp(
      { a: () => retry, b: ok },
      { limits: { idleMs: HOUR_MS } },
    );
    store.outbox.add([row(opened)]);
    delivery.start();
    await time.advance(3 * DAY_MS + HOUR_MS);
    const attempts = sent.a?.length ?? 0;
    assert.ok(attempts > 1_800 && attempts < 2_200, String(attempts));
    assert.equal(store.states()['t-999bc6549a64-mhg/1/a'], 'dead');
    assert.deepEqual(ids('b'), [
      'channel-failing-t-999bc6549a64-mhg/1/a',
      'undeliverable-t-999bc6549a64-mhg/1/a',
    ]);
    assert.equal(store.outbox.requeue(['t-999bc6549a64-mhg/1/a'], time.clock.now()), 1);
    await delivery.stop();
  });

  it('says through another channel that one has been failing, and that it works again', async () => {
    let isDown = true;
    const { delivery, store, ids, time } = setUp({ a: () => (isDown ? retry : ok()), b: ok });
    store.outbox.add([row(opened)]);
    delivery.start();
    await time.advance(HOUR_MS);
    const failing = 'channel-failing-t-999bc6549a64-mhg/1/a';
    assert.deepEqual(ids('b'), [failing]);
    isDown = false;
    await time.advance(10 * MINUTE_MS);
    assert.deepEqual(ids('b'), [failing, `${failing}-over`]);
    await delivery.stop();
  });

  it('goes on with the incident after a message that was refused, and says so elsewhere', async () => {
    const { delivery, store, ids, time } = setUp({
      a: (nth) => (nth === 1 ? { result: 'rejected', reason: 'Slack answered invalid_blocks' } : ok()),
      b: ok,
    });
    store.outbox.add([row(opened), row(resolved)]);
    delivery.start();
    await time.advance(10 * SECOND_MS);
    assert.deepEqual(ids('a'), [opened.id, resolved.id]);
    assert.deepEqual(ids('b'), ['undeliverable-t-999bc6549a64-mhg/1/a']);
    await delivery.stop();
  });

  it('stops using a channel that is gone, says so through the others, keeps its messages, and goes on when it is enabled', async () => {
    let broken = true;
    const { delivery, store, ids, time } = setUp({
      a: () => (broken ? { result: 'disabled', reason: 'Slack answered no_service' } : ok()),
      b: ok,
    });
    store.outbox.add([row(opened), row(other)]);
    delivery.start();
    await time.advance(HOUR_MS);
    assert.deepEqual(ids('a'), [opened.id]);
    assert.deepEqual(ids('b'), ['channel-disabled-t-999bc6549a64-mhg/1/a']);
    assert.equal(store.outbox.disabledChannels().get('a')?.reason, 'Slack answered no_service');
    // As alerts enable does it.
    const enable = async (): Promise<void> => {
      store.outbox.enableChannel('a');
      delivery.wake();
      await time.advance(10 * SECOND_MS);
    };
    await enable();
    assert.equal(ids('b')?.length, 2, 'it is still broken, and that is said');
    broken = false;
    await enable();
    assert.deepEqual(ids('a'), [opened.id, opened.id, opened.id, other.id]);
    await delivery.stop();
  });

  it('does not let two broken channels talk about each other for ever', async () => {
    for (const [outcome, rows] of [
      [{ result: 'disabled', reason: 'gone' }, 3],
      [{ result: 'rejected', reason: 'answered 400' }, 2],
      [retry, 3],
    ] as const) {
      const { delivery, store, time } = setUp({ a: () => outcome, b: () => outcome });
      store.outbox.add([row(opened)]);
      delivery.start();
      await time.advance(HOUR_MS);
      assert.equal(store.rows().length, rows, outcome.result);
      await delivery.stop();
    }
  });

  it('says that a channel is disabled, whatever it was that it refused', async () => {
    const { delivery, store, ids, time } = setUp({
      a: () => ({ result: 'disabled', reason: 'Slack answered no_service' }),
      b: ok,
    });
    store.outbox.add(noticeDeliveries({ ...notice, id: 'watchdog-1', reason: 'watchdog' }, ['a']));
    delivery.start();
    await time.advance(MINUTE_MS);
    assert.deepEqual(ids('b'), ['channel-disabled-watchdog-1/a']);
    await delivery.stop();
  });

  it('does not bother a channel with that which is not in the configuration any more', async () => {
    const { delivery, store, ids, time } = setUp(
      { a: () => ({ result: 'disabled', reason: 'gone' }), b: ok, former: ok },
      { configured: ['a', 'b'] },
    );
    store.outbox.add([row(opened), row(resolved, 'former')]);
    delivery.start();
    await time.advance(MINUTE_MS);
    assert.equal(ids('b')?.length, 1);
    assert.deepEqual(ids('former'), [resolved.id]);
    await delivery.stop();
  });

  it('says once, over every channel, that one recipient of several is refused', async () => {
    const partly: DeliveryOutcome = { result: 'sent', missed: 'ops@example.com (SMTP 550)' };
    const { delivery, store, ids, time } = setUp({ a: () => partly, b: ok });
    store.outbox.add([row(opened), row(resolved)]);
    delivery.start();
    await time.advance(MINUTE_MS);
    const said = 'recipients-a-ops@example.com-SMTP-550';
    assert.deepEqual(ids('a')?.toSorted(), [said, opened.id, resolved.id].toSorted());
    assert.deepEqual(ids('b'), [said]);
    await delivery.stop();
  });

  it('survives a database in trouble without sending twice', async () => {
    const { delivery, store, ids, time } = setUp({
      a: () => {
        // Sending worked; recording it does not, for a while.
        store.fail(3);
        return ok();
      },
    });
    store.outbox.add([row(opened)]);
    delivery.start();
    await time.advance(MINUTE_MS);
    assert.deepEqual(ids('a'), [opened.id]);
    assert.equal(store.rows()[0]?.state, 'sent');
    store.fail(4);
    await time.advance(MINUTE_MS);
    store.outbox.add([row(other)]);
    delivery.wake();
    await time.advance(10 * SECOND_MS);
    assert.deepEqual(ids('a'), [opened.id, other.id]);
    await delivery.stop();
  });

  it('waits between two attempts to record a refusal, also when it has just woken itself', async () => {
    const { outbox } = createMemoryOutbox();
    let tries = 0;
    const full: Outbox = {
      ...outbox,
      dead: (...given) => {
        tries += 1;
        if (tries < 100) throw new Error('the disk is full');
        outbox.dead(...given);
      },
    };
    const { delivery, time } = setUp(
      { a: () => ({ result: 'rejected', reason: 'answered 400' }) },
      { outbox: full },
    );
    full.add([row(opened)]);
    delivery.start();
    await time.advance(12 * SECOND_MS);
    assert.equal(tries, 3);
    await delivery.stop();
  });

  it('survives a channel that throws', async () => {
    const { delivery, store, ids, time } = setUp({
      a: (nth) => {
        if (nth === 1) throw new Error('a fault of ours');
        return ok();
      },
    });
    store.outbox.add([row(opened)]);
    delivery.start();
    await time.advance(10 * SECOND_MS);
    assert.deepEqual(ids('a'), [opened.id, opened.id]);
    await delivery.stop();
  });

  it('marks what a crash left between sending and recording as a possible repeat', async () => {
    const { delivery, store, sent, time } = setUp({ a: ok });
    store.outbox.add([row(opened)]);
    store.outbox.lease(START, 1, MINUTE_MS);
    delivery.start();
    await time.advance(59 * SECOND_MS);
    assert.deepEqual(sent.a, []);
    await time.advance(15 * SECOND_MS);
    assert.deepEqual(
      sent.a.map(({ possibleRepeat }) => possibleRepeat),
      [true],
    );
    await delivery.stop();
  });

  it('marks what got no answer as a possible repeat, and not what was refused', async () => {
    const unanswered: DeliveryOutcome = { result: 'retry', reason: 'no answer', maybeSent: true };
    const { delivery, store, sent, time } = setUp({
      a: (nth) => [retry, unanswered, retry][nth - 1] ?? ok(),
    });
    store.outbox.add([row(opened)]);
    delivery.start();
    await time.advance(MINUTE_MS);
    assert.deepEqual(
      sent.a?.map(({ possibleRepeat }) => possibleRepeat),
      [false, false, true, true],
    );
    await delivery.stop();
  });

  it('sends at once when it is woken', async () => {
    const { delivery, store, sent, time } = setUp({ a: ok });
    delivery.start();
    await time.advance(3 * SECOND_MS);
    store.outbox.add([row(opened)]);
    delivery.wake();
    await time.advance(0);
    assert.deepEqual(
      sent.a?.map(({ at }) => at),
      [3 * SECOND_MS],
    );
    await delivery.stop();
  });

  it('stops within seconds; what it cut short is left to its lease', async () => {
    const { delivery, store, time } = setUp({
      a: (_nth, _message, { signal }) =>
        new Promise<DeliveryOutcome>((resolve) => {
          signal.addEventListener('abort', () => {
            resolve(retry);
          });
        }),
    });
    store.outbox.add([row(opened)]);
    delivery.start();
    await time.advance(SECOND_MS);
    const stopped = delivery.stop();
    await time.advance(2 * SECOND_MS);
    await stopped;
    assert.equal(store.rows()[0]?.state, 'leased');
    assert.equal(time.sleeping(), 0);
  });

  it('keeps messages of a channel that the configuration lost for days, then gives them up', async () => {
    for (const [age, state] of [
      [DAY_MS, 'waiting'],
      [4 * DAY_MS, 'dead'],
    ] as const) {
      const { delivery, store, time } = setUp({ a: ok });
      store.outbox.add([{ ...row(opened, 'gone'), createdAt: START - age }]);
      delivery.start();
      await time.advance(MINUTE_MS);
      assert.equal(store.rows()[0]?.state, state);
      await delivery.stop();
    }
  });

  it('forgets at a start that a channel was disabled, also one that the configuration lost', async () => {
    const { delivery, store } = setUp({ a: ok });
    for (const name of ['a', 'gone']) store.outbox.disableChannel(name, START, 'Slack answered no_service');
    delivery.start();
    assert.deepEqual([...store.outbox.disabledChannels().keys()], []);
    await delivery.stop();
  });

  it('tells a channel that forgets what is open, after a start', async () => {
    const resumed: string[] = [];
    const { store, time } = setUp({ a: ok });
    store.outbox.add([row(opened), row(other)]);
    for (const { id } of store.rows()) store.outbox.sent(id, START, null);
    const notifier: Notifier = {
      name: 'a',
      type: 'alertmanager',
      send: () => Promise.resolve(ok()),
      resume: (alerts) => {
        resumed.push(...alerts.map(({ id }) => id));
      },
    };
    const silent = (): void => undefined;
    const delivery = createDelivery({
      outbox: store.outbox,
      notifiers: [notifier],
      clock: time.clock,
      random: () => 0,
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      recorder: { delivery: silent },
      openIncidents: () => [
        { ...incident, announcedTo: ['a'] },
        { ...other.incident, announcedTo: ['b'] },
      ],
    });
    delivery.start();
    assert.deepEqual(resumed, [opened.id]);
    await delivery.stop();
  });

  it('sends a notice to each channel once', async () => {
    const { delivery, store, ids, time } = setUp({ a: ok, b: ok });
    store.outbox.add(noticeDeliveries(notice, ['a', 'b']));
    store.outbox.add(noticeDeliveries(notice, ['a', 'b']));
    delivery.start();
    await time.advance(5 * SECOND_MS);
    assert.deepEqual([ids('a'), ids('b')], [[notice.id], [notice.id]]);
    await delivery.stop();
  });
});

describe('backoff', () => {
  const table: readonly (readonly [number, number | undefined, number, number])[] = [
    [1, undefined, 1000, 2000],
    [2, undefined, 2000, 4000],
    [5, undefined, 16_000, 32_000],
    [100, undefined, 60_000, 120_000],
    [1, 60_000, 60_000, 60_000],
    [1, 10 * DAY_MS, HOUR_MS, HOUR_MS],
  ];
  for (const [attempts, retryAfterMs, least, most] of table) {
    it(`after attempt ${attempts}${retryAfterMs === undefined ? '' : ` with Retry-After ${retryAfterMs} ms`} is ${least} to ${most} ms`, () => {
      assert.equal(
        backoffMs(attempts, retryAfterMs, () => 0),
        least,
      );
      assert.equal(
        backoffMs(attempts, retryAfterMs, () => 1),
        most,
      );
    });
  }
});
