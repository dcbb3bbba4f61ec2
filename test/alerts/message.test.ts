import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRouter, watchdogNotice, noticeDeliveries, type Route } from '../../src/alerts/index.ts';
import { describeAlert } from '../../src/alerts/message.ts';
import { ordinal, spokenDuration } from '../../src/model/spoken.ts';
import type { Alert } from '../../src/model/alert.ts';
import type { Scope, Severity } from '../../src/model/verdict.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { acknowledged, changed, diagnosis, incident, opened, resolved, START } from './fixtures.ts';

describe('a message', () => {
  const storm: Alert = {
    ...opened,
    tenant: null,
    deploy: null,
    incident: {
      ...incident,
      subject: { scope: 'tenant', name: 'storm:certificate-on-tenant-app' },
      members: Array.from({ length: 100 }, (_, index) => `t${index}`),
      memberCount: 240,
    },
  };
  const headlines: readonly (readonly [string, Alert, string])[] = [
    [
      'of a tenant names its site',
      opened,
      'CRITICAL: 999bc6549a64.example.com: a certificate on the tenant’s app conflicts with the wildcard',
    ],
    [
      'of a tenant that is gone names its id',
      { ...opened, tenant: null },
      'CRITICAL: 999bc6549a64: a certificate on the tenant’s app conflicts with the wildcard',
    ],
    [
      'of a warning says so',
      { ...opened, incident: { ...incident, severity: 'warning' } },
      'WARNING: 999bc6549a64.example.com: a certificate on the tenant’s app conflicts with the wildcard',
    ],
    [
      'of the end says so',
      resolved,
      'RESOLVED: 999bc6549a64.example.com: a certificate on the tenant’s app conflicts with the wildcard',
    ],
    [
      'of a storm counts',
      storm,
      'CRITICAL: 240 tenants: a certificate on the tenant’s app conflicts with the wildcard',
    ],
    [
      'of the platform names it',
      {
        ...opened,
        tenant: null,
        incident: {
          ...incident,
          subject: { scope: 'platform', name: 'platform' },
          code: 'platform-tls-outage',
        },
      },
      'CRITICAL: platform: no site under the wildcard accepts TLS',
    ],
  ];
  for (const [name, alert, headline] of headlines) {
    it(name, () => {
      assert.equal(describeAlert(alert).headline, headline);
    });
  }

  const news: readonly (readonly [string, Alert, string])[] = [
    ['that opens has none', opened, ''],
    [
      'that opens again counts',
      { ...opened, incident: { ...incident, reopened: 2 } },
      'It fails again, for the 3rd time.',
    ],
    [
      'that opens again for the first time says so',
      { ...opened, incident: { ...incident, reopened: 1 } },
      'It fails again.',
    ],
    ['that escalates says from what', changed, 'It is now critical; it was warning.'],
    [
      'with a new cause says which',
      { ...changed, before: { code: 'handshake-refused', severity: 'critical', memberCount: 0 } },
      'The problem is now: a certificate on the tenant’s app conflicts with the wildcard. It was: the handshake is refused, and the cause is not known.',
    ],
    [
      'of a storm that grew counts',
      {
        ...storm,
        reason: 'changed',
        before: { code: diagnosis.code, severity: 'critical', memberCount: 100 },
      },
      '240 tenants have it now; there were 100.',
    ],
    [
      'that reminds says how long',
      { ...opened, reason: 'reminder', at: START + 4 * HOUR_MS },
      'Still failing after 4 h.',
    ],
    ['of an acknowledgement says whose', acknowledged, 'Acknowledged by ada: on it'],
    ['of the end says how long it failed', resolved, 'It works again; it failed for 12 min 5 s.'],
    [
      'of the end of a storm speaks of all',
      { ...resolved, incident: { ...resolved.incident, memberCount: 6 } },
      'All of them work again; it lasted 12 min 5 s.',
    ],
    [
      'of a removed tenant does not claim that it works',
      { ...resolved, incident: { ...resolved.incident, resolution: 'removed', firstGoodAt: null } },
      'The tenant was removed; it had failed for 13 min.',
    ],
    [
      'of one closed by hand says so',
      { ...resolved, incident: { ...resolved.incident, resolution: 'closed', firstGoodAt: null } },
      'Closed by hand after 13 min.',
    ],
  ];
  for (const [name, alert, text] of news) {
    it(name, () => {
      assert.equal(describeAlert(alert).news, text);
    });
  }

  it('without a deploy says that none is known; a storm does not speak of one', () => {
    const labels = (alert: Alert) =>
      describeAlert(alert).facts.map(({ label, value }) => `${label}: ${value}`);
    assert.ok(labels({ ...opened, deploy: null }).includes('Deploy before it: none known'));
    assert.ok(!labels(storm).join().includes('Deploy'));
    assert.ok(labels(storm).some((line) => line.endsWith('t11 and 228 more')));
  });

  it('says of a deploy that failed at once that it was less than a second before', () => {
    const deploy = opened.deploy && { ...opened.deploy, createdAt: START - 400 };
    const fact = describeAlert({ ...opened, deploy }).facts.find(({ label }) => label === 'Deploy before it');
    assert.equal(fact?.value, 'v12 by ci@example.com, less than a second before the first failure');
  });

  it('that is over has no commands', () => {
    assert.deepEqual(describeAlert(resolved).steps, []);
  });

  it('with too many steps says how many are left out', () => {
    const step = { kind: 'manual', text: 'wait', why: '' } as const;
    const long = {
      ...opened,
      diagnosis: { ...diagnosis, remediation: Array.from({ length: 10 }, () => step) },
    };
    assert.match(describeAlert(long).steps.at(-1)?.text ?? '', /^2 more steps/);
  });

  it('does not show a command that is not printable', () => {
    const hostile = {
      ...opened,
      diagnosis: {
        ...diagnosis,
        remediation: [{ kind: 'command', effect: 'changes', command: 'fly\u202e x', why: 'y' } as const],
      },
    };
    assert.equal(describeAlert(hostile).steps[0]?.command, null);
  });
});

describe('spoken', () => {
  const durations: readonly (readonly [number, string])[] = [
    [0, '0 s'],
    [-5, '0 s'],
    [41_400, '41 s'],
    [59_600, '1 min'],
    [12 * MINUTE_MS + 5_000, '12 min 5 s'],
    [2 * HOUR_MS, '2 h'],
    [3 * DAY_MS + 4 * HOUR_MS + 5 * MINUTE_MS, '3 d 4 h'],
  ];
  for (const [durationMs, text] of durations) {
    it(`${durationMs} ms is ${text}`, () => {
      assert.equal(spokenDuration(durationMs), text);
    });
  }
  it('counts like people', () => {
    assert.deepEqual([1, 2, 3, 4, 11, 12, 13, 21, 112].map(ordinal), [
      '1st',
      '2nd',
      '3rd',
      '4th',
      '11th',
      '12th',
      '13th',
      '21st',
      '112th',
    ]);
  });
});

describe('routes', () => {
  const who = (
    routes: readonly Route[],
    severity: Severity,
    scope: Scope = 'tenant',
    labels: Record<string, string> = {},
  ) =>
    createRouter(routes, ['slack', 'pager', 'mail'])(
      { severity, subject: { scope, name: 'a1' } },
      { id: 'a1', hostname: 'a1.example.com', app: 'sp-a1', labels },
    );
  const routes: readonly Route[] = [
    { match: {}, channels: ['slack'] },
    { match: { severity: ['critical'], scope: ['tenant', 'platform'] }, channels: ['pager', 'slack'] },
    { match: { labels: { plan: 'gold*' } }, channels: ['mail'] },
  ];
  const table: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['none: everybody', who([], 'info'), ['slack', 'pager', 'mail']],
    ['all that match, each once', who(routes, 'critical'), ['slack', 'pager']],
    ['severity decides', who(routes, 'warning'), ['slack']],
    ['scope decides', who(routes, 'critical', 'monitor'), ['slack']],
    ['labels decide', who(routes, 'info', 'tenant', { plan: 'gold-plus' }), ['slack', 'mail']],
    ['no match: nobody', who(routes.slice(1), 'info'), []],
  ];
  for (const [name, chosen, expected] of table) {
    it(name, () => {
      assert.deepEqual(chosen, expected);
    });
  }
});

it('the sign of life is one message an interval, however often it is asked for', () => {
  const ids = [0, 1, DAY_MS - 1, DAY_MS].map((later) => {
    const at = Math.floor(START / DAY_MS) * DAY_MS + later;
    return noticeDeliveries(watchdogNotice(DAY_MS, at, 'alive'), ['slack'])[0]?.id;
  });
  assert.equal(new Set(ids).size, 2);
});
