import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { createNotifiers } from '../../src/alerts/index.ts';
import type { Notifier } from '../../src/model/alert.ts';
import {
  acknowledged,
  changed,
  incident,
  notice,
  opened,
  realClock,
  resolved,
  secret,
  sendContext,
} from './fixtures.ts';
import { startReceiver, type Behaviour } from './receiver.ts';

const settings = { userAgent: 'tenantwatch-test', clock: realClock, timeoutMs: 10_000 };
const QUIET = { unfurl_links: false, unfurl_media: false, link_names: false, parse: 'none' };

const field = (text: string) => ({ type: 'mrkdwn', text, verbatim: true });
const literal = (text: string) => ({ type: 'text', text });
const line = (text: string) => ({ type: 'rich_text_section', elements: [literal(text)] });
const bold = (text: string) => ({
  type: 'rich_text_section',
  elements: [{ type: 'text', text, style: { bold: true } }],
});
const command = (text: string) => ({ type: 'rich_text_preformatted', elements: [literal(text)] });
const plain = (text: string) => ({ type: 'section', text: { type: 'plain_text', text, emoji: false } });

const SINCE = field('*Since*\n<!date^1793502000^{date_short_pretty} {time_secs}|2026-11-01 03:00:00 UTC>');
const FAILED_SINCE = field(SINCE.text.replace('Since', 'Failed since'));
const DEPLOY = field('*Deploy before it*\nv12 by ci@example.com, 41 s before the first failure');
const ORIGIN = field(
  '*Certificate*\ncreated 2 s after release v12 of sp-999bc6549a64: likely the deploy pipeline',
);
const TENANT = field('*Tenant*\n999bc6549a64 (app sp-999bc6549a64)');
const LINKS = {
  type: 'section',
  text: field(
    '<https://runbooks.example/certificate-on-tenant-app|Runbook> · <https://watch.example/incidents/1?a=1&amp;b=2|Incident>',
  ),
};
const WHAT = 'sp-999bc6549a64 claims 999bc6549a64.example.com, and the handshake dies.';

const OPENED = {
  text: `🔴 CRITICAL: 999bc6549a64.example.com: a certificate on the tenant’s app conflicts with the wildcard. ${WHAT}`,
  blocks: [
    {
      type: 'header',
      text: {
        type: 'plain_text',
        text: '🔴 CRITICAL: 999bc6549a64.example.com: a certificate on the tenant’s app conflicts with the wildcard',
        emoji: false,
      },
    },
    plain(WHAT),
    plain('Fly no longer knows who ends TLS; visitors see a connection error.'),
    {
      type: 'section',
      fields: [SINCE, DEPLOY, ORIGIN, field('*Diagnosis*\ncertificate-on-tenant-app (certain)'), TENANT],
    },
    {
      type: 'rich_text',
      elements: [
        bold('Evidence\n'),
        {
          type: 'rich_text_list',
          style: 'bullet',
          elements: [
            line('sp-999bc6549a64 holds a certificate for 999bc6549a64.example.com'),
            line('EOF during the handshake at 192.0.2.1'),
          ],
        },
      ],
    },
    {
      type: 'rich_text',
      elements: [
        bold('What to do\n'),
        line('1. The certificate belongs to the management app (changes something)\n'),
        command('fly certs remove 999bc6549a64.example.com -a sp-999bc6549a64 -y'),
        line('2. Wait a minute (the edge has to notice)\n'),
        line('3. Proves it (reads only)\n'),
        command('tenantwatch verify 999bc6549a64 --wait 2m'),
      ],
    },
    LINKS,
  ],
  ...QUIET,
};

const RESOLVED = {
  text: `✅ RESOLVED: 999bc6549a64.example.com: a certificate on the tenant’s app conflicts with the wildcard. It works again; it failed for 12 min 5 s. It was: ${WHAT}`,
  blocks: [
    {
      type: 'header',
      text: {
        type: 'plain_text',
        text: '✅ RESOLVED: 999bc6549a64.example.com: a certificate on the tenant’s app conflicts with the wildcard',
        emoji: false,
      },
    },
    {
      type: 'rich_text',
      elements: [bold('It works again; it failed for 12 min 5 s.\n'), line(`It was: ${WHAT}`)],
    },
    {
      type: 'section',
      fields: [
        FAILED_SINCE,
        field('*Good since*\n<!date^1793502725^{date_short_pretty} {time_secs}|2026-11-01 03:12:05 UTC>'),
        DEPLOY,
        ORIGIN,
        TENANT,
      ],
    },
    LINKS,
  ],
  ...QUIET,
};

const event = (text: string) => ({ text, blocks: [{ type: 'section', text: field(text) }], ...QUIET });
const ACKNOWLEDGED = event(
  '👀 CRITICAL: 999bc6549a64.example.com: a certificate on the tenant’s app conflicts with the wildcard. Acknowledged by ada: on it',
);
const NOTICE = event('This is a test.');

function button(text: string, action_id: string) {
  return { type: 'button', text: { type: 'plain_text', text }, action_id, value: incident.id };
}

type Receiver = Awaited<ReturnType<typeof startReceiver>>;

describe('over a webhook Slack gets', () => {
  let receiver: Receiver;
  let notifier: Notifier;
  before(async () => {
    receiver = await startReceiver();
    const options = {
      type: 'slack',
      mode: 'webhook',
      name: 'ops',
      webhookUrl: secret(`${receiver.url}/T/B/x`),
    } as const;
    const [made] = createNotifiers([options], settings);
    assert.ok(made);
    notifier = made;
  });
  after(async () => {
    await notifier.close?.();
    await receiver.close();
  });

  const table = [
    ['the whole message when it opens, without buttons', opened, OPENED],
    ['how it ended', resolved, RESOLVED],
    ['one line when it is acknowledged, with the site', acknowledged, ACKNOWLEDGED],
    ['a notice', notice, NOTICE],
  ] as const;
  for (const [name, message, body] of table) {
    it(name, async () => {
      assert.deepEqual(await notifier.send(message, sendContext({ handle: 'C1/1.2' })), { result: 'sent' });
      assert.deepEqual(receiver.bodies().at(-1), body);
    });
  }

  it('that a message may be a repeat', async () => {
    await notifier.send(opened, sendContext({ possibleRepeat: true }));
    assert.match(receiver.received.at(-1)?.body ?? '', /possible repeat of a message sent before/);
  });

  const errors: readonly (readonly [number, string, string])[] = [
    [404, 'no_service', 'disabled'],
    [410, 'channel_is_archived', 'disabled'],
    [403, 'invalid_token', 'disabled'],
    [403, 'action_prohibited', 'disabled'],
    [400, 'invalid_payload', 'rejected'],
    [400, 'invalid_blocks', 'rejected'],
    [500, 'rollup_error', 'retry'],
    [404, '<html>a proxy</html>', 'retry'],
  ];
  for (const [status, body, result] of errors) {
    it(`${status} ${body}: ${result}`, async () => {
      receiver.behave({ status, body });
      assert.equal((await notifier.send(opened, sendContext())).result, result);
    });
  }
});

describe('with a bot token Slack gets', () => {
  let receiver: Receiver;
  let notifier: Notifier;
  const accepting: Behaviour = ({ path }) => ({
    status: 200,
    body: JSON.stringify({ ok: true, channel: 'C1', ts: path.endsWith('update') ? '1.2' : '9.9' }),
  });
  const failing =
    (method: string, error: string): Behaviour =>
    ({ path }) =>
      path.endsWith(method)
        ? { status: 200, body: JSON.stringify({ ok: false, error }) }
        : { status: 200, body: '{"ok":true,"channel":"C1","ts":"9.9"}' };

  before(async () => {
    receiver = await startReceiver();
    const [made] = createNotifiers(
      [
        {
          type: 'slack',
          mode: 'bot',
          name: 'ops',
          botToken: secret('xoxb-1'),
          channel: '#ops',
          signingSecret: secret('s'),
          apiUrl: `${receiver.url}/api/`,
        },
      ],
      settings,
    );
    assert.ok(made);
    notifier = made;
  });
  beforeEach(() => {
    receiver.received.length = 0;
    receiver.behave(accepting);
  });
  after(async () => {
    await notifier.close?.();
    await receiver.close();
  });

  const calls = () => receiver.received.map(({ path }) => path);

  it('the message with buttons, and its place is the handle', async () => {
    assert.deepEqual(await notifier.send(opened, sendContext()), { result: 'sent', handle: 'C1/9.9' });
    assert.deepEqual(calls(), ['/api/chat.postMessage']);
    assert.equal(receiver.received[0]?.headers.authorization, 'Bearer xoxb-1');
    const actions = {
      type: 'actions',
      block_id: 'tenantwatch',
      elements: [
        button('Acknowledge', 'acknowledge'),
        button('Silence 1 h', 'silence:3600000'),
        button('Silence 8 h', 'silence:28800000'),
      ],
    };
    assert.deepEqual(receiver.bodies(), [
      { channel: '#ops', ...OPENED, blocks: [...OPENED.blocks, actions] },
    ]);
  });

  it('the end in place, without buttons, and a line in the thread', async () => {
    assert.deepEqual(await notifier.send(resolved, sendContext({ handle: 'C1/1.2' })), { result: 'sent' });
    assert.deepEqual(calls(), ['/api/chat.update', '/api/chat.postMessage']);
    assert.deepEqual(receiver.bodies(), [
      { channel: 'C1', ts: '1.2', ...RESOLVED },
      {
        channel: 'C1',
        thread_ts: '1.2',
        reply_broadcast: false,
        ...event('✅ It works again; it failed for 12 min 5 s.'),
      },
    ]);
  });

  it('an escalation loudly, an acknowledgement quietly', async () => {
    await notifier.send(changed, sendContext({ handle: 'C1/1.2' }));
    await notifier.send(acknowledged, sendContext({ handle: 'C1/1.2' }));
    const loud = receiver
      .bodies()
      .flatMap((body) =>
        typeof body === 'object' && body !== null && 'reply_broadcast' in body ? [body.reply_broadcast] : [],
      );
    assert.deepEqual(loud, [true, false]);
    // What is shown in the channel is read without the message above it.
    assert.deepEqual(
      receiver.received
        .filter(({ path }) => path.endsWith('postMessage'))
        .map(({ body }) => (JSON.parse(body) as { readonly text: string }).text),
      [
        '🔴 CRITICAL: 999bc6549a64.example.com: a certificate on the tenant’s app conflicts with the wildcard. It is now critical; it was warning.',
        '👀 Acknowledged by ada: on it',
      ],
    );
    assert.doesNotMatch(receiver.received[2]?.body ?? '', /"action_id":"acknowledge"/);
  });

  for (const error of ['message_not_found', 'channel_not_found', 'not_in_channel', 'is_archived']) {
    it(`a new message when the old one cannot be reached any more: ${error}`, async () => {
      receiver.behave(failing('update', error));
      const outcome = await notifier.send(resolved, sendContext({ handle: 'C1/1.2' }));
      assert.deepEqual(outcome, { result: 'sent', handle: 'C1/9.9' });
    });
  }

  it('a new message when the handle is of another kind', async () => {
    await notifier.send(resolved, sendContext({ handle: 'nonsense' }));
    assert.deepEqual(calls(), ['/api/chat.postMessage']);
  });

  const errors: readonly (readonly [string, string])[] = [
    ['invalid_auth', 'disabled'],
    ['token_revoked', 'disabled'],
    ['channel_not_found', 'disabled'],
    ['not_in_channel', 'disabled'],
    ['is_archived', 'disabled'],
    ['missing_scope', 'disabled'],
    ['msg_blocks_too_long', 'rejected'],
    ['invalid_blocks', 'rejected'],
    ['ratelimited', 'retry'],
    ['internal_error', 'retry'],
    ['something new', 'retry'],
  ];
  for (const [error, result] of errors) {
    it(`${error}: ${result}`, async () => {
      receiver.behave(failing('postMessage', error));
      assert.equal((await notifier.send(opened, sendContext())).result, result);
    });
  }
});
