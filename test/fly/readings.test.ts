import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFlyWriter } from '../../src/fly/index.ts';
import { createFlyProbe } from '../../src/probes/fly.ts';
import { failureOf, setup } from './client.ts';
import { serveFly } from './fly-server.ts';
import type { Behaviour } from './fly-server.ts';
import { hurriedClock } from './hurried-clock.ts';

describe('releases', () => {
  it('come newest first, as plain text', async (t) => {
    const nodes = [
      { id: 'r1', version: 11, status: 'complete', createdAt: '2026-01-30T00:00:00Z', user: null },
      {
        id: 'r2',
        version: 12,
        status: 'complete',
        reason: 'deploy',
        description: 'Deploy\u202e image\n',
        imageRef: 'registry.fly.io/sp-1:deployment-1',
        createdAt: '2026-01-31T06:28:00Z',
        user: { name: '', email: 'ed@example.io' },
      },
    ];
    const { client, server, signal } = await setup(t, () => ({
      body: { data: { app: { releasesUnprocessed: { nodes } } } },
    }));
    const releases = await client.releases('sp-1', 10, signal);
    assert.deepEqual(releases[0], {
      id: 'r2',
      version: 12,
      status: 'complete',
      reason: 'deploy',
      description: 'Deploy image',
      image: 'registry.fly.io/sp-1:deployment-1',
      user: 'ed@example.io',
      createdAt: Date.parse('2026-01-31T06:28:00Z'),
    });
    assert.equal(releases[1]?.version, 11);
    assert.equal(server.received[0]?.variables.first, 10);
  });

  it('of an unknown app: not-found, and the API is fine', async (t) => {
    const { client, signal } = await setup(t, () => ({ body: { data: { app: null } } }));
    assert.equal((await failureOf(client.releases('sp-1', 1, signal))).failure.code, 'not-found');
    assert.equal(client.lastCall().outcome, 'observed');
  });
});

describe('logs', () => {
  it('come as plain lines with the place to go on from', async (t) => {
    const attributes = {
      timestamp: '2026-01-31T06:28:01.5Z',
      message: 'Replaying request to tenant app \u001b[1msp-1\u001b[0m',
      level: 'info',
      instance: 'm1',
      region: 'fra',
    };
    const { client, server, counted, signal } = await setup(t, () => ({
      body: { data: [{ id: '1', type: 'log', attributes }], meta: { next_token: '17' } },
    }));
    const page = await client.logs('mgmt', { nextToken: '16', region: 'fra' }, signal);
    assert.deepEqual(page, {
      lines: [
        {
          at: Date.parse('2026-01-31T06:28:01.5Z'),
          message: 'Replaying request to tenant app sp-1',
          level: 'info',
          instance: 'm1',
          region: 'fra',
        },
      ],
      nextToken: '17',
    });
    assert.equal(server.received[0]?.path, '/api/v1/apps/mgmt/logs');
    assert.equal(server.received[0].query.get('next_token'), '16');
    assert.deepEqual(counted, ['logs ok']);
  });
});

describe('handshake errors at the edge', () => {
  it('come for every server name in one request', async (t) => {
    const result = [
      { metric: { servername: 'A.example.io' }, value: [1, '3'] },
      { metric: { servername: 'b.example.io' }, value: [1, '0'] },
      { metric: {}, value: [1, '2'] },
      { metric: { servername: 'c.example.io' }, value: [1, 'NaN'] },
    ];
    const { client, server, signal } = await setup(t, () => ({
      body: { status: 'success', data: { resultType: 'vector', result } },
    }));
    assert.deepEqual(await client.edgeHandshakeErrors(5, signal), new Map([['a.example.io', 3]]));
    assert.equal(server.received[0]?.path, '/prometheus/systemprompt/api/v1/query');
    assert.equal(
      server.received[0].query.get('query'),
      'sum by (servername) (increase(fly_edge_tls_handshake_errors[5m]))',
    );
  });

  for (const status of [401, 403, 404]) {
    it(`refused with ${status}: null, and no word about the API`, async (t) => {
      const { client, signal } = await setup(t, () => ({ status }));
      assert.equal(await client.edgeHandshakeErrors(5, signal), null);
      assert.equal(client.lastCall().outcome, 'not-taken');
    });
  }

  it('that fail for another reason say so', async (t) => {
    const { client, signal } = await setup(t, () => ({ status: 500 }));
    assert.equal((await failureOf(client.edgeHandshakeErrors(5, signal))).failure.code, 'server-error');
  });
});

describe('the probe', () => {
  it('observes what the API says, and how long that took', async (t) => {
    const { client, signal } = await setup(t, () => ({ body: { ips: [{ ip: '1.2.3.4' }] } }));
    const observed = await createFlyProbe(client, hurriedClock()).addresses('a', signal);
    assert.ok(observed.outcome === 'observed');
    assert.deepEqual(observed.facts, ['1.2.3.4']);
    assert.ok(observed.durationMs > 0 && observed.at > 0);
  });

  it('asks for the details of the claims that are named, and keeps the list where they fail', async (t) => {
    const { client, server, signal } = await setup(t, ({ path }) => {
      if (path.endsWith('/certificates')) {
        const certificates = ['a.io', 'b.io', 'c.io'].map((hostname) => ({
          hostname,
          status: 'active',
          created_at: '2026-01-31T06:20:00Z',
        }));
        return { body: { certificates, total_count: 3 } };
      }
      const certificates = [{ source: 'fly', status: 'active', expires_at: '2099-01-01T00:00:00Z' }];
      return path.endsWith('/a.io') ? { body: { hostname: 'a.io', certificates } } : { status: 500 };
    });
    const probe = createFlyProbe(client, hurriedClock());
    const observed = await probe.certificates('mgmt', signal, ['a.io', 'b.io', 'other.io']);
    assert.ok(observed.outcome === 'observed');
    assert.deepEqual(
      observed.facts.map(({ hostname, state, expiresAt, source }) => [hostname, state, expiresAt, source]),
      [
        ['a.io', 'issued', Date.parse('2099-01-01T00:00:00Z'), 'fly'],
        ['b.io', 'issued', null, null],
        ['c.io', 'issued', null, null],
      ],
    );
    assert.ok(observed.facts.every(({ createdAt }) => createdAt === Date.parse('2026-01-31T06:20:00Z')));
    assert.equal(server.received.length, 3);
  });

  it('observes failures, and never rejects', async (t) => {
    const { client, signal } = await setup(t, () => ({ status: 404 }));
    const observed = await createFlyProbe(client, hurriedClock()).certificates('a', signal);
    assert.ok(observed.outcome === 'failed');
    assert.equal(observed.failure.code, 'not-found');
  });
});

describe('the writer', () => {
  async function writing(t: Parameters<typeof setup>[0], behave: Behaviour) {
    const server = await serveFly(behave);
    const writer = createFlyWriter({
      token: 'fm2_writer',
      flapsBaseUrl: `${server.url}/base/`,
      userAgent: 'tenantwatch/test',
      clock: hurriedClock(),
      random: () => 0,
    });
    t.after(async () => {
      await writer.close();
      await server.close();
    });
    return { writer, server, signal: t.signal };
  }
  const detail = {
    hostname: 't.example.io',
    status: 'pending_validation',
    configured: true,
    certificates: [],
  };

  it('adds', async (t) => {
    const { writer, server, signal } = await writing(t, () => ({ status: 201, body: detail }));
    const claim = await writer.addCertificate('mgmt', 't.example.io', signal);
    assert.equal(claim.state, 'awaiting-issuance');
    assert.equal(server.received[0]?.method, 'POST');
    assert.equal(server.received[0].path, '/base/v1/apps/mgmt/certificates/acme');
    assert.equal(server.received[0].body, '{"hostname":"t.example.io"}');
    assert.equal(server.received[0].headers.authorization, 'FlyV1 fm2_writer');
  });

  it('does not add a second time when the answer was lost', async (t) => {
    const { writer, server, signal } = await writing(t, () => ({ status: 502 }));
    assert.equal(
      (await failureOf(writer.addCertificate('mgmt', 't.example.io', signal))).failure.code,
      'server-error',
    );
    assert.equal(server.received.length, 1);
  });

  it("tells Fly's own reason when it refuses", async (t) => {
    const body = { error: 'hostname already exists on app' };
    const { writer, signal } = await writing(t, () => ({ status: 422, body }));
    const error = await failureOf(writer.addCertificate('mgmt', 't.example.io', signal));
    assert.equal(error.status, 422);
    assert.match(error.message, /hostname already exists on app/);
  });

  it('removes, and says when there was nothing to remove', async (t) => {
    const { writer, server, signal } = await writing(t, () => ({
      status: server.received.length === 1 ? 204 : 404,
    }));
    assert.equal(await writer.removeCertificate('sp-1', '*.example.io', signal), true);
    assert.equal(await writer.removeCertificate('sp-1', '*.example.io', signal), false);
    assert.equal(server.received[0]?.method, 'DELETE');
    assert.match(server.received[0].path, /\/v1\/apps\/sp-1\/certificates\/%2A\.example\.io$/);
  });

  it('checks', async (t) => {
    const { writer, server, signal } = await writing(t, () => ({ body: detail }));
    await writer.checkCertificate('sp-1', 't.example.io', signal);
    assert.match(server.received[0]?.path ?? '', /\/certificates\/t\.example\.io\/check$/);
  });

  it('sends nothing for a name that is none', async (t) => {
    const { writer, server, signal } = await writing(t, () => ({ body: detail }));
    await failureOf(writer.addCertificate('mgmt', 'a/../b', signal));
    await failureOf(writer.removeCertificate('mgmt', '', signal));
    assert.equal(server.received.length, 0);
  });
});
