import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { createNotifiers, type ChannelOptions } from '../../src/alerts/index.ts';
import { emailText, judgeMailError } from '../../src/alerts/email.ts';
import { retryAfter } from '../../src/alerts/http.ts';
import type { Message } from '../../src/model/alert.ts';
import { MINUTE_MS } from '../../src/model/time.ts';
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
  START,
} from './fixtures.ts';
import { startReceiver, type Behaviour } from './receiver.ts';
import { startSmtpReceiver } from './smtp-receiver.ts';

const settings = {
  userAgent: 'tenantwatch-test',
  clock: { ...realClock, now: () => START + 1000 },
  timeoutMs: 10_000,
};

/** What the channel sends for these messages, and the outcomes. */
async function exchange(
  make: (url: string) => ChannelOptions,
  messages: readonly Message[],
  behaviour: Behaviour = { status: 202 },
) {
  const receiver = await startReceiver(behaviour);
  const [notifier] = createNotifiers([make(receiver.url)], settings);
  assert.ok(notifier);
  const outcomes = [];
  for (const message of messages) outcomes.push(await notifier.send(message, sendContext()));
  await notifier.close?.();
  await receiver.close();
  return { outcomes, received: receiver.received, bodies: receiver.bodies() };
}

describe('PagerDuty gets', () => {
  const pagerduty = (url: string): ChannelOptions => ({
    type: 'pagerduty',
    name: 'pager',
    routingKey: secret('key'),
    url: `${url}/v2/enqueue`,
  });
  const links = [
    { href: 'https://runbooks.example/certificate-on-tenant-app', text: 'Runbook' },
    { href: 'https://watch.example/incidents/1?a=1&b=2', text: 'Incident' },
  ];
  const trigger = {
    routing_key: 'key',
    event_action: 'trigger',
    dedup_key: incident.id,
    client: 'tenantwatch',
    client_url: 'https://watch.example/incidents/1?a=1&b=2',
    links,
    payload: {
      summary:
        'CRITICAL: 999bc6549a64.example.com: a certificate on the tenant’s app conflicts with the wildcard: sp-999bc6549a64 claims 999bc6549a64.example.com, and the handshake dies.',
      source: '999bc6549a64.example.com',
      severity: 'critical',
      timestamp: '2026-11-01T03:00:00.000Z',
      component: 'sp-999bc6549a64',
      group: 'tenant',
      class: 'certificate-on-tenant-app',
      custom_details: {
        explanation: 'Fly no longer knows who ends TLS; visitors see a connection error.',
        since: '2026-11-01 03:00:00 UTC',
        'deploy before it': 'v12 by ci@example.com, 41 s before the first failure',
        certificate: 'created 2 s after release v12 of sp-999bc6549a64: likely the deploy pipeline',
        diagnosis: 'certificate-on-tenant-app (certain)',
        tenant: '999bc6549a64 (app sp-999bc6549a64)',
        evidence: [
          'sp-999bc6549a64 holds a certificate for 999bc6549a64.example.com',
          'EOF during the handshake at 192.0.2.1',
        ],
        steps: [
          '1. The certificate belongs to the management app (changes something): fly certs remove 999bc6549a64.example.com -a sp-999bc6549a64 -y',
          '2. Wait a minute (the edge has to notice)',
          '3. Proves it (reads only): tenantwatch verify 999bc6549a64 --wait 2m',
        ],
      },
    },
  };
  const test = {
    routing_key: 'key',
    event_action: 'trigger',
    dedup_key: 'test-1',
    client: 'tenantwatch',
    payload: {
      summary: 'This is a test.',
      source: 'tenantwatch',
      severity: 'info',
      timestamp: '2026-11-01T03:00:00.000Z',
    },
  };
  const failing: Message = { ...notice, id: 'd-1', reason: 'database-failing' };
  const well: Message = { ...notice, id: 'd-2', reason: 'database-well', ends: 'd-1' };
  const paged = { ...test.payload, severity: 'critical' };
  const end = { routing_key: 'key', event_action: 'resolve', dedup_key: incident.id };
  const table: readonly (readonly [string, Message, readonly object[]])[] = [
    ['a trigger when it opens', opened, [trigger]],
    ['an acknowledgement', acknowledged, [{ ...end, event_action: 'acknowledge' }]],
    ['a resolve', resolved, [end]],
    ['a test that ends what it began', notice, [test, { ...end, dedup_key: 'test-1' }]],
    ['a page while the database is away', failing, [{ ...test, dedup_key: 'd-1', payload: paged }]],
    ['its end when the database is well', well, [{ ...end, dedup_key: 'd-1' }]],
    ['no sign of life: it would page someone every day', { ...notice, reason: 'watchdog' }, []],
  ];
  for (const [name, message, bodies] of table) {
    it(name, async () => {
      const result = await exchange(pagerduty, [message]);
      assert.deepEqual(result.bodies, bodies);
      assert.deepEqual(result.outcomes, [{ result: 'sent' }]);
    });
  }

  it('the same key for a change, with what is new', async () => {
    const { bodies } = await exchange(pagerduty, [changed]);
    const details = { news: 'It is now critical; it was warning.', ...trigger.payload.custom_details };
    assert.deepEqual(bodies, [{ ...trigger, payload: { ...trigger.payload, custom_details: details } }]);
  });

  it('a key and a summary within its limits', async () => {
    const long = 'x'.repeat(5000);
    const { bodies } = await exchange(pagerduty, [
      { ...opened, incident: { ...incident, id: long, summary: long } },
    ]);
    const [body] = bodies as [typeof trigger];
    assert.equal(body.dedup_key.length, 64);
    assert.ok(body.payload.summary.length <= 1024);
  });

  it('nothing more once it says that the key is wrong', async () => {
    const body = '{"status":"invalid event","errors":["Routing key is invalid"]}';
    const { outcomes } = await exchange(pagerduty, [opened], { status: 400, body });
    assert.equal(outcomes[0]?.result, 'disabled');
  });
});

describe('a webhook gets', () => {
  const webhook = (url: string): ChannelOptions => ({
    type: 'webhook',
    name: 'hook',
    url: secret(`${url}/in?key=1`),
    secret: secret('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
  });

  it('a signature as Standard Webhooks computes it, over an id that stays', async () => {
    const { received } = await exchange(webhook, [opened, opened]);
    assert.equal(received.length, 2);
    const key = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    for (const { headers, body, path } of received) {
      assert.equal(path, '/in?key=1');
      assert.equal(headers['webhook-id'], 't-999bc6549a64-mhg%2F1');
      assert.equal(headers['webhook-timestamp'], '1793502001');
      const signed = createHmac('sha256', key)
        .update(`t-999bc6549a64-mhg%2F1.1793502001.${body}`)
        .digest('base64');
      assert.equal(headers['webhook-signature'], `v1,${signed}`);
    }
  });

  it('the incident with its diagnosis', async () => {
    const { bodies } = await exchange(webhook, [resolved]);
    const { tenant, diagnosis, deploy, origin, links } = resolved;
    assert.deepEqual(bodies, [
      {
        type: 'incident.resolved',
        timestamp: '2026-11-01T03:13:00.000Z',
        data: {
          alert: 't-999bc6549a64-mhg/2',
          headline:
            'RESOLVED: 999bc6549a64.example.com: a certificate on the tenant’s app conflicts with the wildcard',
          incident: {
            id: 't-999bc6549a64-mhg',
            scope: 'tenant',
            subject: '999bc6549a64',
            state: 'resolved',
            code: 'certificate-on-tenant-app',
            severity: 'critical',
            certainty: 'certain',
            summary: incident.summary,
            firstFailedAt: '2026-11-01T03:00:00.000Z',
            openedAt: '2026-11-01T03:00:00.000Z',
            firstGoodAt: '2026-11-01T03:12:05.000Z',
            resolvedAt: '2026-11-01T03:13:00.000Z',
            resolution: 'recovered',
            reopened: 0,
            acknowledgedBy: null,
            members: [],
            memberCount: 0,
          },
          before: null,
          tenant,
          diagnosis,
          deploy,
          origin,
          links,
        },
      },
    ]);
  });

  it('a notice', async () => {
    const { bodies } = await exchange(webhook, [notice]);
    const data = { text: 'This is a test.' };
    assert.deepEqual(bodies, [{ type: 'notice.test', timestamp: '2026-11-01T03:00:00.000Z', data }]);
  });
});

describe('Alertmanager gets', () => {
  const alertmanager = (url: string): ChannelOptions => ({
    type: 'alertmanager',
    name: 'am',
    urls: [`${url}/am/`],
  });

  it('three labels, everything else as annotations, and an end that is four intervals ahead', async () => {
    const { bodies, received } = await exchange(alertmanager, [opened]);
    assert.equal(received[0]?.path, '/am/api/v2/alerts');
    const [[alert]] = bodies as [[{ annotations: Record<string, string> }]];
    const { description, ...annotations } = alert.annotations;
    assert.match(
      description ?? '',
      /1\. The certificate belongs .*\n {3}fly certs remove 999bc6549a64\.example\.com/,
    );
    assert.deepEqual(
      { ...alert, annotations },
      {
        labels: { alertname: 'TenantwatchIncident', scope: 'tenant', tenant: '999bc6549a64' },
        annotations: {
          summary:
            'CRITICAL: 999bc6549a64.example.com: a certificate on the tenant’s app conflicts with the wildcard',
          code: 'certificate-on-tenant-app',
          severity: 'critical',
          certainty: 'certain',
          incident: 't-999bc6549a64-mhg',
          runbook_url: 'https://runbooks.example/certificate-on-tenant-app',
        },
        startsAt: '2026-11-01T03:00:00.000Z',
        endsAt: '2026-11-01T03:04:01.000Z',
        generatorURL: 'https://watch.example/incidents/1?a=1&b=2',
      },
    );
  });

  it('an alert of its own about the database, which ends when it is well', async () => {
    const { bodies } = await exchange(alertmanager, [
      { ...notice, reason: 'database-failing' },
      { ...notice, reason: 'database-well' },
    ]);
    const [failing, well] = (bodies as { labels: object; endsAt: string }[][]).flat();
    assert.deepEqual(failing?.labels, { alertname: 'TenantwatchDatabase', scope: 'monitor' });
    assert.deepEqual(well?.labels, failing.labels);
    assert.equal(failing.endsAt, '2026-11-01T03:04:01.000Z');
    assert.equal(well.endsAt, '2026-11-01T03:00:00.000Z');
  });

  it('a notice under the name of its kind, for longer than a group waits', async () => {
    const reasons = ['watchdog', 'channel-disabled'] as const;
    const { bodies } = await exchange(
      alertmanager,
      reasons.map((reason) => ({ ...notice, id: reason, reason })),
    );
    const alerts = (bodies as { labels: object; endsAt: string }[][]).flat();
    assert.deepEqual(
      alerts.map(({ labels }) => labels),
      ['TenantwatchWatchdog', 'TenantwatchChannelDisabled'].map((alertname) => ({
        alertname,
        scope: 'monitor',
      })),
    );
    assert.equal(alerts[0]?.endsAt, '2026-11-01T03:10:01.000Z');
  });

  it('no late news of an earlier incident while a later one fires', async () => {
    const openedAt = START + 60 * MINUTE_MS;
    const later = { ...incident, id: 'later', startedAt: openedAt, firstFailedAt: openedAt, openedAt };
    const { bodies, outcomes } = await exchange(alertmanager, [
      { ...opened, id: 'later/1', incident: later },
      resolved,
    ]);
    assert.deepEqual(outcomes, [{ result: 'sent' }, { result: 'sent' }]);
    assert.deepEqual(
      (bodies as { annotations: { incident: string } }[][]).flat().map((alert) => alert.annotations.incident),
      ['later'],
    );
  });

  it('no tenant label for the platform', async () => {
    const platform = {
      ...opened,
      tenant: null,
      incident: { ...incident, subject: { scope: 'platform', name: 'platform' } },
    } as const;
    const { bodies } = await exchange(alertmanager, [platform]);
    const [[{ labels }]] = bodies as [[{ labels: object }]];
    assert.deepEqual(labels, { alertname: 'TenantwatchIncident', scope: 'platform' });
  });
});

type Smtp = Awaited<ReturnType<typeof startSmtpReceiver>>;

describe('mail', () => {
  it('is one conversation for each incident, with ids that stay', async () => {
    const smtp = await startSmtpReceiver();
    const options: ChannelOptions = {
      type: 'email',
      name: 'mail',
      smtp: secret(smtp.url),
      from: 'Watch <watch@example.com>',
      to: ['ops@example.com', 'boss@example.com'],
    };
    const [notifier] = createNotifiers([options], settings);
    for (const message of [opened, opened, resolved]) {
      assert.deepEqual(await notifier?.send(message, sendContext()), { result: 'sent' });
    }
    await notifier?.close?.();
    await smtp.close();
    const header = (name: string) =>
      smtp.mails.map(({ data }) =>
        new RegExp(`^${name}: (.*)$`, 'im').exec(data.replace(/\r\n[ \t]+/g, ' '))?.[1]?.trim(),
      );
    assert.deepEqual(
      smtp.mails.map(({ from, to }) => [from, ...to]),
      Array(3).fill(['watch@example.com', 'ops@example.com', 'boss@example.com']),
    );
    const id = '<t-999bc6549a64-mhg%2F1@example.com>';
    assert.deepEqual(header('Message-ID'), [id, id, '<t-999bc6549a64-mhg%2F2@example.com>']);
    assert.deepEqual(header('In-Reply-To'), Array(3).fill('<t-999bc6549a64-mhg@example.com>'));
    assert.deepEqual(header('Auto-Submitted'), Array(3).fill('auto-generated'));
    assert.equal(
      header('Subject')[2],
      "RESOLVED: 999bc6549a64.example.com: a certificate on the tenant's app conflicts with the wildcard",
    );
  });

  describe('that its server takes for some recipients', () => {
    const twoRecipients = async (play: (smtp: Smtp, send: () => Promise<unknown>) => Promise<void>) => {
      const smtp = await startSmtpReceiver();
      const to = ['ops@example.com', 'boss@example.com'];
      const [notifier] = createNotifiers(
        [{ type: 'email', name: 'mail', smtp: secret(smtp.url), from: 'watch@example.com', to }],
        settings,
      );
      await play(smtp, async () => notifier?.send(opened, sendContext()));
      await notifier?.close?.();
      await smtp.close();
      return smtp.mails.map((mail) => mail.to.join(' '));
    };

    it('is sent later to whoever was refused for now, and to nobody twice', async () => {
      const mails = await twoRecipients(async (smtp, send) => {
        smtp.behave({ rcpt: '450 later', only: 'boss@example.com' });
        const retry = { result: 'retry', reason: 'boss@example.com (SMTP 450); the others have it' };
        assert.deepEqual(await send(), retry);
        const none = { result: 'retry', reason: 'boss@example.com (SMTP EENVELOPE 450); the others have it' };
        assert.deepEqual(await send(), none);
        smtp.behave({ rcpt: '250 ok' });
        assert.deepEqual(await send(), { result: 'sent' });
      });
      assert.deepEqual(mails, ['ops@example.com', 'boss@example.com']);
    });

    it('says who refuses it for good', async () => {
      const mails = await twoRecipients(async (smtp, send) => {
        smtp.behave({ rcpt: '550 who?', only: 'boss@example.com' });
        assert.deepEqual(await send(), { result: 'sent', missed: 'boss@example.com (SMTP 550)' });
      });
      assert.deepEqual(mails, ['ops@example.com']);
    });

    it('does not wait long for one mailbox: the others are to hear the next news', async () => {
      const outcomes: unknown[] = [];
      await twoRecipients(async (smtp, send) => {
        smtp.behave({ rcpt: '452 full', only: 'boss@example.com' });
        for (let nth = 0; nth < 6; nth += 1) outcomes.push(await send());
      });
      assert.equal(outcomes.filter((one) => JSON.stringify(one).includes('retry')).length, 5);
      assert.deepEqual(outcomes[5], { result: 'sent', missed: 'boss@example.com (SMTP EENVELOPE 452)' });
    });
  });

  it('holds the whole message as text', () => {
    assert.equal(
      emailText(changed, 'watch@example.com', true).text,
      `CRITICAL: 999bc6549a64.example.com: a certificate on the tenant’s app conflicts with the wildcard
It is now critical; it was warning. (possible repeat of a message sent before)

sp-999bc6549a64 claims 999bc6549a64.example.com, and the handshake dies.
Fly no longer knows who ends TLS; visitors see a connection error.

Since: 2026-11-01 03:00:00 UTC
Deploy before it: v12 by ci@example.com, 41 s before the first failure
Certificate: created 2 s after release v12 of sp-999bc6549a64: likely the deploy pipeline
Diagnosis: certificate-on-tenant-app (certain)
Tenant: 999bc6549a64 (app sp-999bc6549a64)

Evidence
- sp-999bc6549a64 holds a certificate for 999bc6549a64.example.com
- EOF during the handshake at 192.0.2.1

What to do
1. The certificate belongs to the management app (changes something)
   fly certs remove 999bc6549a64.example.com -a sp-999bc6549a64 -y
2. Wait a minute (the edge has to notice)
3. Proves it (reads only)
   tenantwatch verify 999bc6549a64 --wait 2m

Runbook: https://runbooks.example/certificate-on-tenant-app
Incident: https://watch.example/incidents/1?a=1&b=2
`,
    );
  });

  const errors: readonly (readonly [object, object])[] = [
    [
      { code: 'EAUTH', responseCode: 535 },
      { result: 'disabled', reason: 'SMTP EAUTH 535' },
    ],
    [
      { code: 'EAUTH', responseCode: 454 },
      { result: 'retry', reason: 'SMTP EAUTH 454' },
    ],
    [
      { code: 'EENVELOPE', responseCode: 550 },
      { result: 'rejected', reason: 'SMTP EENVELOPE 550' },
    ],
    [
      { code: 'EPROTOCOL', responseCode: 554 },
      { result: 'retry', reason: 'SMTP EPROTOCOL 554' },
    ],
    [{ code: 'ETIMEDOUT' }, { result: 'retry', reason: 'SMTP ETIMEDOUT' }],
    [new Error('smtp://user:password@host'), { result: 'retry', reason: 'SMTP failed' }],
  ];
  for (const [error, outcome] of errors) {
    it(`an error becomes ${JSON.stringify(outcome)}`, () => {
      assert.deepEqual(judgeMailError(error), outcome);
    });
  }
});

describe('Retry-After', () => {
  const table: readonly (readonly [string | undefined, number | null])[] = [
    [undefined, null],
    ['', null],
    ['7', 7000],
    ['0', 0],
    ['999999999', 3_600_000],
    ['Sun, 01 Nov 2026 03:00:30 GMT', 30_000],
    ['Sun, 01 Nov 2020 03:00:30 GMT', 0],
    ['soon', null],
    ['-5', null],
  ];
  for (const [header, waitMs] of table) {
    it(`${header ?? 'nothing'} is ${String(waitMs)}`, () => {
      assert.equal(retryAfter(header, START), waitMs);
    });
  }
});
