import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { request } from 'undici';
import { INCIDENT_TENANT, type Received } from '../../../src/sandbox/index.ts';
import { until } from '../../support/until.ts';
import { daemonOverSandbox, READER, TOKENS, type RunningDaemon } from './daemon.ts';

const PUBLIC_URL = 'https://watch.example.test';
const SERVICES = ['slack', 'pagerduty', 'alertmanager', 'webhook'] as const;

/** A mail server that takes everything, on loopback. */
async function startMailbox(): Promise<{
  port: number;
  mail: () => string | undefined;
  close: () => Promise<void>;
}> {
  let mails = '';
  const server = createServer((socket) => {
    let inData = false;
    socket.write('220 mailbox\r\n');
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      const text = chunk.toString();
      if (inData) {
        mails += text;
        if (!mails.endsWith('\r\n.\r\n')) return;
        inData = false;
        socket.write('250 taken\r\n');
        return;
      }
      inData = /^DATA/im.test(text);
      if (/^QUIT/im.test(text)) socket.end('221 bye\r\n');
      else socket.write(inData ? '354 go on\r\n' : '250 ok\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return {
    port: address.port,
    // Quoted-printable: long lines are broken, and `=` is written as `=3D`.
    mail: () =>
      mails.endsWith('\r\n.\r\n') ? mails.replaceAll('=\r\n', '').replaceAll('=3D', '=') : undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}

/** Our own addresses in a message, whatever stands around them. */
function ownLinks(text: string): readonly string[] {
  return [...text.matchAll(/https:\/\/watch\.example\.test([\w./?=&%:-]*)/gu)].map(([, path = '']) => path);
}

describe('what a message links to', () => {
  let running: RunningDaemon;
  let mailbox: Awaited<ReturnType<typeof startMailbox>>;
  before(async () => {
    mailbox = await startMailbox();
    running = await daemonOverSandbox(
      { tenants: 2 },
      { tokens: TOKENS, publicUrl: PUBLIC_URL },
      ({ addresses }) => [
        { name: 'slack', type: 'slack', webhookUrl: '${SLACK_WEBHOOK}' },
        { name: 'pagerduty', type: 'pagerduty', routingKey: 'routing-key', url: addresses.pagerDutyUrl },
        { name: 'alertmanager', type: 'alertmanager', urls: [addresses.alertmanagerUrl] },
        {
          name: 'webhook',
          type: 'webhook',
          url: addresses.webhookUrl,
          secret: 'whsec_MDEyMzQ1Njc4OWFiY2RlZg==',
        },
        {
          name: 'mail',
          type: 'email',
          smtp: `smtp://127.0.0.1:${String(mailbox.port)}`,
          from: 'a@example.test',
          to: ['b@example.test'],
        },
      ],
    );
    const { world } = running.sandbox;
    running.sandbox.applyFlyCommand(
      `fly certs add ${INCIDENT_TENANT}.systemprompt.io -a sp-${INCIDENT_TENANT}`,
    );
    world.propagate(`${INCIDENT_TENANT}.systemprompt.io`);
  });
  after(async () => {
    await running.stop();
    await mailbox.close();
  });

  const messageOf = (service: Received['service']): string | undefined => {
    const taken = running.sandbox.receivers
      .received()
      .find((one) => one.service === service && one.status < 300);
    return taken === undefined ? undefined : JSON.stringify(taken.payload);
  };

  for (const channel of [...SERVICES, 'mail'] as const) {
    it(`is a page of the daemon, in ${channel}`, async () => {
      const text = await until(`a message in ${channel}`, () =>
        channel === 'mail' ? mailbox.mail() : messageOf(channel),
      );
      const paths = [...new Set(ownLinks(text))];
      assert.ok(
        paths.some((path) => path.startsWith('/incidents/')) &&
          paths.some((path) => path.startsWith('/runbooks/')),
        text,
      );
      for (const path of paths) {
        const { statusCode, headers, body } = await request(`${running.daemon.url}${path}`, {
          headers: { authorization: `Bearer ${READER}` },
        });
        await body.dump();
        assert.deepEqual(
          [path, statusCode, headers['content-type']],
          [path, 200, 'text/html; charset=utf-8'],
        );
      }
    });
  }

  it('is asked again as our own request when a browser comes from the message', async () => {
    const { statusCode, body } = await request(`${running.daemon.url}/incidents`, {
      headers: { 'sec-fetch-site': 'cross-site', host: 'watch.example.test' },
    });
    assert.equal(statusCode, 200);
    assert.match(await body.text(), /<meta http-equiv="refresh" content="0">/u);
  });
});
