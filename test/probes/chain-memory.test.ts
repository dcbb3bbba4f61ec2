import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import tls from 'node:tls';
import type { CertificateFacts } from '../../src/model/connection.ts';
import { DAY_MS, MINUTE_MS } from '../../src/model/time.ts';
import { createHandshakeBudget } from '../../src/probes/index.ts';
import { createTestAuthority, TENANT_NAME, type LeafOptions } from '../support/certificates.ts';
import { realClock } from '../support/clock.ts';
import { never, testProbes } from './probing.ts';
import { at, createServers } from './servers.ts';

const authority = createTestAuthority();
const servers = createServers();
after(() => servers.close());

/** One server that can be told to serve another chain, and a count of the connections that it saw. */
async function changingServer(): Promise<{
  readonly port: number;
  readonly serve: (options: LeafOptions) => void;
  readonly connections: () => number;
}> {
  let context = tls.createSecureContext(authority.issue());
  let connections = 0;
  const port = await servers.tls({
    SNICallback: (_name, callback) => {
      connections += 1;
      callback(null, context);
    },
  });
  return {
    port,
    serve: (options) => {
      context = tls.createSecureContext(authority.issue(options));
    },
    connections: () => connections,
  };
}

const NEIGHBOUR = 'b1b2b3b4b5b6.tenants.test';

/** What is served after a good chain of the same parent domain was seen, and what must be said of it. */
const SURPRISES: readonly (readonly [fact: string, LeafOptions, CertificateFacts['trust']])[] = [
  ['the renewed certificate', {}, 'trusted'],
  ['a self-signed one', { signedBy: 'itself' }, 'self-signed'],
  ['one from a stranger', { signedBy: 'stranger', alone: true }, 'incomplete-chain'],
  ['one without its intermediate', { alone: true }, 'incomplete-chain'],
  ['one below an expired intermediate', { signedBy: 'expired-intermediate' }, 'invalid-chain'],
  ['one that a mere leaf signed', { signedBy: 'leaf-as-authority' }, 'invalid-chain'],
  ['an expired one of a good chain', { notAfter: Date.now() - DAY_MS }, 'trusted'],
];

describe('a chain that was found good', () => {
  for (const [fact, options, trust] of SURPRISES) {
    it(`does not vouch for another: ${fact} is ${trust}`, async () => {
      const probes = testProbes({ ca: authority.rootPem });
      const server = await changingServer();
      const look = async (name: string): Promise<CertificateFacts['trust'] | undefined> => {
        const { result } = await probes.handshake(at(server.port, name), never());
        return result.outcome === 'observed' ? result.facts.certificate.trust : undefined;
      };
      assert.equal(await look(TENANT_NAME), 'trusted');
      assert.equal(await look(NEIGHBOUR), 'trusted');
      assert.equal(server.connections(), 2);
      server.serve(options);
      assert.equal(await look(NEIGHBOUR), trust);
      assert.equal(server.connections(), 4, 'the connection was made once more, to be judged');
      assert.equal(await look(NEIGHBOUR), trust);
      assert.equal(server.connections(), 5, 'a name that went its own way is judged at once from then on');
    });
  }

  it('is judged again after five minutes, and at once when a date has passed', async () => {
    let aheadMs = 0;
    const clock = {
      ...realClock,
      now: () => realClock.now() + aheadMs,
      monotonicMs: () => realClock.monotonicMs() + aheadMs,
    };
    const probes = testProbes({
      ca: authority.rootPem,
      clock,
      handshakes: createHandshakeBudget({ perSecond: 10_000, clock }),
    });
    const server = await changingServer();
    const look = async (): Promise<string> => {
      const { result } = await probes.handshake(at(server.port), never());
      return result.outcome === 'observed' ? result.facts.certificate.trust : result.failure.code;
    };
    assert.equal(await look(), 'trusted');
    // By our clock the leaf is over: remembered or not, the chain is judged, by OpenSSL's clock still good.
    aheadMs = 4 * MINUTE_MS;
    server.serve({ notAfter: realClock.now() + 2 * MINUTE_MS });
    assert.equal(await look(), 'trusted');
    assert.equal(server.connections(), 3);
    aheadMs += 6 * MINUTE_MS;
    assert.equal(await look(), 'trusted');
    assert.equal(server.connections(), 4, 'forgotten, so judged at the first connection');
  });

  it('takes a second handshake from the budget, too', async () => {
    let taken = 0;
    const probes = testProbes({
      ca: authority.rootPem,
      handshakes: {
        take: () => {
          taken += 1;
          return Promise.resolve();
        },
      },
    });
    const server = await changingServer();
    await probes.handshake(at(server.port), never());
    server.serve({});
    await probes.handshake(at(server.port), never());
    assert.equal(taken, 3);
  });
});
