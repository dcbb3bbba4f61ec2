import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exitCode, type VerifyOutcome } from '../../src/cli/exit-code.ts';
import {
  incurableRoots,
  nextStep,
  roundTimeoutMs,
  type GateDecision,
  type GateState,
} from '../../src/cli/gate.ts';
import { CATALOGUE } from '../../src/diagnosis/catalogue.ts';
import type { Reason, TenantCheckId } from '../../src/model/check.ts';
import type { ProblemCode } from '../../src/model/problem.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { check, CLAIMED_TENANT, HEALTHY, OUTAGE, result, tenantResult } from '../reports/results.ts';

const cured = (code: ProblemCode): boolean => CATALOGUE[code].curedByWaiting;

describe('after a round the gate', () => {
  const POLICY = { waitMs: 60_000, intervalMs: 5_000, successes: 1 };
  const failed: GateState = { verdict: 'failed', passesInRow: 0, elapsedMs: 0, incurable: [] };
  const passed: GateState = { verdict: 'passed', passesInRow: 1, elapsedMs: 0, incurable: [] };
  const stop = (because: Extract<GateDecision, { next: 'stop' }>['because']): GateDecision => ({
    next: 'stop',
    because,
  });
  const again = (
    because: Extract<GateDecision, { next: 'again' }>['because'],
    afterMs: number,
  ): GateDecision => ({ next: 'again', because, afterMs });

  const facts: readonly [
    what: string,
    state: GateState,
    policy: Partial<typeof POLICY>,
    decision: GateDecision,
  ][] = [
    ['stops when it passed', passed, {}, stop('passed')],
    ['stops after one look when it was not to wait', failed, { waitMs: 0 }, stop('asked-once')],
    ['looks again after a failure', failed, {}, again('failed', 5_000)],
    [
      'looks again when it could not tell',
      { ...failed, verdict: 'could-not-tell' },
      {},
      again('could-not-tell', 5_000),
    ],
    [
      'gives up on what waiting does not cure',
      { ...failed, incurable: ['certificate-on-tenant-app'] },
      {},
      stop('not-cured-by-waiting'),
    ],
    [
      'gives up on a rejected token too',
      { ...failed, verdict: 'could-not-tell', incurable: ['fly-token-rejected'] },
      {},
      stop('not-cured-by-waiting'),
    ],
    ['confirms a pass when several are asked for', passed, { successes: 2 }, again('confirming', 5_000)],
    [
      'is content with as many passes as were asked for',
      { ...passed, passesInRow: 2 },
      { successes: 2 },
      stop('passed'),
    ],
    ['looks a last time at the deadline', { ...failed, elapsedMs: 58_000 }, {}, again('failed', 2_000)],
    ['stops at the deadline', { ...failed, elapsedMs: 60_000 }, {}, stop('deadline')],
    ['stops past the deadline', { ...failed, elapsedMs: 75_000 }, {}, stop('deadline')],
    ['passes past the deadline, too', { ...passed, elapsedMs: 75_000 }, {}, stop('passed')],
    [
      'does not confirm past the deadline',
      { ...passed, elapsedMs: 75_000 },
      { successes: 2 },
      stop('deadline'),
    ],
  ];
  for (const [what, state, policy, decision] of facts)
    it(what, () => {
      assert.deepEqual(nextStep(state, { ...POLICY, ...policy }), decision);
    });
});

describe('what waiting does not cure', () => {
  const rules = { strict: false };
  const unknown = tenantResult({
    checks: [check('tenant-certificates', 'unknown')],
    explainedBy: { scope: 'monitor', code: 'fly-token-rejected' },
  });

  it('is the root of a failing tenant', () => {
    assert.deepEqual(incurableRoots(OUTAGE, rules, cured), ['certificate-on-tenant-app']);
  });
  it('is the root of another scope that explains it', () => {
    assert.deepEqual(incurableRoots(result([unknown]), rules, cured), ['fly-token-rejected']);
  });
  it('is nothing while everything passes, whatever was found', () => {
    assert.deepEqual(incurableRoots(HEALTHY, rules, cured), []);
  });
  it('is not what ends by itself', () => {
    const tenant = tenantResult({
      checks: [check('tls-handshake', 'unknown')],
      explainedBy: { scope: 'platform', code: 'platform-tls-outage' },
    });
    assert.deepEqual(incurableRoots(result([tenant]), rules, cured), []);
  });
  it('is not what was broken before', () => {
    const known = {
      ...CLAIMED_TENANT,
      checks: CLAIMED_TENANT.checks.map((each) =>
        each.verdict === 'fail' ? { ...each, known: true as const } : each,
      ),
    };
    const flaky = tenantResult({ tenant: 'b', checks: [check('tls-handshake', 'fail')] });
    assert.deepEqual(incurableRoots(result([known, flaky]), rules, cured), []);
  });
});

describe('the exit code', () => {
  const judged = (
    tenants: Parameters<typeof result>[0],
    changes: {
      complete?: boolean;
      confirmed?: boolean;
      platform?: 'fail' | 'unknown' | 'warn';
      monitor?: 'fail';
    } = {},
  ): VerifyOutcome => ({
    kind: 'judged',
    complete: changes.complete ?? true,
    confirmed: changes.confirmed ?? true,
    result: result(tenants, {
      ...(changes.platform === undefined
        ? {}
        : {
            platform: {
              checks: [check('control-handshake', changes.platform)],
              diagnosis: null,
              alsoFound: [],
            },
          }),
      ...(changes.monitor === undefined
        ? {}
        : { monitor: { checks: [check('fly-api', changes.monitor)], diagnosis: null, alsoFound: [] } }),
    }),
  });
  const only = (id: TenantCheckId, ...how: readonly [verdict?: Verdict, reason?: Reason]) =>
    tenantResult({ checks: [check(id, ...how)] });
  const known = tenantResult({ checks: [{ ...check('site-response', 'fail'), known: true }] });

  const facts: readonly [what: string, outcome: VerifyOutcome, lenient: number, strict: number][] = [
    ['all passes', judged([tenantResult()]), 0, 0],
    ['a warning', judged([only('certificate-validity', 'warn')]), 0, 1],
    ['a warning of the platform', judged([tenantResult()], { platform: 'warn' }), 0, 1],
    ['a failed check of a tenant', judged([only('tls-handshake', 'fail')]), 1, 1],
    ['a failed check that is not required', judged([only('machines-started', 'fail')]), 1, 1],
    ['a failed check of the platform', judged([tenantResult()], { platform: 'fail' }), 1, 1],
    ['a failed check of the monitor', judged([tenantResult()], { monitor: 'fail' }), 0, 0],
    ['a required check unknown', judged([only('tenant-certificates', 'unknown')]), 3, 3],
    [
      'a required check unknown because the monitor failed',
      judged([only('tenant-certificates', 'unknown')], { monitor: 'fail' }),
      3,
      3,
    ],
    [
      'a failure beside one unknown',
      judged([only('tls-handshake', 'fail'), only('dns-wildcard', 'unknown')]),
      1,
      1,
    ],
    ['a check of the platform unknown', judged([tenantResult()], { platform: 'unknown' }), 0, 0],
    ['a known failure', judged([known]), 0, 0],
    ['a known failure and a new one', judged([known, only('tls-handshake', 'fail')]), 1, 1],
    ['a known failure and a required check unknown', judged([known, only('dns-wildcard', 'unknown')]), 3, 3],
    ['a suspended tenant', judged([only('tls-handshake', 'skipped', 'suspended')]), 0, 0],
    ['passes that are too few', judged([tenantResult()], { confirmed: false }), 3, 3],
    ['a list of tenants that could not be read', judged([], { complete: false }), 3, 3],
    ['such a list while the platform is down', judged([], { complete: false, platform: 'fail' }), 1, 1],
    ['no tenant', { kind: 'no-tenant' }, 4, 4],
    ['SIGINT', { kind: 'interrupted', by: 'SIGINT' }, 130, 130],
    ['SIGTERM', { kind: 'interrupted', by: 'SIGTERM' }, 143, 143],
  ];
  for (const [what, outcome, lenient, strict] of facts)
    it(`of ${what} is ${lenient}${lenient === strict ? '' : `, strictly ${strict}`}`, () => {
      assert.equal(exitCode(outcome, { strict: false }), lenient);
      assert.equal(exitCode(outcome, { strict: true }), strict);
    });
});

describe('a round over many tenants', () => {
  it('has 30 s, or twice what the handshake budget needs', () => {
    assert.equal(roundTimeoutMs(1, 25), 30_000);
    assert.equal(roundTimeoutMs(125, 25), 30_000);
    assert.equal(roundTimeoutMs(1000, 25), 240_000);
  });
});
