import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import net from 'node:net';
import { after, describe, it } from 'node:test';
import type { Answer } from 'dns-packet';
import { createTestAuthority, TENANT_NAME } from '../support/certificates.ts';
import { realClock } from '../support/clock.ts';
import { reply, startDnsServer, type DnsServer } from '../support/dns-server.ts';
import { never, testProbes } from './probing.ts';
import { at, createServers } from './servers.ts';

const authority = createTestAuthority();
const good = authority.issue({ names: ['*.tenants.test', 'app.fly.test', 'other.tenants.test'] });
const probes = testProbes({ ca: authority.rootPem });
const servers = createServers();
const nameServers: DnsServer[] = [];
after(async () => {
  await servers.close();
  await Promise.all(nameServers.map((server) => server.close()));
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function observeSite(port: number, serverName = TENANT_NAME) {
  const { handshake, site } = await probes.exchange(at(port, serverName), never());
  assert.equal(handshake.result.outcome, 'observed', JSON.stringify(handshake));
  if (site.outcome !== 'observed') assert.fail(JSON.stringify(site));
  return site.facts;
}

describe('the answer of a site', () => {
  for (const protocol of ['http/1.1', 'h2'] as const) {
    it(`is read over ${protocol} on the connection that was judged`, async () => {
      const seen: Record<string, unknown>[] = [];
      const answer = {
        server: 'Fly/a1b2c3',
        via: '2 fly.io',
        'fly-request-id': '01J9XYZ-lhr',
        'content-type': 'text/html; charset=utf-8',
        date: 'Sun, 22 Nov 2026 02:11:10 GMT',
        'set-cookie': 'secret=1',
      };
      const port =
        protocol === 'h2'
          ? await servers.h2(good, (request, response) => {
              seen.push({ ...request.headers, path: request.url });
              response.writeHead(203, answer).end(`hello ${TENANT_NAME}`);
            })
          : await servers.https(good, (request, response) => {
              seen.push({ ...request.headers, path: request.url });
              response.writeHead(203, answer).end(`hello ${TENANT_NAME}`);
            });
      const facts = await observeSite(port);
      assert.equal(facts.status, 203);
      assert.equal(facts.protocol, protocol);
      assert.equal(facts.region, 'lhr');
      assert.equal(facts.serverDate, Date.UTC(2026, 10, 22, 2, 11, 10));
      assert.equal(facts.headers.server, 'Fly/a1b2c3');
      assert.equal(facts.headers['set-cookie'], undefined);
      assert.equal(facts.bodyPreview, `hello ${TENANT_NAME}`);
      assert.equal(facts.bodyBytes, 6 + TENANT_NAME.length);
      assert.equal(facts.bodyTruncated, false);
      assert.equal(facts.bodyDigest, sha256('hello {tenant}.tenants.test'));
      assert.ok(facts.firstByteMs <= facts.totalMs);
      const [request = {}] = seen;
      assert.equal(request['user-agent'], 'tenantwatch/test');
      assert.equal(request['accept-encoding'], 'identity');
      assert.equal(request.path, '/');
      assert.equal(request.host ?? request[':authority'], `${TENANT_NAME}:${port}`);
    });
  }

  it('of a catch-all compares equal for every name, another one does not', async () => {
    const port = await servers.https(good, (request, response) => {
      response.end(`no such tenant: ${request.headers.host?.split('.')[0] ?? ''}`);
    });
    const one = await observeSite(port);
    const other = await observeSite(port, 'other.tenants.test');
    assert.equal(one.bodyDigest, other.bodyDigest);
    const different = await observeSite(await servers.https(good, (_, response) => response.end('welcome')));
    assert.notEqual(different.bodyDigest, one.bodyDigest);
  });

  it('is a fact whatever its status, and a redirect is recorded, never followed', async () => {
    let requests = 0;
    const port = await servers.https(good, (_, response) => {
      requests += 1;
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end();
    });
    const facts = await observeSite(port);
    assert.equal(facts.status, 302);
    assert.equal(facts.headers.location, 'http://169.254.169.254/latest/meta-data/');
    assert.equal(requests, 1);
  });

  it('after a failed handshake was never asked for', async () => {
    const port = await servers.raw((socket) => socket.once('data', () => socket.end()));
    const { site } = await probes.exchange(at(port), never());
    assert.deepEqual(site, { outcome: 'not-taken', reason: 'no-connection' });
  });

  for (const protocol of ['http/1.1', 'h2'] as const) {
    it(`that TLS 1.3 refuses late is a handshake that failed, with the certificate that came (${protocol})`, async () => {
      const port = await servers.tls({
        ...good,
        requestCert: true,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.3',
        ALPNProtocols: [protocol],
      });
      let slow = 0;
      const { handshake, site } = await probes.exchange(at(port), never(), () => (slow += 1));
      assert.equal(slow, 0);
      const { result } = handshake;
      assert.deepEqual(
        result.outcome === 'failed' && [result.failure.phase, result.failure.code, result.failure.alert],
        ['handshake', 'alert', 'certificate_required'],
      );
      assert.equal(handshake.served?.trust, 'trusted');
      assert.deepEqual(site, { outcome: 'not-taken', reason: 'no-connection' });
    });
  }

  it('that is reset in the middle is told from one that ends there', async () => {
    let answered = false;
    const origin = await servers.tls({ ...good, ALPNProtocols: ['http/1.1'] }, (socket) => {
      socket.once('data', () => {
        answered = true;
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nx');
      });
    });
    const cutBy = (cut: (visitor: net.Socket) => void): Promise<number> => {
      answered = false;
      return servers.raw((visitor) => {
        const upstream = net.connect(origin, '127.0.0.1');
        visitor.on('data', (chunk) => upstream.write(chunk));
        visitor.on('close', () => upstream.destroy());
        upstream.on('error', () => undefined);
        upstream.on('data', (chunk) => {
          visitor.write(chunk, () => {
            if (answered) cut(visitor);
          });
        });
      });
    };
    const codes: string[] = [];
    for (const cut of [(v: net.Socket) => v.end(), (v: net.Socket) => v.resetAndDestroy()]) {
      const port = await cutBy(cut);
      const { site } = await probes.exchange(at(port), never());
      codes.push(site.outcome === 'failed' ? site.failure.code : site.outcome);
    }
    assert.deepEqual(codes, ['eof', 'reset']);
  });

  it('is asked for in each run on a new connection', async () => {
    const ports = new Set<number | undefined>();
    const port = await servers.https(good, (request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    await observeSite(port);
    await observeSite(port);
    assert.equal(ports.size, 2);
  });
});

describe('the direct request', () => {
  const resolveTo = async (addresses: readonly string[], rcode = 0): Promise<string> => {
    const server = await startDnsServer((q) => [
      reply(q, {
        rcode,
        answers: addresses
          .filter((address) => address.includes(':') === (q.type === 'AAAA'))
          .map((data): Answer => ({ type: q.type === 'AAAA' ? 'AAAA' : 'A', name: q.name, data, ttl: 1 })),
      }),
    ]);
    nameServers.push(server);
    return server.address;
  };
  const direct = async (resolver: string, port: number, allowPrivateAddresses = true) =>
    testProbes({ ca: authority.rootPem, resolvers: [resolver], allowPrivateAddresses }).direct(
      'app.fly.test',
      port,
      never(),
      'gate',
    );

  it('resolves, connects and asks by itself', async () => {
    const port = await servers.https(good, (request, response) => response.end(request.headers.host));
    const result = await direct(await resolveTo(['127.0.0.1']), port);
    if (result.outcome !== 'observed') assert.fail(JSON.stringify(result));
    assert.equal(result.facts.bodyPreview, `app.fly.test:${port}`);
  });

  it('takes the other family when this machine has no route for the first', async () => {
    const port = await servers.https(good, (_, response) => response.end('ok'));
    // What the kernel refuses for IPv4, and an IPv4-mapped address for "the other family".
    const result = await direct(await resolveTo(['255.255.255.255', '::ffff:127.0.0.1']), port);
    assert.equal(result.outcome, 'observed', JSON.stringify(result));
  });

  it('asks the next resolver when the first fails', async () => {
    const port = await servers.https(good, (_, response) => response.end('ok'));
    const resolvers = [await resolveTo([], 2), await resolveTo(['127.0.0.1'])];
    const result = await testProbes({ ca: authority.rootPem, resolvers }).direct(
      'app.fly.test',
      port,
      never(),
      'gate',
    );
    assert.equal(result.outcome, 'observed');
  });

  /** A name server that leads elsewhere when told to, a clock that can be set ahead, and the probes that use both. */
  const movingApp = async (port: number) => {
    let address: string | undefined = '127.0.0.1';
    let ttl = 60;
    let questions = 0;
    let aheadMs = 0;
    const server = await startDnsServer((q) => {
      questions += 1;
      if (address === undefined) return [reply(q, { rcode: 2 })];
      return [reply(q, { answers: [{ type: 'A', name: q.name, data: address, ttl }] })];
    });
    nameServers.push(server);
    const clock = { ...realClock, monotonicMs: () => realClock.monotonicMs() + aheadMs };
    const moving = testProbes({ ca: authority.rootPem, resolvers: [server.address], clock });
    return {
      ask: async () => (await moving.direct('app.fly.test', port, never(), 'gate')).outcome,
      moveTo: (to: string | undefined) => {
        address = to;
      },
      keepFor: (seconds: number) => {
        ttl = seconds;
      },
      later: (ms: number) => {
        aheadMs += ms;
      },
      questions: () => questions,
    };
  };

  it('is looked up once in the TTL of the answer', async () => {
    const app = await movingApp(await servers.https(good, (_, response) => response.end('ok')));
    assert.deepEqual([await app.ask(), await app.ask(), app.questions()], ['observed', 'observed', 1]);
    app.later(59_000);
    assert.deepEqual([await app.ask(), app.questions()], ['observed', 1]);
    app.later(2_000);
    assert.deepEqual([await app.ask(), app.questions()], ['observed', 2]);
  });

  it('is found while the resolvers fail, for five minutes at most', async () => {
    const app = await movingApp(await servers.https(good, (_, response) => response.end('ok')));
    app.keepFor(86_400);
    assert.equal(await app.ask(), 'observed');
    app.moveTo(undefined);
    app.later(299_000);
    assert.equal(await app.ask(), 'observed');
    app.later(2_000);
    assert.equal(await app.ask(), 'failed');
  });

  it('is looked up anew when the address that is remembered does not answer', async () => {
    const app = await movingApp(await servers.https(good, (_, response) => response.end('ok')));
    app.moveTo('127.0.0.2'); // nobody listens there
    assert.deepEqual([await app.ask(), app.questions()], ['failed', 1]);
    assert.deepEqual([await app.ask(), app.questions()], ['failed', 2]);
    app.moveTo('127.0.0.1');
    assert.deepEqual([await app.ask(), app.questions()], ['observed', 3]);
    assert.deepEqual([await app.ask(), app.questions()], ['observed', 3]);
  });

  for (const [fact, addresses, rcode, allow, phase, code] of [
    ['a name that does not exist', [], 3, true, 'resolve', 'no-address'],
    ['a name without addresses', [], 0, true, 'resolve', 'no-address'],
    ['resolvers that fail', [], 2, true, 'resolve', 'server-error'],
    ['an address that is private', ['127.0.0.1'], 0, false, 'resolve', 'address-forbidden'],
  ] as const) {
    it(`fails for ${fact}: ${code}`, async () => {
      const result = await direct(await resolveTo(addresses, rcode), 443, allow);
      assert.deepEqual(result.outcome === 'failed' && [result.failure.phase, result.failure.code], [
        phase,
        code,
      ]);
    });
  }
});

describe('a configured URL', () => {
  it('is asked for over http with its path and query', async () => {
    const port = await servers.http((request, response) => response.end(request.url));
    const result = await probes.get(`http://127.0.0.1:${port}/health?full=1`, never(), 'gate');
    assert.equal(result.outcome === 'observed' && result.facts.bodyPreview, '/health?full=1');
  });

  it('is asked for over https', async () => {
    const port = await servers.https(good, (_, response) => response.writeHead(503).end());
    const result = await probes.get(`https://127.0.0.1:${port}/health`, never(), 'gate');
    assert.equal(result.outcome === 'observed' && result.facts.status, 503);
  });

  it('at a private address is refused unless allowed', async () => {
    const result = await testProbes({ allowPrivateAddresses: false }).get(
      'http://127.0.0.1:1/',
      never(),
      'gate',
    );
    assert.equal(result.outcome === 'failed' && result.failure.code, 'address-forbidden');
  });

  for (const url of ['ftp://example.com/', 'not a url']) {
    it(`"${url}" is none`, async () => {
      const result = await probes.get(url, never(), 'gate');
      assert.equal(result.outcome === 'failed' && result.failure.code, 'internal');
    });
  }
});
