import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { diagnoseShared, diagnoseTenant } from '../../src/diagnosis/index.ts';
import type { Platform } from '../../src/model/platform.ts';
import type { TenantSnapshot } from '../../src/model/snapshot.ts';
import { planRepair, type RepairDecision, type RepairStep } from '../../src/repair/plan.ts';
import { planDetail, unfinishedSteps } from '../../src/repair/record.ts';
import {
  APP,
  claim,
  failed,
  HOST,
  lookups,
  MANAGEMENT,
  MISPLACED,
  observed,
  OWN,
  platform,
  settings,
  SILENT,
  STOPPED,
  tenant,
  TENANT,
  UNREACHABLE,
  WILDCARD,
} from '../support/snapshots.ts';

interface Changes {
  readonly unfinished?: readonly RepairStep[];
  readonly bulk?: boolean;
  readonly sight?: Partial<TenantSnapshot>;
  readonly settings?: Platform;
}

/** The verification and the list agree, unless `sight` says otherwise. */
function decide(snapshot: TenantSnapshot, changes: Changes = {}): RepairDecision {
  const using = changes.settings ?? settings();
  const result = diagnoseTenant(snapshot, diagnoseShared(snapshot.platform, using), using);
  return planRepair({
    result,
    sight: { ...snapshot, ...changes.sight },
    settings: using,
    unfinished: changes.unfinished ?? [],
    bulk: changes.bulk ?? false,
  });
}

const MISPLACED_ONLY = observed([MISPLACED]);
const INCIDENT = tenant({ ...UNREACHABLE, certificates: MISPLACED_ONLY });
const EXACT = platform({ management: { certificates: observed([WILDCARD, claim(HOST, MANAGEMENT)]) } });
const ADD: RepairStep = {
  kind: 'add-certificate',
  hostname: HOST,
  app: MANAGEMENT,
  when: 'always',
  why: 'planned',
};

function steps(decision: RepairDecision): readonly string[] {
  assert.ok(decision.decision === 'plan', JSON.stringify(decision));
  return decision.plan.steps.map(({ kind, hostname, app, when }) => `${kind} ${hostname} ${app} ${when}`);
}

const REMOVE_LINE = `remove-certificate ${HOST} ${APP} always`;
const ADD_LINE = `add-certificate ${HOST} ${MANAGEMENT} always`;

describe('a repair is planned', () => {
  const facts: readonly [sentence: string, decision: RepairDecision, expected: readonly string[]][] = [
    ['for the incident: remove, then add', decide(INCIDENT), [REMOVE_LINE, ADD_LINE]],
    [
      'for a latent conflict alike',
      decide(tenant({ certificates: MISPLACED_ONLY })),
      [REMOVE_LINE, ADD_LINE],
    ],
    ['without adding what is there', decide({ ...INCIDENT, platform: EXACT }), [REMOVE_LINE]],
    [
      'in bulk: add only where the removal does not suffice',
      decide(INCIDENT, { bulk: true }),
      [REMOVE_LINE, `add-certificate ${HOST} ${MANAGEMENT} if-still-failing`],
    ],
    [
      'for a name that is not the tenant’s: remove only',
      decide(tenant({ certificates: observed([claim('api.systemprompt.io', APP)]) })),
      [`remove-certificate api.systemprompt.io ${APP} always`],
    ],
    [
      'for a foreign app’s claim',
      decide(tenant({ otherClaims: observed([claim(HOST, 'sp-0a1b2c3d4e5f')]) })),
      [`remove-certificate ${HOST} sp-0a1b2c3d4e5f always`, ADD_LINE],
    ],
    [
      'each claim once, in one spelling',
      decide(
        tenant({
          ...UNREACHABLE,
          certificates: observed([MISPLACED, { ...MISPLACED, hostname: `${HOST}.` }]),
        }),
      ),
      [REMOVE_LINE, ADD_LINE],
    ],
    [
      'beside another trouble of the tenant',
      decide(tenant({ ...UNREACHABLE, certificates: MISPLACED_ONLY, machines: observed([STOPPED]) })),
      [REMOVE_LINE, ADD_LINE],
    ],
    ['to finish what was interrupted after the removal', decide(tenant(), { unfinished: [ADD] }), [ADD_LINE]],
  ];
  for (const [sentence, decision, expected] of facts)
    it(sentence, () => {
      assert.deepEqual(steps(decision), expected);
    });

  it('with the same changes as the remedy prints', () => {
    for (const snapshot of [
      INCIDENT,
      { ...INCIDENT, platform: EXACT },
      tenant({ certificates: MISPLACED_ONLY }),
    ]) {
      const result = diagnoseTenant(snapshot, diagnoseShared(snapshot.platform, settings()), settings());
      const printed = (result.diagnosis?.remediation ?? []).flatMap((step) =>
        step.kind === 'command' && step.effect === 'changes' ? [step.command] : [],
      );
      const decision = decide(snapshot);
      const planned = decision.decision === 'plan' ? decision.plan.steps : [];
      assert.deepEqual(
        planned.map(({ kind, hostname, app }) =>
          kind === 'remove-certificate'
            ? `fly certs remove ${hostname} -a ${app} -y`
            : `fly certs add ${hostname} -a ${app}`,
        ),
        printed,
      );
    }
  });

  it('says that an imported certificate cannot be put back', () => {
    const decision = decide(tenant({ certificates: observed([claim(HOST, APP, { source: 'custom' })]) }));
    assert.ok(decision.decision === 'plan');
    assert.match(decision.plan.steps[0]?.why ?? '', /imported: only who has its key/);
  });

  it('says what is and what is expected', () => {
    const decision = decide(INCIDENT);
    assert.ok(decision.decision === 'plan');
    assert.match(decision.plan.is.join(' '), /Awaiting configuration/);
    assert.match(decision.plan.expected, /Only management-api-prod ends TLS/);
  });
});

describe('nothing is changed', () => {
  const override = { lookups: lookups(HOST, { first: OWN, zone: OWN }) };
  const facts: readonly [sentence: string, decision: RepairDecision, expected: string, says: RegExp][] = [
    ['of a healthy tenant', decide(tenant()), 'nothing-to-do', /No certificate is misplaced/],
    [
      'when the certificate is gone since the verification',
      decide(INCIDENT, { sight: { certificates: observed([]) } }),
      'nothing-to-do',
      /gone in the meantime/,
    ],
    [
      'when verification and list do not agree',
      decide(tenant(), { sight: { certificates: MISPLACED_ONLY } }),
      'not-certain',
      /do not agree/,
    ],
    [
      'when the list cannot be read',
      decide(INCIDENT, { sight: { certificates: failed('api', 'forbidden') } }),
      'not-known',
      /cannot be read/,
    ],
    [
      'when the management app’s list cannot be read',
      decide({ ...INCIDENT, platform: platform({ management: { certificates: failed('api', 'timeout') } }) }),
      'not-known',
      /cannot be read/,
    ],
    [
      'when a refused handshake is not explained',
      decide(tenant(UNREACHABLE)),
      'another-problem',
      /handshake-refused/,
    ],
    [
      'when the app is stopped',
      decide(
        tenant({
          machines: observed([STOPPED]),
          direct: failed('request', 'timeout'),
          site: failed('request', 'timeout'),
        }),
      ),
      'another-problem',
      /moving certificates does not cure/,
    ],
    [
      'before a DNS record of the name’s own is gone',
      decide(tenant({ ...override, certificates: MISPLACED_ONLY })),
      'by-hand',
      /DNS record that leads elsewhere\. It comes first/,
    ],
    [
      'while resolvers still hold a record of the name’s own that is gone',
      decide(tenant({ lookups: lookups(HOST, { first: OWN }), certificates: MISPLACED_ONLY })),
      'not-known',
      /wait for the TTL/,
    ],
    [
      'when nobody can say where the name leads',
      decide(tenant({ lookups: lookups(HOST, { first: SILENT, zone: null }), certificates: MISPLACED_ONLY })),
      'not-known',
      /could not be looked up/,
    ],
    [
      'of a tenant that is suspended on purpose',
      decide(
        tenant({
          tenant: { id: TENANT, hostname: HOST, app: APP, labels: { suspended: 'true' } },
          certificates: MISPLACED_ONLY,
        }),
      ),
      'nothing-to-do',
      /suspended on purpose/,
    ],
    [
      'of what is already finished',
      decide({ ...tenant(), platform: EXACT }, { unfinished: [ADD] }),
      'nothing-to-do',
      /No certificate is misplaced/,
    ],
    [
      'for an unfinished step of another name',
      decide(tenant(), { unfinished: [{ ...ADD, hostname: 'api.systemprompt.io' }] }),
      'nothing-to-do',
      /No certificate/,
    ],
    [
      'for an unfinished addition that was only for the case that it fails',
      decide(tenant(), { unfinished: [{ ...ADD, when: 'if-still-failing' }] }),
      'nothing-to-do',
      /No certificate/,
    ],
    [
      'of a name that a shell would not take',
      decide(
        tenant({
          ...UNREACHABLE,
          certificates: observed([MISPLACED, claim('x;reboot.systemprompt.io', APP)]),
        }),
      ),
      'unsafe-name',
      /Fly dashboard/,
    ],
  ];
  for (const [sentence, decision, expected, says] of facts)
    it(sentence, () => {
      assert.equal(
        decision.decision === 'refused' ? decision.reason : decision.decision,
        expected,
        JSON.stringify(decision),
      );
      assert.match(decision.text, says);
    });

  it('and the record’s removal is told, before the certificate’s', () => {
    const decision = decide(tenant({ ...override, certificates: MISPLACED_ONLY }));
    assert.ok(decision.decision === 'by-hand');
    const texts = decision.steps.map((step) => (step.kind === 'manual' ? step.text : step.command));
    const record = texts.findIndex((text) => text.includes('delete the records'));
    const certificate = texts.findIndex((text) => text.includes('certs remove'));
    assert.ok(record >= 0 && certificate > record, texts.join('\n'));
  });
});

describe('the trail of a repair', () => {
  const entry = (outcome: 'started' | 'done' | 'failed', detail = planDetail([ADD])) => ({
    at: 1,
    actor: 'someone',
    action: 'fix',
    subject: 'x',
    outcome,
    detail,
  });
  const facts: readonly [string, Parameters<typeof unfinishedSteps>[0], readonly RepairStep[]][] = [
    ['there was none', [], []],
    ['it came to its end', [entry('done'), entry('started')], []],
    ['it was interrupted', [entry('started'), entry('done')], [ADD]],
    ['it failed', [entry('failed'), entry('started')], [ADD]],
    ['it is of another shape', [entry('started', { steps: [{ kind: 'reboot' }, 'x', null, []] })], []],
    ['it names no steps', [entry('started', {})], []],
  ];
  for (const [sentence, entries, expected] of facts)
    it(`leaves ${expected.length} steps when ${sentence}`, () => {
      assert.deepEqual(unfinishedSteps(entries), expected);
    });
});
