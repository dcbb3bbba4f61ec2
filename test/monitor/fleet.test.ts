import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { TenantResult } from '../../src/model/diagnosis.ts';
import { createFleet } from '../../src/monitor/fleet.ts';
import { createPacker } from '../../src/monitor/packed-result.ts';
import { check, OUTAGE, tenantResult } from '../reports/results.ts';

const TENANT = { id: 'aaaaaaaaaaaa', hostname: 'a.example.com', app: 'sp-a', labels: {} };
const result = (over: Partial<TenantResult> = {}): TenantResult =>
  tenantResult({ tenant: TENANT.id, checks: [check('tls-handshake', 'pass')], ...over });

describe('the fleet', () => {
  it('keeps of a run what was found, and gives back all of it', () => {
    const fleet = createFleet();
    fleet.setTenants([TENANT]);
    const failing = { ...OUTAGE.tenants[0], tenant: TENANT.id } as TenantResult;
    fleet.setResult(failing, 7);
    assert.deepEqual(fleet.result(TENANT.id), failing);
    const latest = fleet.latest(TENANT.id);
    assert.equal(latest?.at, 7);
    assert.equal(latest.diagnosis?.code, failing.diagnosis?.code);
    assert.deepEqual(
      latest.checks,
      failing.checks.map(({ id, verdict, reason }) => ({ id, verdict, reason })),
    );
  });

  it('leaves the last decided verdict as it was while nothing is known', () => {
    const fleet = createFleet();
    fleet.setTenants([TENANT]);
    for (const verdict of ['fail', 'unknown', 'skipped'] as const) fleet.setResult(result({ verdict }), 1);
    const { verdict, decided } = fleet.latest(TENANT.id) ?? {};
    assert.deepEqual([verdict, decided], ['skipped', 'fail']);
  });

  it('forgets what it knew of a tenant that is gone, and takes nothing of it afterwards', () => {
    const fleet = createFleet();
    fleet.setTenants([TENANT]);
    fleet.setResult(result(), 1);
    fleet.setTenants([]);
    fleet.setResult(result(), 2);
    assert.equal(fleet.latest(TENANT.id), undefined);
    assert.equal(fleet.result(TENANT.id), undefined);
  });
});

describe('a packed result', () => {
  it('is the same after unpacking, whatever a tenant wrote into it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 200 }), { minLength: 1 }), (texts) => {
        const { pack, unpack } = createPacker();
        const all = texts.map((summary) =>
          result({
            checks: [{ ...check('site-response', 'fail'), summary, evidence: { [summary]: texts } }],
          }),
        );
        const packed = all.map(pack);
        assert.deepEqual(packed.map(unpack), all);
      }),
    );
  });
});
