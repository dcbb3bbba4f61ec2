import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { investigate } from '../../src/forensics/investigate.ts';
import type { Incident } from '../../src/model/incident.ts';
import { postMortem } from '../../src/reports/post-mortem.ts';
import type { PostMortemFacts } from '../../src/reports/post-mortem-facts.ts';
import { caseOf, DEPLOYED, record, REFUSED, REPAIRED } from '../forensics/cases.ts';
import { settings } from '../support/snapshots.ts';
import { CLAIM, CLAIMED_TENANT, hostileText } from './results.ts';

const INCIDENT: Incident = {
  id: 't-999bc6549a64-x',
  subject: { scope: 'tenant', name: '999bc6549a64' },
  state: 'resolved',
  code: CLAIM.code,
  severity: 'critical',
  certainty: 'certain',
  summary: CLAIM.summary,
  diagnosis: CLAIM,
  changing: null,
  changes: 0,
  startedAt: REFUSED,
  pendingSince: null,
  firstFailedAt: REFUSED,
  lastFailedAt: REPAIRED - 5_000,
  openedAt: REFUSED,
  firstGoodAt: REPAIRED,
  resolvedAt: REPAIRED,
  resolution: 'recovered',
  lastOutcomeAt: REPAIRED,
  window: 'fffp',
  passes: 2,
  reopened: 0,
  acknowledged: null,
  silencedBy: null,
  mutedBy: null,
  storm: null,
  announcedTo: [],
  told: null,
  alerts: 2,
  lastAlertAt: REPAIRED,
  reminders: 0,
  members: [],
  memberCount: 0,
};

function facts(changes: Partial<PostMortemFacts> = {}): PostMortemFacts {
  return {
    writtenAt: REPAIRED,
    incident: INCIDENT,
    events: [],
    platform: settings(),
    tenant: caseOf().tenant,
    findings: investigate(caseOf()),
    worst: { at: REFUSED, result: CLAIMED_TENANT },
    platformState: null,
    claims: [record(DEPLOYED + 41_000, { goneAt: REPAIRED })],
    deliveries: [],
    acts: [],
    ...changes,
  };
}

describe('a post-mortem', () => {
  it('has every section, in order', () => {
    const headings = Array.from(postMortem(facts()).matchAll(/^## (.+)$/gm), ([, title]) => title);
    assert.deepEqual(headings, [
      'Summary',
      'Environment',
      'Timeline',
      'Symptoms',
      'Evidence',
      'Root cause',
      'Resolution',
      'Impact',
      'Open questions',
      'Action items',
    ]);
  });

  const rows: readonly [sentence: string, changes: Partial<PostMortemFacts>, says: RegExp][] = [
    [
      'of an incident that goes on says so',
      { incident: { ...INCIDENT, state: 'open', resolvedAt: null, resolution: null, firstGoodAt: null } },
      /It is not over\.[\s\S]*It is not resolved\./,
    ],
    [
      'of one that was closed by hand says so',
      { incident: { ...INCIDENT, resolution: 'closed' } },
      /It was closed by hand\./,
    ],
    [
      'of a storm counts the tenants',
      { incident: { ...INCIDENT, members: ['a', 'b'], memberCount: 7 } },
      /Affected: 7 tenants: a, b/,
    ],
    [
      'of the platform has no tenant',
      {
        tenant: null,
        findings: null,
        worst: null,
        claims: [],
        incident: { ...INCIDENT, subject: { scope: 'platform', name: 'platform' } },
      },
      /Affected: the platform/,
    ],
    [
      'without kept evidence says so',
      { worst: null, incident: { ...INCIDENT, diagnosis: null } },
      /No evidence is kept any more/,
    ],
    [
      'with an uncertain root asks whether it is right',
      { incident: { ...INCIDENT, certainty: 'likely' } },
      /Is the root cause right\?/,
    ],
    [
      'of what is still there says how to remove it',
      { findings: investigate(caseOf()) },
      /tenantwatch fix 999bc6549a64/,
    ],
    [
      'tells what was changed, and who did',
      {
        acts: [
          {
            at: REPAIRED,
            actor: 'alice',
            action: 'fix.remove-certificate',
            subject: 'x',
            outcome: 'done',
            detail: {},
          },
        ],
      },
      /`fix\.remove-certificate` by alice/,
    ],
    [
      'over two days names them',
      { events: [{ incident: 'x', at: DEPLOYED - 86_400_000, kind: 'note', by: 'bob', text: 'odd' }] },
      /\*\*2026-01-30 06:20:00\*\* Note by bob: odd/,
    ],
  ];
  for (const [sentence, changes, says] of rows)
    it(sentence, () => {
      assert.match(postMortem(facts(changes)), says);
    });

  it('lets nothing that a tenant writes become markup', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const given = facts({
          incident: {
            ...INCIDENT,
            summary: text,
            diagnosis: { ...CLAIM, summary: text, explanation: text, evidence: [text] },
          },
          events: [{ incident: 'x', at: REFUSED, kind: 'note', by: text, text }],
          worst: {
            at: REFUSED,
            result: {
              ...CLAIMED_TENANT,
              checks: CLAIMED_TENANT.checks.map((check) => ({ ...check, summary: text })),
            },
          },
        });
        const lines = postMortem(given).split('\n');
        let fence: string | null = null;
        for (const line of lines) {
          assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u202e\u200b]/u);
          assert.doesNotMatch(line, /^\s*::|##\[/u);
          const mark = /^(`{3,})/.exec(line)?.[1];
          if (fence === null && mark !== undefined) fence = mark;
          else if (line === fence) fence = null;
          else if (fence === null)
            assert.doesNotMatch(
              line.replaceAll(/`[^`]*`/g, ''),
              /<[a-z!/]|(?<!\\)\]\((?!https:\/\/)|@\w/iu,
              line,
            );
        }
        assert.equal(fence, null, 'every block ends');
      }),
      { numRuns: 200 },
    );
  });
});
