import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { claimOfDetail, claimOfGraphql, claimOfSummary } from '../../src/fly/claim.ts';
import type { ClaimState } from '../../src/model/fly.ts';
import { failureOf, setup } from './client.ts';
import type { Behaviour } from './fly-server.ts';

const NOW = Date.parse('2026-02-01T00:00:00Z');

/** A list of certificates with a cursor, `limit` obeyed. */
function listOf(hostnames: readonly string[], totalCount = hostnames.length): Behaviour {
  return ({ query }) => {
    const start = Number(query.get('cursor') ?? 0);
    const end = start + Number(query.get('limit'));
    return {
      body: {
        certificates: hostnames.slice(start, end).map((hostname) => ({ hostname, status: 'active' })),
        next_cursor: end < hostnames.length ? String(end) : '',
        total_count: totalCount,
      },
    };
  };
}

describe('the certificates of an app', () => {
  it('are read to the last page: a hostname 1,200 entries down is a claim', async (t) => {
    const hostnames = Array.from({ length: 1_200 }, (_, index) => `h${index}.example.com`);
    const { client, server, signal } = await setup(t, listOf(hostnames));
    const claims = await client.certificates('sp-1', signal);
    assert.equal(claims.length, 1_200);
    assert.equal(claims.at(-1)?.hostname, 'h1199.example.com');
    assert.equal(server.received.length, 3);
    assert.equal(server.received[0]?.path, '/v1/apps/sp-1/certificates');
  });

  it('are incomplete when fewer come than total_count promises', async (t) => {
    const { client, signal } = await setup(t, listOf(['a.example.com'], 2));
    await assert.rejects(client.certificates('sp-1', signal), {
      name: 'FlyError',
      failure: { phase: 'api', code: 'incomplete', detail: '1 of 2 certificates of sp-1 came' },
    });
  });

  it('go on after an empty page that has a cursor', async (t) => {
    const pages = [
      { certificates: [], next_cursor: 'a', total_count: 1 },
      { certificates: null, next_cursor: 'b', total_count: 1 },
      { certificates: [{ hostname: 'x.example.com', status: 'active' }], total_count: 1 },
    ];
    const { client, server, signal } = await setup(t, () => ({ body: pages[server.received.length - 1] }));
    assert.equal((await client.certificates('sp-1', signal)).length, 1);
  });

  it('are incomplete when the cursor goes round in a circle', async (t) => {
    const { client, server, signal } = await setup(t, () => ({
      body: { certificates: [], next_cursor: 'same', total_count: 0 },
    }));
    assert.equal((await failureOf(client.certificates('sp-1', signal))).failure.code, 'incomplete');
    assert.equal(server.received.length, 2);
  });

  it('keep what the smallest promise asks for when one goes away between two pages', async (t) => {
    const pages = [
      { certificates: [{ hostname: 'a.example.com' }], next_cursor: '1', total_count: 3 },
      { certificates: [{ hostname: 'b.example.com' }], total_count: 2 },
    ];
    const { client, server, signal } = await setup(t, () => ({ body: pages[server.received.length - 1] }));
    assert.equal((await client.certificates('sp-1', signal)).length, 2);
  });

  it('are found in any position and spelling', async (t) => {
    const spelled = fc
      .mixedCase(fc.constant('tenant.example.io'))
      .chain((name) => fc.constantFrom(name, `${name}.`));
    const others = Array.from({ length: 700 }, (_, index) => `h${index}.other.io`);
    let hostnames: readonly string[] = [];
    const { client, signal } = await setup(t, (request, response) => listOf(hostnames)(request, response), {
      requestsPerSecond: 1_000_000,
    });
    let app = 0;
    await fc.assert(
      fc.asyncProperty(spelled, fc.nat(others.length), async (name, position) => {
        hostnames = others.toSpliced(position, 0, name);
        app += 1;
        const claims = await client.certificates(`sp-${app}`, signal);
        assert.ok(claims.some(({ hostname }) => hostname === 'tenant.example.io'));
      }),
      { numRuns: 15 },
    );
  });

  it('of an app with an impossible name are not asked for: the path might lead elsewhere', async (t) => {
    const { client, server, signal } = await setup(t, listOf([]));
    for (const name of ['..', 'a/b', '', 'A', '-x', 'a?b'])
      await assert.rejects(client.certificates(name, signal), /no app can be called/);
    assert.equal(server.received.length, 0);
  });
});

describe('one certificate', () => {
  it('is asked for with the wildcard escaped', async (t) => {
    const { client, server, signal } = await setup(t, () => ({
      body: {
        hostname: '*.Example.io.',
        status: 'active',
        certificates: [{ source: 'fly', status: 'active', expires_at: '2099-01-01T00:00:00Z' }],
      },
    }));
    const claim = await client.certificate('mgmt', '*.example.io', signal);
    assert.equal(claim.hostname, '*.example.io');
    assert.equal(claim.state, 'issued');
    assert.equal(claim.expiresAt, Date.parse('2099-01-01T00:00:00Z'));
    assert.match(server.received[0]?.path ?? '', /%2A\.example\.io$/);
  });
});

describe('the state of a claim', () => {
  const summaries: readonly (readonly [string, boolean | undefined, ClaimState])[] = [
    ['active', true, 'issued'],
    ['active', false, 'issued'],
    ['Ready', undefined, 'issued'],
    ['pending_ownership', true, 'awaiting-configuration'],
    ['pending_validation', true, 'awaiting-issuance'],
    ['pending_validation', false, 'awaiting-configuration'],
    ['pending_validation', undefined, 'awaiting-configuration'],
    ['Awaiting configuration', undefined, 'awaiting-configuration'],
    ['Awaiting certificates', undefined, 'awaiting-issuance'],
    ['something new', true, 'unknown'],
    ['', undefined, 'unknown'],
  ];
  for (const [status, configured, state] of summaries) {
    it(`is ${state} for a listed "${status}" with configured ${String(configured)}`, () => {
      const claim = claimOfSummary('a', { hostname: 'x.io', status, configured });
      assert.equal(claim.state, state);
      assert.equal(claim.status, status);
    });
  }

  const AHEAD = '2026-02-01T00:00:01Z';
  const BEHIND = '2026-02-01T00:00:00Z';
  const entry = (status: string, expires_at: string | null = null) => ({ status, expires_at, source: 'fly' });
  const details: readonly (readonly [string, readonly ReturnType<typeof entry>[], boolean, ClaimState])[] = [
    ['an active entry that expires later is issued', [entry('active', AHEAD)], true, 'issued'],
    [
      'one active entry of several suffices',
      [entry('pending_validation'), entry('active', AHEAD)],
      true,
      'issued',
    ],
    ['an active entry that has just expired is expired', [entry('active', BEHIND)], true, 'expired'],
    ['an active entry without an expiry is not shown to be ready', [entry('active')], true, 'unknown'],
    [
      'a validation with the DNS in place waits for issuance',
      [entry('pending_validation')],
      true,
      'awaiting-issuance',
    ],
    [
      'a validation without it waits for the DNS',
      [entry('pending_validation')],
      false,
      'awaiting-configuration',
    ],
    [
      'ownership that is not proved waits for it',
      [entry('pending_ownership')],
      true,
      'awaiting-configuration',
    ],
    [
      'an expiry in the future does not make a pending entry issued',
      [entry('pending_ownership', AHEAD)],
      true,
      'awaiting-configuration',
    ],
  ];
  for (const [name, certificates, configured, state] of details) {
    it(`in detail: ${name}`, () => {
      const claim = claimOfDetail(
        'a',
        { hostname: 'x.io', certificates: [...certificates], configured },
        NOW,
      );
      assert.equal(claim.state, state);
    });
  }

  it('in detail keeps what Fly says as evidence, as plain text', () => {
    const { notes, createdAt, status } = claimOfDetail(
      'a',
      {
        hostname: 'x.io',
        status: 'pending_validation',
        certificates: [{ status: 'pending_validation', created_at: '2026-01-31T06:20:00Z' }],
        validation_errors: [
          {
            code: 'dns',
            message: 'no A\u001b[31m record\n::error::x',
            remediation: 'add _acme-challenge.x.io',
          },
        ],
        rate_limited_until: '2026-02-02T00:00:00Z',
      },
      NOW,
    );
    assert.equal(status, 'pending_validation', 'what the list and its entries say alike is said once');
    assert.deepEqual(notes, [
      'dns: no A record ::error::x',
      'add _acme-challenge.x.io',
      'rate limited until 2026-02-02T00:00:00Z',
    ]);
    assert.equal(createdAt, Date.parse('2026-01-31T06:20:00Z'));
  });

  const clientStatuses: readonly (readonly [string, string | null, ClaimState])[] = [
    ['Ready', AHEAD, 'issued'],
    ['Ready', BEHIND, 'expired'],
    ['Ready', null, 'issued'],
    ['Awaiting configuration', null, 'awaiting-configuration'],
    ['Awaiting certificates', null, 'awaiting-issuance'],
  ];
  for (const [clientStatus, expiresAt, state] of clientStatuses) {
    it(`in GraphQL is ${state} for "${clientStatus}" with expiry ${String(expiresAt)}`, () => {
      const issued = { nodes: expiresAt === null ? [] : [{ expiresAt }] };
      assert.equal(claimOfGraphql('a', { hostname: 'X.io.', clientStatus, issued }, NOW).state, state);
    });
  }
});
