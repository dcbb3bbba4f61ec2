import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeTenant } from '../../src/checks/index.ts';
import { TENANT_CHECKS } from '../../src/model/check.ts';
import { createLiveChecks, type SnapshotPart } from '../../src/monitor/live-checks.ts';
import {
  failed,
  http,
  MISPLACED,
  observed,
  settings,
  tenant,
  UNREACHABLE,
  type TenantChanges,
} from '../support/snapshots.ts';

describe('live checks', () => {
  const partsOf = (changes: TenantChanges): Required<SnapshotPart> => {
    const {
      lookups,
      handshakes,
      managementHandshakes,
      site,
      direct,
      certificates,
      machines,
      otherClaims,
      edgeErrors = 0,
      platform,
    } = tenant(changes);
    return {
      lookups,
      handshakes,
      managementHandshakes,
      site,
      direct,
      certificates,
      machines,
      otherClaims,
      edgeErrors,
      platform,
    };
  };
  const { tenant: who, trigger } = tenant();

  it('tell each check once, as soon as all that it looks at is there', () => {
    const told: string[] = [];
    const live = createLiveChecks(who, trigger, settings(), ({ id }) => told.push(id));
    const parts = partsOf({});
    const { platform, lookups, handshakes, managementHandshakes, site, direct, ...fly } = parts;
    live.take({ lookups });
    assert.deepEqual(told, [], 'nothing is judged without the control names');
    live.take({ platform });
    assert.deepEqual(told, ['dns-wildcard']);
    live.take(fly);
    assert.deepEqual(told.slice(1), [
      'tenant-certificates',
      'management-certificate',
      'machines-started',
      'hostname-claims',
    ]);
    live.take({ managementHandshakes });
    live.take({ handshakes, site });
    live.take({ direct });
    assert.deepEqual(told.slice(5), [
      'tls-handshake',
      'certificate-validity',
      'site-response',
      'direct-response',
    ]);
    live.take(parts);
    assert.equal(told.length, TENANT_CHECKS.length);
  });

  for (const [name, changes] of [
    ['of a healthy tenant', {}],
    ['of one that cannot be reached', UNREACHABLE],
    ['of a claim', { ...UNREACHABLE, certificates: observed([MISPLACED]) }],
    [
      'of an app that is gone',
      { certificates: failed('api', 'not-found'), machines: failed('api', 'not-found') },
    ],
    ['of an answer that fails everywhere', { site: observed(http(500)), direct: observed(http(500)) }],
  ] as const) {
    it(`judge as the whole snapshot does, in whatever order the parts come: ${name}`, () => {
      const parts = partsOf(changes);
      const judged = judgeTenant(tenant(changes), settings());
      const names = Object.keys(parts) as (keyof SnapshotPart)[];
      for (const order of [names, names.toReversed()]) {
        const told = new Map<string, unknown>();
        const live = createLiveChecks(who, trigger, settings(), (check) => told.set(check.id, check));
        for (const part of order) live.take({ [part]: parts[part] });
        for (const check of judged) assert.deepEqual(told.get(check.id), check, check.id);
      }
    });
  }
});
