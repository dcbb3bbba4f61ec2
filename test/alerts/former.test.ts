import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createNotifiers, withFormer } from '../../src/alerts/index.ts';
import type { Notifier } from '../../src/model/alert.ts';
import { opened, realClock, resolved, secret, sendContext } from './fixtures.ts';
import { startReceiver } from './receiver.ts';

it('the new address takes over where the former one does not answer any more', async (context) => {
  const former = await startReceiver();
  await former.close();
  const receiver = await startReceiver({ status: 202 });
  context.after(() => receiver.close());
  const at = (url: string): Notifier => {
    const [notifier] = createNotifiers(
      [{ type: 'webhook', name: 'hook', url: secret(url), secret: secret('key') }],
      { clock: realClock, userAgent: 'test' },
    );
    assert.ok(notifier);
    return notifier;
  };
  const notifier = withFormer(at(receiver.url), [
    { notifier: at(former.url), incidents: new Set([opened.incident.id]) },
  ]);
  context.after(() => notifier.close?.());

  const send = async () => (await notifier.send(resolved, sendContext({ handle: 'old' }))).result;
  const results = [];
  for (let attempt = 1; attempt <= 16; attempt += 1) results.push(await send());
  assert.deepEqual(results, [...Array<string>(15).fill('retry'), 'sent']);
  assert.equal(await send(), 'sent', 'and stays with it');
  assert.equal(receiver.received.length, 2);
});
