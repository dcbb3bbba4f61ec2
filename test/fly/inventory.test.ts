import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { failureOf, setup } from './client.ts';
import type { Behaviour, Received } from './fly-server.ts';
import { answerFor } from './organization.ts';
import type { FakeApp } from './organization.ts';

const ROUTINE = { requestsPerSecond: 10_000 };

const FLEET: readonly FakeApp[] = [
  {
    name: 'management-api-prod',
    certificates: ['*.example.io', ...Array.from({ length: 260 }, (_, index) => `c${index}.customer.io`)],
    machines: [{ id: 'm0' }],
    release: 7,
  },
  ...Array.from({ length: 240 }, (_, index) => ({
    name: `sp-${index}`,
    machines: [{ id: `m-${index}`, state: index % 2 === 0 ? 'started' : 'stopped' }],
    ...(index === 239 ? { certificates: ['Tenant.Example.IO.'] } : {}),
  })),
];

function operations(received: readonly Received[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { operation, path } of received)
    counts[operation ?? path] = (counts[operation ?? path] ?? 0) + 1;
  return counts;
}

/** The organization, but for what the fault answers. */
function faulty(apps: readonly FakeApp[], fault: Behaviour): Behaviour {
  return (request, response) => fault(request, response) ?? answerFor(apps, request);
}

interface InventoryReply {
  readonly body: { readonly data: { readonly apps: Record<string, unknown> & { nodes: unknown[] } } };
}

/** The inventory's page as the organization would give it, changed. */
function changedPage(
  apps: readonly FakeApp[],
  request: Received,
  change: (page: InventoryReply['body']['data']['apps']) => unknown,
) {
  const reply = answerFor(apps, request) as unknown as InventoryReply;
  return { body: { data: { apps: change(reply.body.data.apps) } } };
}

describe('an inventory', () => {
  it('holds every app and every claim, whatever page they are on', async (t) => {
    const { client, server, signal } = await setup(t, (request) => answerFor(FLEET, request), ROUTINE);
    const inventory = await client.inventory(signal);
    assert.equal(inventory.apps.size, 241);
    const [claim] = inventory.claims.get('tenant.example.io') ?? [];
    assert.equal(claim?.app, 'sp-239');
    assert.equal(claim.state, 'issued');
    const management = inventory.apps.get('management-api-prod');
    assert.equal(management?.claims.length, 261);
    assert.equal(management.currentRelease?.version, 7);
    assert.equal(management.currentRelease.user, 'ed');
    assert.deepEqual(inventory.apps.get('sp-1')?.machines, [
      {
        id: 'm-1',
        state: 'stopped',
        region: 'fra',
        autostart: true,
        crashing: null,
        updatedAt: Date.parse('2026-01-31T06:20:00Z'),
      },
    ]);
    assert.deepEqual(operations(server.received), {
      Organization: 1,
      Inventory: 2,
      AppCertificates: 3,
      '/v1/orgs/systemprompt/machines': 1,
    });
  });

  it('asks again for pages only: what may start a machine is read once for each of its versions', async (t) => {
    let apps: readonly FakeApp[] = FLEET;
    const { client, server, signal } = await setup(t, (request) => answerFor(apps, request), ROUTINE);
    await client.inventory(signal);
    const first = server.received.length;
    await client.inventory(signal);
    assert.deepEqual(operations(server.received.slice(first)), {
      Inventory: 2,
      AppCertificates: 3,
      '/v1/orgs/systemprompt/machines': 1,
    });
    assert.ok(server.received.slice(first).every(({ variables }) => variables.configs !== true));

    const second = server.received.length;
    apps = FLEET.map((app) =>
      app.name === 'sp-5' ? { ...app, machines: [{ id: 'm-5', version: 'v2', autostart: false }] } : app,
    );
    const inventory = await client.inventory(signal);
    assert.equal(inventory.apps.get('sp-5')?.machines?.[0]?.autostart, false);
    assert.equal(inventory.apps.get('sp-6')?.machines?.[0]?.autostart, true);
    const asked = server.received.slice(second).filter(({ operation }) => operation === 'MachineConfigs');
    assert.deepEqual(
      asked.map(({ variables }) => variables.a0),
      ['sp-5'],
    );
  });

  it('grows in requests with the pages, not with the tenants', async (t) => {
    const counts: number[] = [];
    for (const size of [200, 400, 800]) {
      const apps = Array.from({ length: size }, (_, index) => ({
        name: `sp-${index}`,
        certificates: [`${index}.customer.io`],
        machines: [{ id: `m${index}` }],
      }));
      const { client, server, signal } = await setup(t, (request) => answerFor(apps, request), ROUTINE);
      await client.inventory(signal);
      const before = server.received.length;
      await client.inventory(signal);
      counts.push(server.received.length - before);
    }
    assert.deepEqual(counts, [2, 3, 5]);
  });

  it('shrinks its pages when they are too much, and remembers', async (t) => {
    const tooMuch: Behaviour = ({ operation, variables }) =>
      operation === 'Inventory' && Number(variables.first) > 30
        ? { body: { errors: [{ message: 'query is too complex', extensions: { code: 'TOO_COMPLEX' } }] } }
        : undefined;
    const { client, server, signal } = await setup(t, faulty(FLEET, tooMuch), ROUTINE);
    assert.equal((await client.inventory(signal)).apps.size, 241);
    const before = server.received.length;
    assert.equal((await client.inventory(signal)).apps.size, 241);
    const sizes = server.received
      .slice(before)
      .filter(({ operation }) => operation === 'Inventory')
      .map(({ variables }) => variables.first);
    assert.deepEqual(sizes, Array(21).fill(12));
  });

  it('survives a page that fails once', async (t) => {
    let failed = false;
    const once: Behaviour = ({ operation, variables }) => {
      if (failed || operation !== 'Inventory' || variables.after !== '200') return undefined;
      failed = true;
      return { status: 502 };
    };
    const { client, signal } = await setup(t, faulty(FLEET, once), ROUTINE);
    assert.equal((await client.inventory(signal)).apps.size, 241);
  });

  it('goes on after pages that are empty or short', async (t) => {
    const apps = FLEET.slice(1, 5);
    // At each place of the list first a page with nothing, then one with a single app.
    const stingy: Behaviour = (request) => {
      if (request.operation !== 'Inventory') return undefined;
      const step = Number(request.variables.after ?? 0);
      const all = { ...request, variables: { ...request.variables, after: null } };
      return changedPage(apps, all, (page) => ({
        totalCount: 4,
        pageInfo: { hasNextPage: step < 7, endCursor: String(step + 1) },
        nodes: step % 2 === 0 ? [] : page.nodes.slice((step - 1) / 2, (step + 1) / 2),
      }));
    };
    const { client, signal } = await setup(t, faulty(apps, stingy), ROUTINE);
    assert.equal((await client.inventory(signal)).apps.size, 4);
  });

  it('keeps an app whose release fails to resolve', async (t) => {
    const partly: Behaviour = (request) => {
      if (request.operation !== 'Inventory') return undefined;
      const { body } = changedPage(FLEET.slice(0, 3), request, (page) => page);
      const path = ['apps', 'nodes', 1, 'currentReleaseUnprocessed'];
      return { body: { ...body, errors: [{ message: 'boom', path }] } };
    };
    const { client, signal } = await setup(t, faulty(FLEET, partly), ROUTINE);
    assert.equal((await client.inventory(signal)).apps.size, 3);
  });

  describe('when the certificates of one app fail to resolve, so that the app comes as null', () => {
    const apps: readonly FakeApp[] = ['sp-1', 'sp-2', 'sp-3'].map((name) => ({
      name,
      certificates: [`${name}.customer.io`],
    }));
    const without =
      (gone: readonly number[], names: readonly FakeApp[] = apps): Behaviour =>
      (request) => {
        if (request.path === '/v1/apps') return answerFor(names, request);
        if (request.operation !== 'Inventory') return undefined;
        const { body } = changedPage(apps, request, (page) => ({
          ...page,
          nodes: page.nodes.map((node, index) => (gone.includes(index) ? null : node)),
        }));
        const errors = gone.map((index) => ({
          message: 'boom',
          path: ['apps', 'nodes', index, 'certificates'],
        }));
        return { body: { ...body, errors } };
      };

    it('it is asked for by name', async (t) => {
      const { client, signal } = await setup(t, faulty(apps, without([1])), ROUTINE);
      const { claims } = await client.inventory(signal);
      assert.deepEqual([...claims.keys()].toSorted(), [
        'sp-1.customer.io',
        'sp-2.customer.io',
        'sp-3.customer.io',
      ]);
    });

    const facts: readonly [what: string, behave: Behaviour, code: string][] = [
      ['nobody can say which one it is', without([1], apps.slice(0, 1)), 'incomplete'],
      [
        'it fails by name, too',
        (request, response) =>
          request.path === '/v1/apps/sp-2/certificates' ? { status: 500 } : without([1])(request, response),
        'server-error',
      ],
    ];
    it('one that fails by name, too, is named where gaps are, and hides no other', async (t) => {
      const [, [, behave]] = facts as [unknown, (typeof facts)[number]];
      const { client, signal } = await setup(t, faulty(apps, behave), ROUTINE);
      const { claims, unread } = await client.inventory(signal, { gaps: 'named' });
      assert.deepEqual([...claims.keys()].toSorted(), ['sp-1.customer.io', 'sp-3.customer.io']);
      assert.deepEqual(
        [...(unread ?? [])].map(([app, { code }]) => [app, code]),
        [['sp-2', 'server-error']],
      );
    });

    for (const [what, behave, code] of facts)
      it(`the sweep fails when ${what}`, async (t) => {
        const { client, signal } = await setup(t, faulty(apps, behave), ROUTINE);
        assert.equal((await failureOf(client.inventory(signal))).failure.code, code);
      });
  });

  const lies: readonly (readonly [
    string,
    (page: Record<string, unknown> & { nodes: unknown[] }) => unknown,
  ])[] = [
    ['promises more apps than come', (page) => ({ ...page, totalCount: 999 })],
    ['gives every app as null', (page) => ({ ...page, nodes: page.nodes.map(() => null) })],
    [
      'has a next page and no cursor',
      (page) => ({ ...page, pageInfo: { hasNextPage: true, endCursor: null } }),
    ],
    ['goes round in a circle', (page) => ({ ...page, pageInfo: { hasNextPage: true, endCursor: 'same' } })],
    [
      'promises more certificates of one app than come',
      (page) => ({
        ...page,
        nodes: [
          {
            name: 'sp-1',
            certificates: { totalCount: 2, pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] },
          },
          ...page.nodes.slice(1),
        ],
      }),
    ],
  ];
  for (const [name, change] of lies) {
    it(`is refused as incomplete when the API ${name}`, async (t) => {
      const lie: Behaviour = (request) =>
        request.operation === 'Inventory' ? changedPage(FLEET.slice(0, 3), request, change) : undefined;
      const { client, signal } = await setup(t, faulty(FLEET, lie), ROUTINE);
      const { failure } = await failureOf(client.inventory(signal));
      assert.equal(failure.code, 'incomplete');
    });
  }

  it('is refused when apps vanish between two pages: another one may have slipped through', async (t) => {
    const shrinking: Behaviour = (request) =>
      request.operation === 'Inventory' && request.variables.after !== null
        ? answerFor(FLEET.slice(1), request)
        : undefined;
    const { client, signal } = await setup(t, faulty(FLEET, shrinking), ROUTINE);
    assert.equal((await failureOf(client.inventory(signal))).failure.code, 'incomplete');
  });

  it('is refused when an organization that had apps is suddenly empty', async (t) => {
    let apps = FLEET;
    const { client, signal } = await setup(t, (request) => answerFor(apps, request), ROUTINE);
    await client.inventory(signal);
    apps = [];
    assert.equal((await failureOf(client.inventory(signal))).failure.code, 'incomplete');
  });

  const blind: readonly (readonly [string, Behaviour])[] = [
    ['a region does not answer', () => ({ body: { machines: [], error_regions: ['ams'] } })],
    ['the list of machines is refused', () => ({ status: 401 })],
    ['the list of machines is garbage', () => ({ body: 'garbage' })],
  ];
  for (const [name, reply] of blind) {
    it(`knows no machines when ${name}, and all claims`, async (t) => {
      const fault: Behaviour = (request, response) =>
        request.path.includes('/orgs/') ? reply(request, response) : undefined;
      const { client, signal } = await setup(t, faulty(FLEET, fault), ROUTINE);
      const inventory = await client.inventory(signal);
      assert.equal(inventory.claims.size, 262);
      assert.ok([...inventory.apps.values()].every(({ machines }) => machines === null));
    });
  }

  it('reads machines to the last page, empty ones with a cursor included', async (t) => {
    const pages: Readonly<Record<string, unknown>> = {
      '': { machines: [], next_cursor: 'a' },
      a: { machines: [{ id: 'm0', app_name: 'sp-0', state: 'started' }], next_cursor: 'b' },
      b: { machines: [{ id: 'm1', app_name: 'sp-0', state: 'destroyed' }] },
    };
    const fault: Behaviour = ({ path, query }) =>
      path.includes('/orgs/') ? { body: pages[query.get('cursor') ?? ''] } : undefined;
    const { client, signal } = await setup(t, faulty(FLEET, fault), ROUTINE);
    const inventory = await client.inventory(signal);
    assert.deepEqual(
      inventory.apps.get('sp-0')?.machines?.map(({ id }) => id),
      ['m0'],
    );
    assert.deepEqual(inventory.apps.get('sp-1')?.machines, []);
  });

  it('of an organization that is not known: not-found', async (t) => {
    const { client, signal } = await setup(t, () => ({ body: { data: { organization: null } } }));
    assert.equal((await failureOf(client.inventory(signal))).failure.code, 'not-found');
  });

  it('with a token that GraphQL rejects: unauthorized, although the status is 200', async (t) => {
    const rejected = {
      errors: [{ message: 'You must be authenticated', extensions: { code: 'UNAUTHORIZED' } }],
    };
    const { client, signal } = await setup(t, () => ({ body: rejected }));
    const { failure } = await failureOf(client.inventory(signal));
    assert.equal(failure.code, 'unauthorized');
    assert.equal(client.lastCall().outcome, 'failed');
  });

  it('stops when it is told to', async (t) => {
    const stop = new AbortController();
    const stuck: Behaviour = ({ operation }) => {
      if (operation === 'Inventory') stop.abort();
      return undefined;
    };
    const { client } = await setup(t, (request, response) =>
      request.operation === 'Inventory' ? stuck(request, response) : answerFor(FLEET, request),
    );
    assert.equal((await failureOf(client.inventory(stop.signal))).failure.code, 'aborted');
  });
});
