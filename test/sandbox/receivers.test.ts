import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { request } from 'undici';
import { renderSlackText, startSandbox } from '../../src/sandbox/index.ts';
import type { FaultName, Received, Sandbox } from '../../src/sandbox/index.ts';

describe('receivers of alerts', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ tenants: 1 });
  });
  afterEach(() => {
    sandbox.faults.clear();
  });
  after(() => sandbox.close());

  async function post(
    url: string,
    payload: unknown,
    authorization?: string,
  ): Promise<readonly [number, string]> {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(authorization === undefined ? {} : { authorization }),
      },
      body: JSON.stringify(payload),
    });
    return [statusCode, await body.text()];
  }

  it('a webhook takes a message, keeps it and tells whoever listens', async () => {
    const seen: Received[] = [];
    const stop = sandbox.receivers.onReceived((received) => seen.push(received));
    assert.deepEqual(await post(sandbox.addresses.slackWebhookUrl, { text: 'hello' }), [200, 'ok']);
    stop();
    assert.deepEqual(
      seen.map(({ service, payload, status }) => [service, payload, status]),
      [['slack', { text: 'hello' }, 200]],
    );
    assert.deepEqual(sandbox.receivers.received().at(-1), seen[0]);
  });

  it('the Web API returns the id of a message, and the same one when it is updated', async () => {
    const { slackApiUrl } = sandbox.addresses;
    const message = { channel: 'C1', text: 'hello' };
    const [, posted] = await post(`${slackApiUrl}/chat.postMessage`, message, 'Bearer xoxb-1');
    const { ts } = JSON.parse(posted) as { ts: string };
    assert.match(ts, /^\d+\.\d{6}$/);
    const [, updated] = await post(`${slackApiUrl}/chat.update`, { ...message, ts }, 'Bearer xoxb-1');
    assert.deepEqual(JSON.parse(updated), { ok: true, channel: 'C1', ts });
    assert.equal(sandbox.receivers.received().at(-1)?.headers.authorization, undefined);
  });

  it('the Web API says what is wrong with status 200', async () => {
    const url = `${sandbox.addresses.slackApiUrl}/chat.postMessage`;
    const errorOf = async (payload: unknown, token?: string): Promise<unknown> =>
      (JSON.parse((await post(url, payload, token))[1]) as { error: unknown }).error;
    assert.equal(await errorOf({ channel: 'C1', text: 'x' }), 'not_authed');
    assert.equal(await errorOf({ text: 'x' }, 'Bearer xoxb-1'), 'channel_not_found');
    assert.equal(await errorOf({ channel: 'C1' }, 'Bearer xoxb-1'), 'no_text');
    const blocks = [{ type: 'section', text: { type: 'plain_text', text: 'x'.repeat(14_000) } }];
    assert.equal(await errorOf({ channel: 'C1', text: 'x', blocks }, 'Bearer xoxb-1'), 'msg_blocks_too_long');
  });

  it('the others answer as their services do', async () => {
    const { pagerDutyUrl, alertmanagerUrl, webhookUrl } = sandbox.addresses;
    const event = { routing_key: 'k', event_action: 'trigger', dedup_key: 'd' };
    assert.equal((await post(pagerDutyUrl, event))[0], 202);
    assert.equal((await post(pagerDutyUrl, {}))[0], 400);
    assert.equal((await post(`${alertmanagerUrl}/api/v2/alerts`, []))[0], 200);
    assert.equal((await post(webhookUrl, {}))[0], 200);
    assert.equal((await post(`${alertmanagerUrl}/elsewhere`, {}))[0], 404);
  });

  const faults: readonly (readonly [FaultName, string])[] = [
    ['receiver-rate-limited', '429'],
    ['receiver-error', '500'],
    ['receiver-disabled', '404'],
    ['receiver-drop', 'UND_ERR_SOCKET'],
  ];
  for (const [fault, expected] of faults)
    it(`${fault}: ${expected}, once`, async () => {
      sandbox.faults.on(fault, { times: 1, name: '/services/*' });
      const send = () =>
        post(sandbox.addresses.slackWebhookUrl, { text: 'x' }).then(
          ([status]) => String(status),
          (error: unknown) => (error instanceof Error && 'code' in error ? error.code : String(error)),
        );
      assert.equal(await send(), expected);
      assert.equal(await send(), '200');
    });

  it('receiver-silent keeps the sender waiting, and the message', async () => {
    sandbox.faults.on('receiver-silent');
    const { slackWebhookUrl } = sandbox.addresses;
    const sent = request(slackWebhookUrl, {
      method: 'POST',
      body: '{"text":"lost"}',
      signal: AbortSignal.timeout(150),
    });
    await assert.rejects(sent, { name: 'TimeoutError' });
    const { payload, status } = sandbox.receivers.received().at(-1) ?? {};
    assert.deepEqual([payload, status], [{ text: 'lost' }, 0]);
  });
});

describe('a Slack message as text', () => {
  it('reads like the message does', () => {
    const text = renderSlackText({
      text: 'fallback',
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: 'Critical: a.example.io' } },
        {
          type: 'section',
          text: { type: 'mrkdwn', text: '*Down* since <https://x.test/1|06:28> &amp; counting' },
        },
        {
          type: 'section',
          fields: [
            { type: 'mrkdwn', text: '*Tenant*\na' },
            { type: 'plain_text', text: '*as it is*' },
          ],
        },
        { type: 'divider' },
        {
          type: 'rich_text',
          elements: [
            { type: 'rich_text_section', elements: [{ type: 'text', text: 'Run:' }] },
            {
              type: 'rich_text_preformatted',
              elements: [{ type: 'text', text: 'fly certs list -a x\nfly certs show y' }],
            },
            {
              type: 'rich_text_list',
              style: 'ordered',
              elements: [
                {
                  type: 'rich_text_section',
                  elements: [{ type: 'link', url: 'https://r.test', text: 'runbook' }],
                },
              ],
            },
          ],
        },
        { type: 'context', elements: [{ type: 'mrkdwn', text: 'incident 7' }] },
        {
          type: 'actions',
          elements: [{ type: 'button', text: { type: 'plain_text', text: 'Acknowledge' } }],
        },
        { type: 'image' },
      ],
    });
    assert.equal(
      text,
      [
        'Critical: a.example.io',
        '',
        'Down since 06:28 (https://x.test/1) & counting',
        '',
        '  Tenant a',
        '  *as it is*',
        '',
        '────────────────────────',
        '',
        'Run:',
        '    fly certs list -a x',
        '    fly certs show y',
        '  1. runbook (https://r.test)',
        '',
        'incident 7',
        '',
        '[ Acknowledge ]',
        '',
        '(image block)',
      ].join('\n'),
    );
  });

  it('falls back to the text, and survives what is no message', () => {
    assert.equal(renderSlackText({ text: 'a &lt;b&gt;' }), 'a <b>');
    for (const odd of [null, 1, 'x', {}, { blocks: [null, 1, { type: 'section' }] }])
      assert.doesNotThrow(() => renderSlackText(odd));
  });
});
