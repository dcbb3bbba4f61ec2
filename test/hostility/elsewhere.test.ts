import assert from 'node:assert/strict';
import { createServer as createHttpServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createNotifiers, type ChannelOptions } from '../../src/alerts/index.ts';
import { createFlyClient } from '../../src/fly/index.ts';
import { createHttpSource } from '../../src/tenants/http.ts';
import { createDeadMan } from '../../src/wiring/dead-man.ts';
import { opened, realClock, secret, sendContext } from '../alerts/fixtures.ts';
import { never, testProbes } from '../probes/probing.ts';
import { recordingLogger } from '../store/fixtures.ts';
import { reply, startDnsServer } from '../support/dns-server.ts';
import { PLAN } from '../tenants/plan.ts';

/** Nobody of ours may ever come here. It stands for a metadata service, or a neighbour on the private network. */
async function innerServer(context: TestContext) {
  let visits = 0;
  const server = await listening(
    context,
    createHttpServer((_request, response) => response.end('secret')),
  );
  server.on('connection', () => (visits += 1));
  return { port: (server.address() as AddressInfo).port, visits: () => visits };
}

async function listening(context: TestContext, server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return server;
}

describe('a probe that is sent to a private address', () => {
  /** All of them are 127.0.0.1, or lead there. */
  const SPELLINGS: readonly string[] = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0x7f.0.0.1',
    '017700000001',
    '0177.0.0.01',
    '127.0.0.1.',
    '127.0.0.1%2e',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    '0',
    '0.0.0.0',
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[::ffff:0:127.0.0.1]',
    'localhost',
    'localhost.',
    'inner.example.test',
    'user:password@127.0.0.1',
    'public.example.test@127.0.0.1',
  ];

  for (const host of SPELLINGS)
    it(`as ${host} knocks nowhere`, async (context) => {
      const inner = await innerServer(context);
      const resolver = await startDnsServer((question) => [
        question.type === 'A'
          ? reply(question, { answers: [{ type: 'A', name: question.name, ttl: 0, data: '127.0.0.1' }] })
          : reply(question, {
              answers: [{ type: 'AAAA', name: question.name, ttl: 0, data: '::ffff:7f00:1' }],
            }),
      ]);
      context.after(resolver.close);
      const probes = testProbes({ allowPrivateAddresses: false, resolvers: [resolver.address] });
      const answer = await probes.get(
        `http://${host}:${String(inner.port)}/latest/meta-data/`,
        never(),
        'routine',
      );
      assert.equal(answer.outcome, 'failed');
      assert.equal(inner.visits(), 0);
    });

  it('has one answer looked at and connected to: a name is asked about once, so that none can turn in between', async (context) => {
    const inner = await innerServer(context);
    let asked = 0;
    const resolver = await startDnsServer((question) => {
      if (question.type !== 'A') return [reply(question, {})];
      asked += 1;
      return [reply(question, { answers: [{ type: 'A', name: question.name, ttl: 0, data: '127.0.0.1' }] })];
    });
    context.after(resolver.close);
    const url = `http://rebound.example.test:${String(inner.port)}/`;
    const settings = { resolvers: [resolver.address] };
    const refused = await testProbes({ ...settings, allowPrivateAddresses: false }).get(
      url,
      never(),
      'routine',
    );
    assert.equal(refused.outcome, 'failed');
    assert.deepEqual([asked, inner.visits()], [1, 0]);
    const allowed = await testProbes(settings).get(url, never(), 'routine');
    assert.equal(allowed.outcome, 'observed');
    assert.deepEqual([asked, inner.visits()], [2, 1]);
  });
});

describe('a redirect to the inside', () => {
  for (const status of [301, 302, 303, 307, 308])
    it(`with ${String(status)} is followed by nobody: health URL, channels, list of tenants, dead-man ping, Fly's API`, async (context) => {
      const inner = await innerServer(context);
      const asked = new Set<string>();
      const outer = await listening(
        context,
        createHttpServer((request, response) => {
          asked.add(request.url ?? '');
          const location = `http://127.0.0.1:${String(inner.port)}/latest/meta-data/`;
          request.resume().on('end', () => {
            response
              .writeHead(status, { location, refresh: `0; url=${location}`, link: `<${location}>; rel=next` })
              .end();
          });
        }),
      );
      const base = `http://127.0.0.1:${String((outer.address() as AddressInfo).port)}`;
      const health = await testProbes().get(`${base}/health`, never(), 'routine');
      assert.equal(health.outcome === 'observed' ? health.facts.status : health.failure.code, status);

      const channels: readonly ChannelOptions[] = [
        { type: 'slack', name: 's', mode: 'webhook', webhookUrl: secret(`${base}/slack`) },
        {
          type: 'slack',
          name: 'b',
          mode: 'bot',
          botToken: secret('xoxb-1'),
          channel: 'C',
          signingSecret: null,
          apiUrl: `${base}/api`,
        },
        { type: 'pagerduty', name: 'p', routingKey: secret('key'), url: `${base}/pagerduty` },
        { type: 'alertmanager', name: 'a', urls: [`${base}/alertmanager`] },
        { type: 'webhook', name: 'w', url: secret(`${base}/webhook`), secret: secret('whsec_c2VjcmV0') },
      ];
      for (const notifier of createNotifiers(channels, {
        userAgent: 'test',
        clock: realClock,
        timeoutMs: 5_000,
      })) {
        context.after(() => notifier.close?.());
        const outcome = await notifier.send(opened, sendContext());
        assert.notEqual(outcome.result, 'sent', notifier.name);
      }

      const source = createHttpSource({
        url: `${base}/tenants.json`,
        plan: PLAN,
        userAgent: 'test',
        clock: realClock,
      });
      context.after(() => source.close?.());
      await assert.rejects(source.load(never()));

      const logger = recordingLogger();
      await createDeadMan({
        url: secret(`${base}/ping`),
        userAgent: 'test',
        logger,
        fleet: { shared: () => ({ at: 1 }) as never },
        stalled: () => [],
        committed: () => true,
      })(never());
      const problems = logger.lines.map(({ fields }) => fields.problem);
      assert.deepEqual(problems, [`it was answered with ${String(status)}`]);

      const fly = createFlyClient({
        org: 'acme',
        token: 'FlyV1 fm2_secret',
        apiBaseUrl: base,
        flapsBaseUrl: base,
        userAgent: 'test',
        clock: realClock,
        random: () => 0,
      });
      context.after(() => fly.close());
      await assert.rejects(fly.certificates('sp-a', never()));

      assert.ok(asked.size >= 9, [...asked].join());
      assert.equal(inner.visits(), 0);
    });
});
