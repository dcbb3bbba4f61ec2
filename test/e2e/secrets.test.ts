import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { request } from 'undici';
import { INCIDENT_TENANT, startSandbox } from '../../src/sandbox/index.ts';
import { runProgram, startProgram, workplaceFor } from '../support/program.ts';
import { until } from '../support/until.ts';

const HOSTNAME = `${INCIDENT_TENANT}.systemprompt.io`;

describe('secrets', () => {
  it('leave the process nowhere: not in logs, output, answers, messages or the database', async () => {
    const sandbox = await startSandbox({ tenants: 2 });
    const api = 'api-token-7c1d9e';
    const place = workplaceFor(sandbox, {
      server: {
        listen: '127.0.0.1:0',
        tokens: [{ name: 'grafana', token: '${API_TOKEN}', scopes: ['read', 'verify', 'operate'] }],
      },
      alerts: {
        channels: [
          { name: 'on-call', type: 'slack', webhookUrl: '${SLACK_WEBHOOK}' },
          {
            name: 'pager',
            type: 'pagerduty',
            routingKey: '${ROUTING_KEY}',
            url: sandbox.addresses.pagerDutyUrl,
          },
          { name: 'hook', type: 'webhook', url: '${HOOK_URL}', secret: '${SIGNING_SECRET}' },
          // As people also write them: into the file itself.
          {
            name: 'bot',
            type: 'slack',
            botToken: 'xoxb-bot-token-2f81c0',
            channel: 'C1',
            signingSecret: 'f00d5ecret0123456789abcdef012345',
            apiUrl: sandbox.addresses.slackApiUrl,
          },
          // Nobody listens there: what it says of that must not tell how it would have logged in.
          {
            name: 'mail',
            type: 'email',
            smtp: 'smtp://watch:smtp-password-66d2@127.0.0.1:9',
            from: 'watch@example.com',
            to: ['ops@example.com'],
          },
        ],
      },
      network: {
        allowPrivateAddresses: true,
        witnesses: sandbox.addresses.resolvers,
      },
      watch: { inventory: '1s', edge: '2s', platform: '1s', suspects: '1s', deadManUrl: '${DEAD_MAN_URL}' },
    });
    // A list that is asked for with a key, and does not come.
    appendFileSync(
      place.file,
      `tenants:\n  - { source: fly }\n  - { source: http, url: "${sandbox.addresses.webhookUrl}/list?key=list-key-9e02d4" }\n`,
    );
    const signing = `whsec_${Buffer.from('signing-secret-51f0aa2b93').toString('base64')}`;
    const env = {
      ...place.env,
      LOG_LEVEL: 'debug',
      API_TOKEN: api,
      ROUTING_KEY: 'routing-key-93b2c4e8d1f7a605',
      SIGNING_SECRET: signing,
      HOOK_URL: `${sandbox.addresses.webhookUrl}/hook-path-b71c?key=hook-query-40aa`,
      DEAD_MAN_URL: `${sandbox.addresses.webhookUrl}/ping-uuid-88aa31`,
    };
    const slackPath = new URL(sandbox.addresses.slackWebhookUrl).pathname;
    const secrets = [
      sandbox.tokens.read.replace(/^FlyV1 /u, ''),
      api,
      env.ROUTING_KEY,
      signing.slice('whsec_'.length),
      'ping-uuid-88aa31',
      'hook-path-b71c',
      'hook-query-40aa',
      'list-key-9e02d4',
      'xoxb-bot-token-2f81c0',
      'f00d5ecret0123456789abcdef012345',
      'smtp-password-66d2',
      slackPath,
    ];
    const seen: [where: string, text: string][] = [];
    try {
      // Something fails everywhere, so that errors are said, too.
      sandbox.faults.on('receiver-error', { times: 2 });
      sandbox.world.addCertificate(`sp-${INCIDENT_TENANT}`, HOSTNAME);
      sandbox.world.propagate(HOSTNAME);
      const child = startProgram(['watch', '--config', place.file, '--log', 'json'], { ...place, env });
      let log = '';
      for (const stream of [child.stdout, child.stderr])
        stream?.on('data', (chunk: Buffer) => (log += chunk.toString()));
      const url = await until('the daemon to listen', () => /"url":"([^"]+)"/u.exec(log)?.[1]);
      await until('an alert everywhere', () => {
        const told = sandbox.receivers.received().filter(({ status }) => status >= 200 && status < 300);
        return new Set(told.map(({ service }) => service)).size >= 3 ? true : undefined;
      });
      sandbox.faults.on('api-unauthorized');
      await until('the rejected token to be noticed', () => (log.includes('token') ? true : undefined));

      // What other users of the machine see of it.
      seen.push(['arguments', readFileSync(`/proc/${String(child.pid)}/cmdline`, 'utf8')]);

      const headers = { authorization: `Bearer ${api}` };
      const paths = [
        '/api/v1/tenants',
        `/api/v1/tenants/${INCIDENT_TENANT}`,
        `/api/v1/tenants/${INCIDENT_TENANT}/history`,
        '/api/v1/incidents',
        '/api/v1/platform',
        '/api/v1/claims',
        `/tenants/${INCIDENT_TENANT}`,
        '/silences',
        '/probe?target=nobody',
        '/metrics',
        '/livez',
        '/readyz',
        '/sd',
        '/api/v1/openapi.json',
        '/',
        '/settings',
        '/incidents',
        '/claims',
      ];
      for (const path of paths) {
        for (const given of [{}, headers, { authorization: 'Bearer wrong' }]) {
          const { body } = await request(url + path, { headers: given });
          seen.push([`GET ${path}`, await body.text()]);
        }
      }
      child.kill('SIGTERM');
      await once(child, 'close');
      seen.push(['log', log]);

      for (const args of [
        ['verify', INCIDENT_TENANT],
        ['verify', INCIDENT_TENANT, '--json'],
        ['config', 'show'],
        ['config', 'show', '--json'],
        ['doctor'],
        ['alerts', 'deliveries', '--json'],
        ['backup', join(place.folder, 'tenantwatch.db.copy')],
      ]) {
        const { stdout, stderr } = await runProgram([...args, '--config', place.file], { ...place, env });
        seen.push([args.join(' '), stdout + stderr]);
      }
      for (const { service, payload, path } of sandbox.receivers.received()) {
        // PagerDuty's key belongs into its body; the paths of webhooks are secrets and how they are reached.
        const text = JSON.stringify(payload);
        seen.push([
          `${service} ${path.slice(0, 9)}`,
          service === 'pagerduty' ? text.replaceAll(env.ROUTING_KEY, '') : text,
        ]);
      }
      for (const name of readdirSync(place.folder).filter((file) => file.startsWith('tenantwatch.db'))) {
        seen.push([name, readFileSync(join(place.folder, name), 'latin1')]);
      }
      for (const [where, text] of seen) {
        for (const secret of secrets) assert.ok(!text.includes(secret), `${where} holds ${secret}`);
      }
      assert.ok(seen.length > 50);
      // The errors that could have told something were there.
      const told = (where: string): string => seen.find(([name]) => name.startsWith(where))?.[1] ?? '';
      assert.match(told('alerts deliveries'), /SMTP \w+/u);
      assert.match(log, /"source":"http 127\.0\.0\.1:\d+\/webhook\/list"/u);
    } finally {
      await sandbox.close();
      place.remove();
    }
  });
});
