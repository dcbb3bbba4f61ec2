import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'node:test';
import type { Outbox } from '../../src/model/delivery.ts';
import { HOUR_MS } from '../../src/model/time.ts';
import { openStore } from '../../src/store/index.ts';
import { aDelivery, recordingLogger, T0, temporaryStore } from './fixtures.ts';

const LEASE_MS = 1_000;

function leased(outbox: Outbox, now: number, limit = 100): readonly string[] {
  return outbox.lease(now, limit, LEASE_MS).map((delivery) => delivery.id);
}

describe('the outbox', () => {
  it('leases a message once until its lease ends, then again as a possible repeat', (context) => {
    const { outbox } = temporaryStore(context);
    outbox.add([aDelivery('d1')]);
    assert.deepEqual(leased(outbox, T0 - 1), []);
    const [first] = outbox.lease(T0, 10, LEASE_MS);
    assert.deepEqual(first, {
      ...aDelivery('d1'),
      state: 'leased',
      attempts: 1,
      nextAttemptAt: T0,
      leasedUntil: T0 + LEASE_MS,
      sentAt: null,
      lastError: null,
      possibleRepeat: false,
    });
    assert.deepEqual(leased(outbox, T0 + LEASE_MS - 1), []);
    const [again] = outbox.lease(T0 + LEASE_MS, 10, LEASE_MS);
    assert.deepEqual([again?.id, again?.attempts, again?.possibleRepeat], ['d1', 2, true]);
    outbox.sent('d1', T0 + 1_500, null);
    assert.deepEqual(leased(outbox, T0 + 99_999), []);
    assert.deepEqual(
      outbox.list({}).map((row) => [row.state, row.sentAt, row.possibleRepeat]),
      [['sent', T0 + 1_500, true]],
    );
  });

  it('remembers over later attempts that a message may have arrived', (context) => {
    const { outbox } = temporaryStore(context);
    outbox.add([aDelivery('d1')]);
    const repeats = [undefined, true, false].map((maybeSent) => {
      const [row] = outbox.lease(T0, 10, LEASE_MS);
      outbox.retry('d1', T0, 'no answer', maybeSent);
      return row?.possibleRepeat;
    });
    assert.deepEqual(repeats, [false, false, true]);
    assert.equal(outbox.lease(T0, 10, LEASE_MS)[0]?.possibleRepeat, true);
  });

  it('gives the oldest of each channel and group only, in the order of promising', (context) => {
    const { outbox } = temporaryStore(context);
    outbox.add([
      aDelivery('a1', { group: 'a' }),
      aDelivery('a2', { group: 'a' }),
      aDelivery('b1', { group: 'b' }),
      aDelivery('mail-a1', { group: 'a', channel: 'mail' }),
    ]);
    assert.deepEqual(leased(outbox, T0, 2), ['a1', 'b1']);
    assert.deepEqual(leased(outbox, T0), ['mail-a1']);
    outbox.retry('a1', T0 + 500, '429');
    assert.deepEqual(leased(outbox, T0 + 499), []);
    assert.deepEqual(leased(outbox, T0 + 500), ['a1']);
    outbox.sent('a1', T0 + 600, 'ts-1');
    assert.deepEqual(leased(outbox, T0 + 600), ['a2']);
    assert.equal(outbox.handle('slack', 'a'), 'ts-1');
    assert.equal(outbox.handle('mail', 'a'), null);
    outbox.sent('a2', T0 + 700, null);
    assert.equal(outbox.handle('slack', 'a'), 'ts-1');
  });

  it('gives those of one channel alone, so that one that hangs holds up no other', (context) => {
    const { outbox } = temporaryStore(context);
    outbox.add([aDelivery('d1'), aDelivery('m1', { channel: 'mail', createdAt: T0 + 5 })]);
    assert.deepEqual(
      [outbox.nextDueAt(), outbox.nextDueAt('mail'), outbox.nextDueAt('none')],
      [T0, T0 + 5, null],
    );
    assert.deepEqual(
      outbox.lease(T0 + 5, 9, LEASE_MS, 'mail').map((row) => row.id),
      ['m1'],
    );
    assert.equal(outbox.nextDueAt('mail'), T0 + 5 + LEASE_MS);
    outbox.disableChannel('mail', T0, 'gone');
    assert.equal(outbox.nextDueAt('mail'), null);
  });

  it('lets later messages pass one that is given up, keeps it, and takes it back on request', (context) => {
    const { outbox } = temporaryStore(context);
    outbox.add([aDelivery('d1'), aDelivery('d2')]);
    assert.deepEqual(leased(outbox, T0), ['d1']);
    outbox.dead('d1', T0, 'rejected');
    assert.deepEqual(leased(outbox, T0), ['d2']);
    assert.deepEqual(
      outbox
        .list({ state: 'dead', channel: 'slack', group: 'incident-1' })
        .map((row) => [row.id, row.lastError]),
      [['d1', 'rejected']],
    );
    outbox.retry('d2', T0 + 9, 'answered 500');
    assert.equal(outbox.requeue(['d1', 'd2', 'unknown'], T0 + 5), 1);
    assert.equal(outbox.nextDueAt(), T0 + 5);
    assert.deepEqual(leased(outbox, T0 + 5), ['d1']);
  });

  it('does not take back what later news of the same incident have overtaken', (context) => {
    const { outbox } = temporaryStore(context);
    outbox.add([aDelivery('d1'), aDelivery('d2'), aDelivery('other', { group: 'incident-2' })]);
    leased(outbox, T0);
    for (const id of ['d1', 'other']) outbox.dead(id, T0, 'rejected');
    assert.deepEqual(leased(outbox, T0), ['d2']);
    assert.equal(outbox.requeue(['d1'], T0 + 1), 0, 'd2 is under way');
    outbox.sent('d2', T0 + 2, null);
    assert.equal(outbox.requeue(['d1'], T0 + 3), 0, 'd2 was sent');
    assert.equal(outbox.requeue(['d1', 'other'], T0 + 4), 1);
    assert.deepEqual(
      outbox.list({ state: 'dead' }).map(({ id }) => id),
      ['d1'],
    );
  });

  it('holds back what belongs to a channel that is disabled, and gives it when it is enabled', (context) => {
    const { outbox } = temporaryStore(context);
    outbox.add([aDelivery('d1'), aDelivery('m1', { channel: 'mail' })]);
    outbox.disableChannel('slack', T0, 'invalid_token');
    outbox.disableChannel('slack', T0 + 9, 'again');
    assert.deepEqual([...outbox.disabledChannels()], [['slack', { at: T0, reason: 'invalid_token' }]]);
    assert.deepEqual(leased(outbox, T0), ['m1']);
    outbox.sent('m1', T0, null);
    assert.equal(outbox.nextDueAt(), null);
    outbox.enableChannel('slack');
    assert.equal(outbox.nextDueAt(), T0);
    assert.deepEqual(leased(outbox, T0), ['d1']);
  });

  it('believes an outcome that comes after the lease ended, and no retry of what was sent', (context) => {
    const { outbox } = temporaryStore(context);
    outbox.add([aDelivery('d1')]);
    leased(outbox, T0);
    leased(outbox, T0 + LEASE_MS);
    outbox.sent('d1', T0 + 1_100, 'first');
    outbox.retry('d1', T0, 'the second attempt failed');
    outbox.dead('d1', T0, 'the second attempt was rejected');
    assert.equal(outbox.list({})[0]?.state, 'sent');
  });

  it('takes a message of the same id once', (context) => {
    const { outbox } = temporaryStore(context);
    outbox.add([aDelivery('d1')]);
    outbox.add([aDelivery('d1', { createdAt: T0 + 1 })]);
    assert.equal(outbox.list({}).length, 1);
  });

  it('does not wait for the time of a clock that was set back', (context) => {
    const { outbox } = temporaryStore(context);
    outbox.add([aDelivery('promised-before', { createdAt: T0 + 6 * HOUR_MS })]);
    assert.deepEqual(leased(outbox, T0), ['promised-before']);
    outbox.retry('promised-before', T0 + HOUR_MS, 'asked for an hour');
    assert.deepEqual(leased(outbox, T0 + HOUR_MS - 1), []);
    assert.deepEqual(leased(outbox, T0 + HOUR_MS), ['promised-before']);
  });

  it('keeps the latest sign of life only for a channel that is away', (context) => {
    const { outbox } = temporaryStore(context);
    const sign = (slot: number, channel = 'slack') =>
      aDelivery(`watchdog-${slot}/${channel}`, {
        channel,
        group: `watchdog-${slot}`,
        message: { id: `watchdog-${slot}`, reason: 'watchdog', at: T0, text: 'alive' },
      });
    outbox.add([sign(1), sign(1, 'mail'), aDelivery('alert')]);
    outbox.sent('watchdog-1/mail', T0, null);
    outbox.add([sign(2), sign(2, 'mail')]);
    outbox.add([sign(2), sign(2, 'mail')]);
    assert.deepEqual(
      outbox.list({}).map(({ id, state }) => `${id} ${state}`),
      ['watchdog-2/mail waiting', 'watchdog-2/slack waiting', 'alert waiting', 'watchdog-1/mail sent'],
    );
  });

  it('gives what a daemon was sending when it died to the next one at once', (context) => {
    const store = temporaryStore(context);
    store.outbox.add([aDelivery('d1')]);
    leased(store.outbox, T0);
    const logger = recordingLogger();
    const next = openStore({ path: store.path, clock: { now: () => T0 }, logger, daemon: true });
    assert.deepEqual(
      next.outbox.lease(T0 + 1, 10, LEASE_MS).map((row) => [row.id, row.possibleRepeat]),
      [['d1', true]],
    );
    assert.deepEqual(
      logger.lines.map((line) => line.fields),
      [{ deliveries: 1 }],
    );
    next.close();
  });

  it('delivers everything once its channels recover, in order within each group, whatever happens between', (context) => {
    const { outbox } = temporaryStore(context);
    let turn = 0;
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            group: fc.nat(2),
            channel: fc.nat(1),
            fate: fc.constantFrom('sent', 'retry', 'crash', 'disable'),
          }),
          { maxLength: 20 },
        ),
        (messages) => {
          const prefix = `turn-${(turn += 1)}`;
          const fates = new Map<string, string>();
          const groupOf = (group: number, channel: number): string => `${prefix}-${group}-${channel}`;
          messages.forEach(({ group, channel, fate }, index) => {
            const id = `${prefix}-${index}`;
            fates.set(id, fate);
            outbox.add([aDelivery(id, { group: groupOf(group, channel), channel: `channel-${channel}` })]);
          });
          const delivered: string[] = [];
          let now = T0;
          for (let round = 0; round < 200 && outbox.nextDueAt() !== null; round += 1) {
            now = Math.max(now, outbox.nextDueAt() ?? now);
            for (const { id, channel } of outbox.lease(now, 3, LEASE_MS)) {
              const fate = fates.get(id);
              fates.set(id, 'sent');
              if (fate === 'retry') outbox.retry(id, now + 7, 'not yet');
              else if (fate === 'disable') outbox.disableChannel(channel, now, 'gone');
              else if (fate === 'sent') {
                outbox.sent(id, now, null);
                delivered.push(id);
              }
            }
            for (const channel of outbox.disabledChannels().keys()) outbox.enableChannel(channel);
          }
          const inGroup = (ids: readonly string[], group: string): readonly string[] =>
            ids.filter((id) => {
              const message = messages[Number(id.split('-').at(-1))];
              return message !== undefined && groupOf(message.group, message.channel) === group;
            });
          assert.equal(delivered.length, messages.length);
          for (const { group, channel } of messages) {
            const name = groupOf(group, channel);
            assert.deepEqual(inGroup(delivered, name), inGroup([...fates.keys()], name));
          }
        },
      ),
      { numRuns: 12 },
    );
  });
});
