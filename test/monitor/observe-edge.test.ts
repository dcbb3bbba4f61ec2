import assert from 'node:assert/strict';
import net from 'node:net';
import { after, describe, it } from 'node:test';
import tls from 'node:tls';
import { observeEdge, type EdgeObservation } from '../../src/monitor/observe-edge.ts';
import type { Clock } from '../../src/model/time.ts';
import { createHandshakeBudget, type HandshakeBudget, type ProbeOptions } from '../../src/probes/index.ts';
import { never, testProbes } from '../probes/probing.ts';
import { realClock } from '../support/clock.ts';
import { createTestAuthority, TENANT_NAME } from '../support/certificates.ts';
import { reply, startDnsServer, type DnsServer } from '../support/dns-server.ts';

const ADDRESSES = ['127.0.0.1', '127.0.0.2'];
const TIMEOUT_MS = 600;

const authority = createTestAuthority();
const good = authority.issue({ names: ['*.tenants.test'] });
const edges: net.Server[] = [];
const open = new Set<net.Socket>();
const resolvers: DnsServer[] = [];
after(async () => {
  for (const socket of open) socket.destroy();
  for (const edge of edges) edge.close();
  await Promise.all(resolvers.map((resolver) => resolver.close()));
});

/** The same edge at every address, on one port. */
async function startEdge(make: () => net.Server): Promise<number> {
  const listen = (edge: net.Server, port: number, host: string): Promise<number | undefined> =>
    new Promise((resolve) => {
      edges.push(edge);
      edge.on('connection', (socket) => {
        open.add(socket);
        socket.on('error', () => undefined);
      });
      edge.on('tlsClientError', () => undefined);
      edge.once('error', () => {
        resolve(undefined);
      });
      edge.listen(port, host, () => {
        resolve((edge.address() as net.AddressInfo).port);
      });
    });
  for (let tries = 0; tries < 20; tries += 1) {
    const port = await listen(make(), 0, '127.0.0.1');
    if (port !== undefined && (await listen(make(), port, '127.0.0.2')) !== undefined) return port;
  }
  assert.fail('no port is free at both addresses');
}

async function observe(
  port: number,
  request: boolean,
  clock: Clock = realClock,
  options: Partial<ProbeOptions> = {},
): Promise<EdgeObservation> {
  const resolver = await startDnsServer((question) => [
    reply(question, {
      answers:
        question.type === 'A'
          ? ADDRESSES.map((data) => ({ type: 'A' as const, name: question.name, data, ttl: 1 }))
          : [],
    }),
  ]);
  resolvers.push(resolver);
  const probes = testProbes({ ca: authority.rootPem, timeoutMs: TIMEOUT_MS, ...options });
  const servers = {
    resolvers: [{ address: resolver.address, role: 'resolver' as const }],
    zone: Promise.resolve([]),
  };
  const edge = { hostname: TENANT_NAME, port, servers, priority: 'gate' as const, request };
  return observeEdge(probes, clock, edge, never());
}

const outcomes = ({ handshakes }: EdgeObservation): readonly string[] =>
  handshakes.map(({ address, attempt, result }) => `${address} ${attempt} ${result.outcome}`).toSorted();

describe('an edge that refuses only in place of an answer', () => {
  const refusing = (): tls.Server =>
    tls.createServer({ ...good, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' });

  it('refuses at every address and at every attempt: a handshake without a request proves nothing there', async () => {
    const seen = await observe(await startEdge(refusing), true);
    assert.ok(
      seen.handshakes.every(({ result }) => result.outcome === 'failed'),
      outcomes(seen).join('; '),
    );
    assert.deepEqual([...new Set(seen.handshakes.map(({ address }) => address))].toSorted(), ADDRESSES);
    assert.deepEqual(seen.site, { outcome: 'not-taken', reason: 'no-connection' });
  });

  it('is asked no request for it where none may be sent', async () => {
    const seen = await observe(await startEdge(refusing), false);
    assert.deepEqual(outcomes(seen), ['127.0.0.1 1 observed', '127.0.0.2 1 observed']);
    assert.deepEqual(seen.site, { outcome: 'not-taken', reason: 'not-needed' });
  });
});

describe('an edge that accepts and then says nothing', () => {
  /** Pauses pass twenty times as fast as the timeouts of the connections. */
  const hasty: Clock = { ...realClock, sleep: (ms, signal) => realClock.sleep(ms / 20, signal) };

  it('costs one timeout: the fresh attempts begin beside the first one', async () => {
    const seen = await observe(await startEdge(() => net.createServer(() => undefined)), true, hasty);
    for (const address of ADDRESSES) {
      const [first, ...fresh] = seen.handshakes.filter((one) => one.address === address);
      assert.equal(fresh.length, 3);
      for (const { result } of [first, ...fresh].filter((one) => one !== undefined)) {
        assert.ok(result.outcome === 'failed' && result.failure.code === 'timeout');
        assert.ok(first !== undefined && result.at < first.result.at + first.result.durationMs);
      }
    }
  });

  it('to a request is no reason for fresh handshakes', async () => {
    const silent = (): tls.Server =>
      tls.createServer({ ...good, ALPNProtocols: ['http/1.1'] }, () => undefined);
    const seen = await observe(await startEdge(silent), true, hasty);
    assert.deepEqual(outcomes(seen), ['127.0.0.1 1 observed', '127.0.0.2 1 observed']);
    assert.equal(seen.site.outcome === 'failed' && seen.site.failure.code, 'timeout');
  });
});

describe('a handshake that waits for its turn in the budget', () => {
  it('is not slow: the edge is asked no more often for it', async () => {
    const spent: HandshakeBudget = {
      ...createHandshakeBudget({ perSecond: 10_000, clock: realClock }),
      take: (_priority, signal) => realClock.sleep(2 * TIMEOUT_MS, signal),
    };
    const port = await startEdge(() => tls.createServer(good));
    const seen = await observe(port, false, realClock, { handshakes: spent });
    assert.deepEqual(outcomes(seen), ['127.0.0.1 1 observed', '127.0.0.2 1 observed']);
  });
});
