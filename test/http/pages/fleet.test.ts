import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fleetAddress, fleetQuery } from '../../../src/http/pages/fleet/query.ts';
import { fleetView, ROWS_A_PAGE } from '../../../src/http/pages/fleet/rows.ts';
import { TENANT_CHECKS } from '../../../src/model/check.ts';
import type { TenantResult } from '../../../src/model/diagnosis.ts';
import type { Verdict } from '../../../src/model/verdict.ts';
import { createFleet, type Fleet } from '../../../src/monitor/fleet.ts';

const AT = Date.UTC(2026, 10, 22);

function fleetOf(verdicts: readonly (Verdict | 'waiting')[]): Fleet {
  const fleet = createFleet();
  const ids = verdicts.map((_, index) => `t${String(index).padStart(5, '0')}`);
  fleet.setTenants(
    ids.map((id, index) => ({
      id,
      hostname: `${id}.example.com`,
      app: `sp-${id}`,
      labels: { plan: index % 2 === 0 ? 'free' : 'paid' },
    })),
  );
  for (const [index, verdict] of verdicts.entries()) {
    const id = ids[index];
    if (verdict === 'waiting' || id === undefined) continue;
    fleet.setResult(resultOf(id, verdict), AT + index);
  }
  return fleet;
}

function resultOf(id: string, verdict: Verdict): TenantResult {
  return {
    tenant: id,
    hostname: `${id}.example.com`,
    app: `sp-${id}`,
    verdict,
    durationMs: 100,
    checks: TENANT_CHECKS.map((check) => ({
      id: check,
      verdict,
      reason: verdict === 'pass' ? null : 'server-error',
      summary: 'summary',
      evidence: {},
      durationMs: 1,
    })),
    diagnosis: null,
    explainedBy: verdict === 'unknown' ? { scope: 'monitor', code: 'monitor-network-down' } : null,
    alsoFound: [],
  };
}

const idsOf = (fleet: Fleet, parameters: Readonly<Record<string, string>>): readonly string[] =>
  fleetView(fleet, [], fleetQuery(parameters)).rows.map(({ tenant }) => tenant.id);

describe('the list of the fleet', () => {
  const mixed = fleetOf(['pass', 'skipped', 'warn', 'fail', 'waiting', 'unknown', 'pass']);

  it('begins with what needs a person', () => {
    assert.deepEqual(idsOf(mixed, {}), [
      't00003',
      't00005',
      't00002',
      't00004',
      't00000',
      't00006',
      't00001',
    ]);
  });

  for (const [parameters, expected] of [
    [{ state: 'fail' }, ['t00003']],
    [{ state: 'nonsense' }, idsOf(mixed, {})],
    [{ q: 'T00002' }, ['t00002']],
    [{ q: 'SP-t00002' }, ['t00002']],
    [{ q: 'plan:paid', sort: 'name' }, ['t00001', 't00003', 't00005']],
    [{ problem: 'monitor-network-down' }, ['t00005']],
    [{ q: 'nobody' }, []],
    [{ sort: 'name', page: '99' }, idsOf(mixed, { sort: 'name' })],
  ] as const) {
    it(`shows ${expected.length} for ${JSON.stringify(parameters)}`, () => {
      assert.deepEqual(idsOf(mixed, parameters), expected);
    });
  }

  it('counts everybody, whatever is asked for', () => {
    const view = fleetView(mixed, [], fleetQuery({ state: 'fail' }));
    assert.deepEqual([view.matching, view.total, view.counts.pass, view.counts.waiting], [1, 7, 2, 1]);
  });

  it('pages without losing or repeating a tenant', () => {
    const fleet = fleetOf(Array.from({ length: 2 * ROWS_A_PAGE + 1 }, () => 'pass' as const));
    const pages = ['1', '2', '3'].map((page) => idsOf(fleet, { page }));
    assert.deepEqual(
      pages.map(({ length }) => length),
      [ROWS_A_PAGE, ROWS_A_PAGE, 1],
    );
    assert.equal(new Set(pages.flat()).size, 2 * ROWS_A_PAGE + 1);
  });

  it('keeps what was asked for in the addresses of other pages', () => {
    const query = fleetQuery({ q: 'a&b', state: 'warn', sort: 'slowest', page: '4' });
    assert.equal(fleetAddress(query, {}), '/?q=a%26b&state=warn&sort=slowest');
    assert.equal(fleetAddress(query, { page: 5 }), '/?q=a%26b&state=warn&sort=slowest&page=5');
    assert.equal(fleetAddress(fleetQuery({}), {}), '/');
  });
});
