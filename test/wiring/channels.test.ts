import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { ChannelOptions, PastChannels } from '../../src/alerts/index.ts';
import type { Alert, Notice } from '../../src/model/alert.ts';
import type { Store } from '../../src/store/index.ts';
import { openChannels, type OpenedChannels } from '../../src/wiring/channels.ts';
import { opened, realClock, resolved, secret, sendContext } from '../alerts/fixtures.ts';
import { startReceiver } from '../alerts/receiver.ts';
import { anIncident, recordingLogger, T0, temporaryStore } from '../store/fixtures.ts';

type Receiver = Awaited<ReturnType<typeof startReceiver>>;

describe('when the configuration of channels changes', () => {
  let receiver: Receiver;
  before(async () => {
    receiver = await startReceiver({ status: 202 });
  });
  after(() => receiver.close());

  const pager = (key: string, name = 'pager'): ChannelOptions => ({
    type: 'pagerduty',
    name,
    routingKey: secret(key),
    url: `${receiver.url}/v2/enqueue`,
  });

  const alertOf = (id: string, alert: Alert): Alert => ({
    ...alert,
    id: `${id}/1`,
    incident: { ...alert.incident, id },
  });

  /** An incident that the channel was told of, unless only the decision to tell was taken. */
  const tell = (store: Store, id: string, channel = 'pager', arrived = true): void => {
    const incident = anIncident(id, { subject: { scope: 'tenant', name: id }, announcedTo: [channel] });
    const message = alertOf(id, opened);
    const delivery = { id: `${id}/1/${channel}`, channel, group: id, message, createdAt: T0 };
    store.commitIncidents([{ incident, events: [], deliveries: [delivery] }]);
    if (arrived) store.outbox.sent(delivery.id, T0, null);
  };

  const open = (
    context: TestContext,
    store: Store,
    channels: readonly ChannelOptions[],
    past?: PastChannels,
  ): OpenedChannels => {
    const made = openChannels(channels, past, store, {
      clock: realClock,
      userAgent: 'test',
      logger: recordingLogger(),
    });
    context.after(() => Promise.all(made.notifiers.map(async (notifier) => notifier.close?.())));
    return made;
  };

  /** Under which key the end of an incident goes out over the channel. */
  const keyFor = async ({ notifiers }: OpenedChannels, id: string, name = 'pager'): Promise<unknown> => {
    const notifier = notifiers.find((one) => one.name === name);
    const outcome = await notifier?.send(alertOf(id, resolved), sendContext());
    assert.equal(outcome?.result, 'sent');
    return (receiver.bodies().at(-1) as { routing_key: string }).routing_key;
  };

  it('what was told under the former key ends there, and what is new goes to the new one', async (context) => {
    const store = temporaryStore(context);
    const first = open(context, store, [pager('old')]);
    tell(store, 'a');
    tell(store, 'b', 'pager', false);
    const second = open(context, store, [pager('new')], first.past);
    assert.equal(await keyFor(second, 'a'), 'old');
    assert.equal(await keyFor(second, 'a'), 'new', 'it was over there: trouble that returns is told anew');
    assert.equal(await keyFor(second, 'b'), 'new', 'it never arrived at the former place');
    assert.equal(await keyFor(second, 'c'), 'new');

    tell(store, 'c');
    const third = open(context, store, [pager('newest')], second.past);
    assert.deepEqual(
      [await keyFor(third, 'a'), await keyFor(third, 'c'), await keyFor(third, 'd')],
      ['new', 'new', 'newest'],
      'nor does it go back there after another change',
    );
    const back = open(context, store, [pager('new')], third.past);
    assert.deepEqual([await keyFor(back, 'a'), await keyFor(back, 'c')], ['newest', 'newest']);
  });

  it('a channel that is gone keeps what it promised, and nothing else', async (context) => {
    const store = temporaryStore(context);
    const first = open(context, store, [pager('old'), pager('x', 'other')]);
    tell(store, 'a');
    const second = open(context, store, [], first.past);
    assert.deepEqual(
      second.notifiers.map(({ name }) => name),
      ['pager'],
      'the other one owes nothing',
    );
    assert.equal(await keyFor(second, 'a'), 'old');
    const over = store.incidents.get('a');
    assert.ok(over);
    store.commitIncidents([
      {
        incident: { ...over, state: 'resolved', resolvedAt: T0, announcedTo: [] },
        events: [],
        deliveries: [],
      },
    ]);
    assert.deepEqual(open(context, store, [], second.past).notifiers, []);
  });

  it('the new key takes over where the former one is refused', async (context) => {
    const store = temporaryStore(context);
    const first = open(context, store, [pager('old')]);
    tell(store, 'a');
    const second = open(context, store, [pager('new')], first.past);
    receiver.behave(({ body }) => {
      const refused = body.includes('"old"');
      return { status: refused ? 400 : 202, body: refused ? '{"errors":["Routing key is invalid"]}' : '{}' };
    });
    assert.equal(await keyFor(second, 'a'), 'new');
    receiver.behave({ status: 202 });
    assert.equal(await keyFor(second, 'a'), 'new', 'and stays with it');
  });

  const restarts: readonly (readonly [string, readonly [string, string][], RegExp | null])[] = [
    ['with the same channels owes nobody a word', [['pager', 'old']], null],
    [
      'says that a key changed while incidents were open',
      [['pager', 'new']],
      /^The alert channel pager leads elsewhere now\. Where it led, 1 incident was told as open, and will not be told as over: close there by hand, when over: a\.$/u,
    ],
    [
      'says that a channel is gone while incidents were open',
      [['slack', 'x']],
      /^The alert channel pager is not in the configuration any more\. Where it led, 1 incident was told/u,
    ],
  ];
  for (const [name, channels, said] of restarts) {
    it(`a restart ${name}`, (context) => {
      const store = temporaryStore(context);
      open(context, store, [pager('old')]);
      tell(store, 'a');
      const configured = channels.map(([channel, key]) => pager(key, channel));
      const texts = (): readonly string[] =>
        store.outbox
          .list({ state: 'waiting' })
          .map(({ message }) => message)
          .filter((message): message is Notice => message.reason === 'channel-lost')
          .map(({ text }) => text);
      open(context, store, configured);
      assert.equal(texts().length, said === null ? 0 : 1);
      if (said !== null) assert.match(texts()[0] ?? '', said);
      open(context, store, configured);
      assert.equal(texts().length, said === null ? 0 : 1, 'once');
    });
  }

  it('no secret is kept', (context) => {
    const store = temporaryStore(context);
    open(context, store, [pager('very-secret-key')]);
    assert.doesNotMatch(JSON.stringify(store.smallState.get('alerts.destinations')), /secret/u);
  });
});
