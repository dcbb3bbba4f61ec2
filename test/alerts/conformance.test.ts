import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createNotifiers, type ChannelOptions } from '../../src/alerts/index.ts';
import type { DeliveryOutcome, Message, Notifier } from '../../src/model/alert.ts';
import {
  acknowledged,
  changed,
  notice,
  opened,
  realClock,
  resolved,
  secret,
  sendContext,
} from './fixtures.ts';
import { startReceiver, type Behaviour } from './receiver.ts';
import { startSmtpReceiver } from './smtp-receiver.ts';

const TOKEN = 'xoxb-very-secret-token';
const PATH = '/T000/B000/very-secret-path';
const settings = { userAgent: 'tenantwatch-test', clock: realClock, timeoutMs: 10_000 };
/** For receivers that never end an answer; any other answer may take its time on a busy machine. */
const impatient = { ...settings, timeoutMs: 150 };

type Result = DeliveryOutcome['result'];

/** What a channel's own protocol makes of what is the same for all. */
interface Kit {
  readonly options: (url: string) => ChannelOptions;
  readonly accepted: Behaviour;
  /** Results that differ from the common ones. */
  readonly differs?: Readonly<Record<string, Result>>;
}

const KITS: Readonly<Record<string, Kit>> = {
  'slack webhook': {
    options: (url) => ({ type: 'slack', mode: 'webhook', name: 'c', webhookUrl: secret(`${url}${PATH}`) }),
    accepted: { status: 200, body: 'ok' },
  },
  'slack bot': {
    options: (url) => ({
      type: 'slack',
      mode: 'bot',
      name: 'c',
      botToken: secret(TOKEN),
      channel: '#ops',
      signingSecret: null,
      apiUrl: url,
    }),
    accepted: { status: 200, body: '{"ok":true,"channel":"C1","ts":"1.2"}' },
    // Slack's API says so in a document; without it nobody knows what answered.
    differs: { '204': 'retry', 'a body that never ends': 'retry' },
  },
  pagerduty: {
    options: (url) => ({ type: 'pagerduty', name: 'c', routingKey: secret(TOKEN), url: `${url}/v2/enqueue` }),
    accepted: { status: 202, body: '{"status":"success"}' },
  },
  alertmanager: {
    options: (url) => ({ type: 'alertmanager', name: 'c', urls: [url] }),
    accepted: { status: 200 },
  },
  webhook: {
    options: (url) => ({
      type: 'webhook',
      name: 'c',
      url: secret(`${url}${PATH}`),
      secret: secret('whsec_c2VjcmV0'),
    }),
    accepted: { status: 204 },
    differs: { '410': 'disabled' },
  },
};

const ANSWERS: readonly (readonly [string, Behaviour, Result])[] = [
  ['204', { status: 204 }, 'sent'],
  ['301', { status: 301, headers: { location: 'http://127.0.0.1:1/' } }, 'retry'],
  ['307', { status: 307, headers: { location: '/elsewhere' } }, 'retry'],
  ['400', { status: 400, body: 'no' }, 'rejected'],
  ['404', { status: 404 }, 'retry'],
  ['410', { status: 410 }, 'retry'],
  ['413', { status: 413 }, 'rejected'],
  ['429', { status: 429, headers: { 'retry-after': '7' } }, 'retry'],
  ['500', { status: 500, body: 'oops' }, 'retry'],
  ['503', { status: 503 }, 'retry'],
  ['silence', 'hang', 'retry'],
  ['a broken connection', 'drop', 'retry'],
  ['something that is not HTTP', 'garbage', 'retry'],
  ['a body that never ends', 'drip', 'retry'],
];

const MESSAGES: readonly Message[] = [opened, changed, acknowledged, resolved, notice];

for (const [kind, kit] of Object.entries(KITS)) {
  describe(`the ${kind} channel`, () => {
    let receiver: Awaited<ReturnType<typeof startReceiver>>;
    let notifier: Notifier;
    let hasty: Notifier;
    before(async () => {
      receiver = await startReceiver();
      const [made] = createNotifiers([kit.options(receiver.url)], settings);
      const [madeHasty] = createNotifiers([kit.options(receiver.url)], impatient);
      assert.ok(made && madeHasty);
      notifier = made;
      hasty = madeHasty;
    });
    after(async () => {
      await notifier.close?.();
      await hasty.close?.();
      await receiver.close();
    });

    it('sends every kind of message, as JSON, under the product’s name', async () => {
      receiver.behave(kit.accepted);
      for (const message of MESSAGES) {
        const outcome = await notifier.send(message, sendContext());
        assert.equal(outcome.result, 'sent', `${message.reason}: ${JSON.stringify(outcome)}`);
      }
      for (const { method, headers, body } of receiver.received) {
        assert.equal(method, 'POST');
        assert.equal(headers['user-agent'], 'tenantwatch-test');
        assert.match(headers['content-type'] ?? '', /^application\/json/);
        assert.doesNotThrow(() => JSON.parse(body) as unknown);
      }
    });

    for (const [answer, behaviour, common] of ANSWERS) {
      const expected = kit.differs?.[answer] ?? common;
      it(`takes ${answer} for ${expected}`, async () => {
        receiver.behave(behaviour);
        const endless = behaviour === 'hang' || behaviour === 'drip';
        const outcome = await (endless ? hasty : notifier).send(opened, sendContext());
        assert.equal(outcome.result, expected, JSON.stringify(outcome));
        if (outcome.result === 'retry') {
          const silent = typeof behaviour === 'string';
          assert.equal(outcome.maybeSent === true, silent, 'only without an answer it may have arrived');
        }
        if (answer === '429') assert.equal(outcome.result === 'retry' && outcome.retryAfterMs, 7000);
        if (outcome.result === 'sent') return;
        assert.doesNotMatch(outcome.reason, /secret|xoxb|127\.0\.0\.1/);
        assert.ok(outcome.reason.length > 0 && outcome.reason.length < 120);
      });
    }

    it('sends the same content again after a failure', async () => {
      receiver.behave({ status: 500 });
      await notifier.send(resolved, sendContext());
      receiver.behave(kit.accepted);
      await notifier.send(resolved, sendContext());
      const [first, second] = receiver.received.slice(-2).map(({ body }) => body);
      assert.equal(second, first);
    });

    it('ends at once when it is stopped', async () => {
      receiver.behave('hang');
      const stop = new AbortController();
      stop.abort();
      const outcome = await notifier.send(opened, sendContext({ signal: stop.signal }));
      assert.equal(outcome.result, 'retry');
    });

    it('retries when nobody listens', async () => {
      const gone = await startReceiver();
      await gone.close();
      const [alone] = createNotifiers([kit.options(gone.url)], settings);
      const outcome = await alone?.send(opened, sendContext());
      assert.ok(outcome?.result === 'retry' && outcome.maybeSent === undefined, 'it cannot have arrived');
      await alone?.close?.();
    });
  });
}

describe('the e-mail channel', () => {
  const table: readonly (readonly [
    string,
    Parameters<Awaited<ReturnType<typeof startSmtpReceiver>>['behave']>[0],
    Result,
  ])[] = [
    ['acceptance', { rcpt: '250 ok' }, 'sent'],
    ['a temporary refusal', { rcpt: '450 later' }, 'retry'],
    ['a refused recipient', { rcpt: '550 nobody' }, 'rejected'],
    ['silence', 'hang', 'retry'],
    ['a broken connection', 'drop', 'retry'],
    ['something that is not SMTP', 'garbage', 'retry'],
  ];
  for (const [answer, behaviour, expected] of table) {
    it(`takes ${answer} for ${expected}`, async () => {
      const smtp = await startSmtpReceiver(behaviour);
      const options: ChannelOptions = {
        type: 'email',
        name: 'c',
        smtp: secret(smtp.url),
        from: 'watch@example.com',
        to: ['ops@example.com'],
      };
      const endless = behaviour === 'hang' || behaviour === 'garbage';
      const [notifier] = createNotifiers([options], endless ? impatient : settings);
      const outcome = await notifier?.send(opened, sendContext());
      assert.equal(outcome?.result, expected, JSON.stringify(outcome));
      await notifier?.close?.();
      await smtp.close();
    });
  }
});
