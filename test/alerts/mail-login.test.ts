import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createNotifiers } from '../../src/alerts/index.ts';
import type { DeliveryOutcome } from '../../src/model/alert.ts';
import { createTestAuthority } from '../support/certificates.ts';
import { opened, realClock, secret, sendContext } from './fixtures.ts';
import { startSmtpReceiver, type SmtpBehaviour } from './smtp-receiver.ts';

const settings = { userAgent: 'tenantwatch-test', clock: realClock, timeoutMs: 10_000 };
const TAKES: SmtpBehaviour = { rcpt: '250 ok' };
const PASSWORD = 'open-sesame';

describe('mail through a server that wants a password', () => {
  const authority = createTestAuthority();
  const trusted = getCACertificates('default');
  before(() => {
    setDefaultCACertificates([...trusted, authority.rootPem]);
  });
  after(() => {
    setDefaultCACertificates(trusted);
  });

  /** Sends one message to the server, and returns what became of it. */
  const send = async (
    context: TestContext,
    scheme: 'smtp' | 'smtps',
    behaviour: SmtpBehaviour,
    tls?: { readonly key: string; readonly cert: string },
    password = PASSWORD,
  ) => {
    const smtp = await startSmtpReceiver(behaviour, tls);
    const [notifier] = createNotifiers(
      [
        {
          type: 'email',
          name: 'mail',
          smtp: secret(`${scheme}://watch:${password}@localhost:${String(smtp.port)}`),
          from: 'watch@example.com',
          to: ['ops@example.com'],
        },
      ],
      settings,
    );
    context.after(() => smtp.close());
    const outcome = await notifier?.send(opened, sendContext());
    await notifier?.close?.();
    return { outcome, smtp };
  };

  const table: readonly (readonly [string, SmtpBehaviour, DeliveryOutcome])[] = [
    ['goes out over TLS', TAKES, { result: 'sent' }],
    [
      'that is wrong disables the channel',
      { rcpt: '250 ok', auth: '535 5.7.8 no' },
      { result: 'disabled', reason: 'SMTP EAUTH 535' },
    ],
    [
      'that cannot be checked now is tried again',
      { rcpt: '250 ok', auth: '454 4.7.0 later' },
      { result: 'retry', reason: 'SMTP EAUTH 454' },
    ],
  ];
  for (const [name, behaviour, expected] of table) {
    it(name, async (context) => {
      const { outcome, smtp } = await send(
        context,
        'smtps',
        behaviour,
        authority.issue({ names: ['localhost'] }),
      );
      assert.deepEqual(outcome, expected);
      assert.equal(smtp.mails.length, expected.result === 'sent' ? 1 : 0);
      assert.ok(smtp.lines.includes(`AUTH PLAIN ${Buffer.from(`\0watch\0${PASSWORD}`).toString('base64')}`));
    });
  }

  it('is taken as it is where a % in it encodes nothing', async (context) => {
    const tls = authority.issue({ names: ['localhost'] });
    const { outcome, smtp } = await send(context, 'smtps', TAKES, tls, '50%off%40');
    assert.deepEqual(outcome, { result: 'sent' });
    assert.ok(smtp.lines.includes(`AUTH PLAIN ${Buffer.from('\0watch\x0050%off@').toString('base64')}`));
  });

  it('says nothing to a server that nobody vouches for', async (context) => {
    const stranger = authority.issue({ names: ['localhost'], signedBy: 'stranger' });
    const { outcome, smtp } = await send(context, 'smtps', TAKES, stranger);
    assert.equal(outcome?.result, 'retry', JSON.stringify(outcome));
    assert.deepEqual(smtp.lines, []);
  });

  it('keeps the password to itself where there is no TLS', async (context) => {
    const { outcome, smtp } = await send(context, 'smtp', TAKES);
    assert.deepEqual(outcome, {
      result: 'disabled',
      reason: 'SMTP ETLS 502: the server offers no TLS, and the password is not sent without',
    });
    assert.ok(!smtp.lines.some((line) => line.startsWith('AUTH')), smtp.lines.join('; '));
    assert.deepEqual(smtp.mails, []);
  });
});
