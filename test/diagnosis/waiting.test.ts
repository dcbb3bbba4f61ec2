import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isCuredByWaiting, verifyResult } from '../../src/diagnosis/index.ts';
import { diagnosed } from '../support/diagnosing.ts';
import {
  claim,
  CONTROLS_REFUSED,
  http,
  MANAGEMENT,
  MISPLACED,
  NOW,
  observed,
  platform,
  settings,
  UNREACHABLE,
  WILDCARD,
  type TenantChanges,
} from '../support/snapshots.ts';

const SETTINGS = settings();

function awaiting(createdAt: number | null): TenantChanges {
  const exact = claim('shop.example.com', MANAGEMENT, {
    state: 'awaiting-issuance',
    expiresAt: null,
    createdAt,
  });
  return {
    ...UNREACHABLE,
    tenant: { hostname: 'shop.example.com' },
    platform: platform({ management: { certificates: observed([WILDCARD, exact]) } }),
  };
}

describe('does waiting cure it', () => {
  for (const [fact, changes, cures] of [
    ['nothing is wrong', {}, true],
    ['a claim', { ...UNREACHABLE, certificates: observed([MISPLACED]) }, false],
    ['an unexplained refusal', UNREACHABLE, true],
    ['a platform outage', { ...UNREACHABLE, platform: platform(CONTROLS_REFUSED) }, true],
    ['a site that answers 404 itself', { site: observed(http(404)), direct: observed(http(404)) }, true],
    ['a certificate asked for within the grace', awaiting(NOW - SETTINGS.issuanceGraceMs), true],
    ['a certificate asked for before it', awaiting(NOW - SETTINGS.issuanceGraceMs - 1), false],
    ['a certificate asked for nobody knows when', awaiting(null), true],
  ] as const) {
    it(`${fact}: ${cures ? 'it may' : 'no'}`, () => {
      const { result } = diagnosed(changes);
      const roots = [result.diagnosis?.code, result.explainedBy?.code].filter((code) => code !== undefined);
      assert.equal(
        roots.every((code) => isCuredByWaiting(code, result.checks, SETTINGS.issuanceGraceMs, NOW)),
        cures,
      );
    });
  }
});

describe('the document', () => {
  it('has no verdict without a tenant, and the platform’s failures with one', () => {
    const { shared, document, result } = diagnosed({
      platform: platform({ management: { certificates: observed([]) } }),
    });
    assert.equal(verifyResult(NOW, 1, shared, []).verdict, 'skipped');
    assert.equal(document.verdict, 'fail');
    assert.equal(document.startedAt, '2026-01-31T06:28:00.000Z');
    assert.deepEqual(result.explainedBy, { scope: 'platform', code: 'wildcard-certificate-missing' });
  });

  it('is not failed by the monitor’s own trouble', () => {
    const { document } = diagnosed({
      platform: platform({ monitor: { clock: observed({ skewMs: 90_000, samples: 3 }) } }),
    });
    assert.equal(document.monitor.diagnosis?.code, 'monitor-clock-skewed');
    assert.equal(document.verdict, 'pass');
  });

  it('says how long a tenant took, from the first probe to the last', () => {
    assert.equal(diagnosed().result.durationMs, 20);
  });
});
