import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { MachineFacts } from '../../src/cli/context.ts';
import { judgeMachine } from '../../src/cli/doctor/machine.ts';
import { judgeToken, type TokenAnswer } from '../../src/cli/doctor/token.ts';
import { loadConfig } from '../../src/config/index.ts';
import type { FlyTokenInfo } from '../../src/fly/index.ts';
import { DAY_MS } from '../../src/model/time.ts';
import { FLY_ENV } from './host.ts';

const NOW = Date.UTC(2026, 0, 31);
const GOOD: FlyTokenInfo = {
  kind: 'macaroon',
  readOnly: true,
  expiresAt: NOW + 300 * DAY_MS,
  tokens: [{ id: 't', orgSlug: 'acme', apps: null, user: null }],
};
const known = (over: Partial<FlyTokenInfo> = {}): TokenAnswer => ({
  token: 'known',
  info: { ...GOOD, ...over },
});
const failed = (code: 'unauthorized' | 'timeout'): TokenAnswer => ({
  token: 'failed',
  failure: { phase: 'api', code, detail: 'no' },
});
const ofApp = [{ id: 't', orgSlug: 'acme', apps: ['edge'], user: null }];

describe('of the token the doctor says', () => {
  const facts: readonly (readonly [string, TokenAnswer, readonly string[], RegExp])[] = [
    ['what it is when it is as it should be', known(), ['pass'], /for acme: reads only, ends on 2026-11-27/],
    ['how to make one when there is none', { token: 'none' }, ['fail'], /tokens create readonly -o acme/],
    ['how to make one when it is rejected', failed('unauthorized'), ['fail'], /tokens create readonly/],
    ['nothing for certain when Fly does not answer', failed('timeout'), ['unknown'], /could not be asked/],
    [
      'that it is of another organization',
      known({ tokens: [{ id: 't', orgSlug: 'other', apps: null, user: null }] }),
      ['fail'],
      /for other, and fly.org is acme/,
    ],
    ['that it sees some apps only', known({ tokens: ofApp }), ['fail'], /sees edge only/],
    ['that it may do too much', known({ readOnly: false }), ['warn'], /may change things/],
    [
      'that it is a person’s',
      known({ kind: 'bearer', readOnly: null, expiresAt: null }),
      ['warn'],
      /personal/,
    ],
    ['that it has ended', known({ expiresAt: NOW }), ['fail'], /ended on 2026-01-31/],
    ['that it ends within two weeks', known({ expiresAt: NOW + 14 * DAY_MS - 1 }), ['warn'], /ends on/],
    ['no more when it ends later', known({ expiresAt: NOW + 14 * DAY_MS }), ['pass'], /ends on/],
    ['that its end is not known', known({ expiresAt: null }), ['pass'], /its end is not known/],
    [
      'everything that is wrong with it',
      known({ readOnly: false, expiresAt: NOW }),
      ['fail', 'warn'],
      /ended/,
    ],
  ];
  for (const [fact, answer, verdicts, words] of facts)
    it(fact, () => {
      const findings = judgeToken(answer, 'acme', NOW);
      assert.deepEqual(
        findings.map(({ verdict }) => verdict),
        verdicts,
      );
      assert.match(JSON.stringify(findings), words);
      for (const { verdict, advice } of findings)
        assert.equal(advice.length > 0, verdict === 'fail' || verdict === 'warn');
    });
});

describe('of the machine the doctor says', () => {
  const config = loadConfig({ env: FLY_ENV, cwd: '/nonexistent' }).config;
  const GB = 1_000_000_000;
  const healthy: MachineFacts = {
    runtime: 'Node.js v26.0.0 (linux x64)',
    store: { path: '/data/t.db', bytes: null, problem: null, exposed: false, freeBytes: 100 * GB },
    listen: { address: '127.0.0.1:9480', state: 'free', detail: '' },
    ipv6: true,
  };
  const store = (over: Partial<MachineFacts['store']>): MachineFacts => ({
    ...healthy,
    store: { ...healthy.store, ...over },
  });
  const listen = (
    state: MachineFacts['listen']['state'],
    over: Partial<MachineFacts['listen']> = {},
  ): MachineFacts => ({
    ...healthy,
    listen: { ...healthy.listen, state, ...over },
  });
  const facts: readonly (readonly [string, MachineFacts, string])[] = [
    ['nothing is missing', healthy, ''],
    ['the database cannot be used', store({ problem: 'it is no database' }), 'disk fail'],
    ['the disk is full', store({ freeBytes: 0.1 * GB }), 'disk fail'],
    ['the disk will be full', store({ freeBytes: 2.1 * GB }), 'disk warn'],
    ['what the database has already counts', store({ freeBytes: 2.1 * GB, bytes: 1 * GB }), ''],
    ['how much is free is not known', store({ freeBytes: null }), ''],
    ['others may read the database', store({ exposed: true, bytes: 1 }), 'disk warn'],
    ['a daemon of ours has the port', listen('ours'), ''],
    ['something else has the port', listen('taken'), 'port fail'],
    ['the port cannot be had', listen('impossible', { detail: 'EACCES' }), 'port fail'],
    ['IPv6 is missing', { ...healthy, ipv6: false }, 'ipv6 warn'],
  ];
  for (const [fact, machine, expected] of facts)
    it(fact, () => {
      const wrong = judgeMachine(machine, config).filter(({ verdict }) => verdict !== 'pass');
      assert.equal(wrong.map(({ id, verdict }) => `${id} ${verdict}`).join(', '), expected);
      for (const { advice } of wrong) assert.ok(advice.length > 0);
    });

  it('that others are not served without tokens', () => {
    const open = { ...config, server: { ...config.server, listen: { host: '0.0.0.0', port: 9480 } } };
    const port = judgeMachine(healthy, open).find(({ id }) => id === 'port');
    assert.equal(port?.verdict, 'warn');
  });
});
