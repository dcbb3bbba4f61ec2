import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Case } from '../../src/forensics/case.ts';
import { investigate, originLine } from '../../src/forensics/investigate.ts';
import { chooseClaim } from '../../src/forensics/misplaced.ts';
import { AFTER_RELEASE_MS, BATCH_MS, BEFORE_RELEASE_MS, originOf } from '../../src/forensics/origin.ts';
import { APP, HOST, MANAGEMENT, settings } from '../support/snapshots.ts';
import { caseOf, DEPLOYED, record, REFUSED, release } from './cases.ts';

const created = DEPLOYED + 41_000;
const known = (...values: ReturnType<typeof release>[]): Case['releases'] => [
  { app: APP, releases: { known: true, value: values } },
];
const others = (...apartMs: number[]): Case['others'] =>
  apartMs.map((apart, index) =>
    record(created + apart, { app: `sp-${index}`, hostname: `t${index}.systemprompt.io` }),
  );

describe('how a certificate got there', () => {
  const facts: readonly [
    sentence: string,
    changes: Partial<Case>,
    kind: string,
    certainty: string,
    says: RegExp,
  ][] = [
    [
      '41 s after a release it is likely the pipeline',
      {},
      'after-release',
      'likely',
      /^created 41 s after release v12 of sp-999bc6549a64: likely the deploy pipeline$/,
    ],
    [
      'after a release it is, up to the bound',
      { releases: known(release(12, created - AFTER_RELEASE_MS)) },
      'after-release',
      'likely',
      /15 min after/,
    ],
    [
      'past the bound it is not',
      { releases: known(release(12, created - AFTER_RELEASE_MS - 1)) },
      'nothing-near',
      'unexplained',
      /by hand, or by something that makes no release/,
    ],
    [
      'the nearest release before it counts',
      {
        releases: known(
          release(11, created - 500_000),
          release(12, created - 3_000),
          release(13, created + 9_000),
        ),
      },
      'after-release',
      'likely',
      /3 s after release v12/,
    ],
    [
      'with the first release it is provisioning or the first deploy',
      { releases: known(release(1, DEPLOYED)) },
      'first-release',
      'likely',
      /provisioning of the tenant, or its first deploy/,
    ],
    [
      'shortly before a release it may be a step of it, and nothing more is claimed',
      { releases: known(release(12, created - 3_600_000), release(13, created + BEFORE_RELEASE_MS)) },
      'before-release',
      'unexplained',
      /before release v13.*perhaps by hand/,
    ],
    [
      'longer before a release it has nothing to do with it',
      { releases: known(release(1, created + BEFORE_RELEASE_MS + 1)) },
      'nothing-near',
      'unexplained',
      /no release of sp-999bc6549a64 before it is known/,
    ],
    [
      'older than every release that was read, nothing is concluded',
      {
        releases: known(release(63, created + 86_400_000), release(14, created + 60_000)),
        others: others(1, 2),
      },
      'releases-unknown',
      'unexplained',
      /the releases of sp-999bc6549a64 are known from v14 on, which came later/,
    ],
    [
      'among many apps in the same minutes it is one job',
      { releases: known(), others: others(-60_000, 30_000) },
      'batch',
      'likely',
      /2 other misplaced certificates.*one job/,
    ],
    [
      'one other certificate makes no pattern',
      { releases: known(), others: others(30_000) },
      'nothing-near',
      'unexplained',
      /by hand/,
    ],
    [
      'others count up to the bound',
      { releases: known(), others: others(BATCH_MS, -BATCH_MS) },
      'batch',
      'likely',
      /one job/,
    ],
    [
      'others past the bound do not',
      { releases: known(), others: others(BATCH_MS + 1, -BATCH_MS - 1) },
      'nothing-near',
      'unexplained',
      /by hand/,
    ],
    [
      'a release counts before a batch',
      { others: others(1_000, 2_000, 3_000) },
      'after-release',
      'likely',
      /deploy pipeline/,
    ],
    [
      'without a time of creation nothing is concluded',
      { claim: record(null) },
      'created-at-unknown',
      'unexplained',
      /first seen by a sweep at 2026-01-31 06:28:05 UTC/,
    ],
    [
      'without releases nothing is concluded',
      { releases: [{ app: APP, releases: { known: false, why: 'forbidden' } }] },
      'releases-unknown',
      'unexplained',
      /not known: forbidden/,
    ],
    [
      'releases of another app say nothing',
      { releases: [{ app: MANAGEMENT, releases: { known: true, value: [release(4, DEPLOYED)] } }] },
      'releases-unknown',
      'unexplained',
      /releases of sp-999bc6549a64 are not known/,
    ],
    [
      'without a certificate there is nothing to explain',
      { claim: null },
      'none-known',
      'unexplained',
      /no misplaced certificate/,
    ],
  ];
  for (const [sentence, changes, kind, certainty, says] of facts)
    it(sentence, () => {
      const origin = originOf(caseOf(changes));
      assert.equal(origin.kind, kind);
      assert.equal(origin.certainty, certainty);
      assert.match(origin.sentence, says);
    });

  it('the release is told with its user, reason and image', () => {
    const [text = ''] = originOf(caseOf()).because;
    for (const part of [
      'v12',
      '2026-01-31 06:20:00 UTC',
      'Deploy Bot',
      'deploy',
      'registry.fly.io/site:1',
      'complete',
    ])
      assert.ok(text.includes(part), `${part} in ${text}`);
  });

  it('a certificate that came back after an earlier release says so', () => {
    const before = release(11, DEPLOYED - 86_400_000);
    const given = caseOf({
      releases: known(release(12, DEPLOYED), before),
      earlier: [record(before.createdAt + 40_000, { goneAt: before.createdAt + 900_000 })],
    });
    assert.match(
      originOf(given).because.join(' '),
      /added once before, each time within 15 min after a release/,
    );
  });

  it('certificates of the same minutes are a pattern', () => {
    const { because, companions } = originOf(caseOf({ others: others(-1_000, 5_000) }));
    assert.equal(companions.length, 2);
    assert.match(
      because.join(' '),
      /2 other misplaced certificates were created within 15 min of it \(sp-0, sp-1\).*pipeline/,
    );
  });

  it('nothing makes it certain, whatever lies around it', () => {
    const moments = fc.integer({ min: -3_600_000, max: 3_600_000 }).map((offset) => created + offset);
    fc.assert(
      fc.property(
        fc.option(moments),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 99 }), moments), { maxLength: 6 }),
        fc.array(moments, { maxLength: 4 }),
        (at, releases, companions) => {
          const given = caseOf({
            claim: record(at),
            releases: known(...releases.map(([version, when]) => release(version, when))),
            others: companions.map((when, index) => record(when, { app: `sp-${index}` })),
          });
          const { certainty, kind, release: tied } = originOf(given);
          assert.notEqual(certainty, 'certain');
          if (kind === 'after-release')
            assert.ok(tied !== null && tied.afterMs >= 0 && tied.afterMs <= AFTER_RELEASE_MS);
          if (certainty === 'likely') assert.ok(tied !== null || companions.length >= 2);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('one line says it all', () => {
    assert.equal(
      originLine(investigate(caseOf())),
      'The certificate for 999bc6549a64.systemprompt.io on sp-999bc6549a64 was created 41 s after release v12 of sp-999bc6549a64: likely the deploy pipeline.',
    );
    assert.match(originLine(investigate(caseOf({ claim: null }))), /^No misplaced certificate/);
  });

  it('a list of certificates that could not be read is not an empty one', () => {
    const findings = investigate(caseOf({ claim: null, certificatesUnread: 'the token may not see it' }));
    assert.match(originLine(findings), /^Whether this tenant has a misplaced certificate is not known\.$/);
    assert.ok(findings.unknowns.includes('The certificates of sp-999bc6549a64: the token may not see it.'));
  });

  it('what is not known is listed', () => {
    const { unknowns } = investigate(
      caseOf({
        logs: {
          management: { app: MANAGEMENT, known: false, why: 'forbidden' },
          tenant: caseOf().logs.tenant,
        },
        edgeErrors: { known: false, why: 'this token may not ask for it' },
      }),
    );
    assert.match(
      unknowns.join(' '),
      /Who added the certificate.*log of management-api-prod: forbidden.*failed handshakes/,
    );
  });
});

describe('the certificate behind the trouble', () => {
  const platform = settings();
  const tenant = caseOf().tenant;
  const choose = (...records: ReturnType<typeof record>[]) => chooseClaim(records, tenant, platform, REFUSED);

  it('is the one that covers the host name, before any other of the app', () => {
    const api = record(created + 1_000, { hostname: 'api.systemprompt.io' });
    const own = record(created);
    assert.equal(choose(api, own), own);
    assert.equal(choose(api), api);
  });
  it('is the one that was there when it failed, before one that was gone', () => {
    const gone = record(created + 2_000, { goneAt: REFUSED - 1 });
    const there = record(created);
    assert.equal(choose(gone, there), there);
    assert.equal(choose(gone), gone);
  });
  it('may stand on a foreign app', () => {
    const foreign = record(created, { app: 'sp-0a1b2c3d4e5f' });
    assert.equal(choose(foreign), foreign);
  });
  it('is never the management app’s, nor one that has nothing to do with the tenant', () => {
    assert.equal(choose(record(created, { app: MANAGEMENT })), null);
    assert.equal(
      choose(record(created, { app: 'sp-0a1b2c3d4e5f', hostname: '0a1b2c3d4e5f.systemprompt.io' })),
      null,
    );
    assert.equal(choose(record(created, { hostname: 'shop.customer.example' })), null);
  });
  it('may be the wildcard on the tenant’s app', () => {
    const wildcard = record(created, { hostname: '*.systemprompt.io' });
    assert.equal(choose(wildcard), wildcard);
    assert.equal(HOST.endsWith('.systemprompt.io'), true);
  });
});
