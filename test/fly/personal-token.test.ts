import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failureOf, setup } from './client.ts';
import type { Behaviour } from './fly-server.ts';
import { answerFor } from './organization.ts';

const PERSONAL = { token: 'Bearer a-personal-token', requestsPerSecond: 10_000 };

/** Fly with a personal token: GraphQL answers, the Machines API does not let it in. */
const behave: Behaviour = (request) => {
  if (request.operation === null) return { status: 401 };
  const { variables } = request;
  const last = { hasNextPage: false, endCursor: null };
  switch (request.operation) {
    case 'AppMachines': {
      const start = Number(variables.after ?? 0);
      const nodes = ['started', 'destroyed', 'stopped'].map((state, index) => ({
        id: `m${index}`,
        state,
        region: 'fra',
        updatedAt: '2026-01-31T06:20:00Z',
        config: { services: [{ autostart: index > 0 }] },
      }));
      const pageInfo = { hasNextPage: start < 2, endCursor: String(start + 1) };
      return { body: { data: { app: { machines: { totalCount: 3, pageInfo, nodes: [nodes[start]] } } } } };
    }
    case 'AppAddresses': {
      const nodes = [{ address: '2A09::1' }, { address: 'fdaa:0:1::2' }];
      const app = { sharedIpAddress: '66.241.124.121', ipAddresses: { totalCount: 2, nodes } };
      return { body: { data: { app: variables.app === 'sp-1' ? app : null } } };
    }
    case 'AppNames':
      return { body: { data: { apps: { totalCount: 1, pageInfo: last, nodes: [{ name: 'sp-1' }] } } } };
    default:
      return answerFor(
        [{ name: 'sp-1', certificates: ['T.example.io', '*.example.io'], machines: [{ id: 'm' }] }],
        request,
      );
  }
};

describe('a personal token', () => {
  it('reads certificates, machines, addresses and apps without the Machines API', async (t) => {
    const { client, server, counted, signal } = await setup(t, behave, PERSONAL);
    assert.deepEqual(
      (await client.certificates('sp-1', signal)).map(({ hostname, state }) => [hostname, state]),
      [
        ['t.example.io', 'issued'],
        ['*.example.io', 'issued'],
      ],
    );
    assert.equal(
      (await client.certificate('sp-1', '*.example.io', signal)).expiresAt,
      Date.parse('2099-01-01T00:00:00Z'),
    );
    assert.deepEqual(
      (await client.machines('sp-1', signal)).map(({ id, state, autostart }) => [id, state, autostart]),
      [
        ['m0', 'started', false],
        ['m2', 'stopped', true],
      ],
    );
    assert.deepEqual(await client.addresses('sp-1', signal), ['2a09::1', '66.241.124.121']);
    assert.deepEqual(await client.apps(signal), ['sp-1']);
    assert.equal((await client.token(signal)).kind, 'bearer');
    assert.deepEqual([...new Set(counted)], ['graphql ok']);
    assert.ok(server.received.every(({ headers }) => headers.authorization === 'Bearer a-personal-token'));
  });

  it('takes an inventory without machines, and is not called rejected', async (t) => {
    const { client, counted, signal } = await setup(t, behave, PERSONAL);
    const inventory = await client.inventory(signal);
    assert.equal(inventory.claims.size, 2);
    assert.equal(inventory.apps.get('sp-1')?.machines, null);
    assert.equal(client.lastCall().outcome, 'observed');
    assert.deepEqual([...new Set(counted)], ['graphql ok']);
  });

  it('finds an unknown app unknown', async (t) => {
    const { client, signal } = await setup(t, behave, PERSONAL);
    for (const asked of [
      client.certificates('nobody', signal),
      client.certificate('sp-1', 'other.example.io', signal),
      client.addresses('nobody', signal),
    ])
      assert.equal((await failureOf(asked)).failure.code, 'not-found');
  });
});
