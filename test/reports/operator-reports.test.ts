import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Availability } from '../../src/model/history.ts';
import { availabilityReport, availabilityText } from '../../src/reports/availability.ts';
import { columns } from '../../src/reports/columns.ts';
import { deliveriesText, summarize } from '../../src/reports/deliveries.ts';
import { historyText, timingsOf } from '../../src/reports/history.ts';
import { incidentsText, incidentText, timelineOf } from '../../src/reports/incidents.ts';
import { isoTimes } from '../../src/reports/iso-times.ts';
import { ANSI } from '../../src/reports/palette.ts';
import { RECORD_FORMATS } from '../../src/reports/run-records.ts';
import { silencesText } from '../../src/reports/silences.ts';
import { statusText } from '../../src/reports/status.ts';
import { aDelivery, anIncident, aRelease, aRun, T0 } from '../store/fixtures.ts';
import { CLAIM, hostileText } from './results.ts';

describe('moments in documents', () => {
  it('are RFC 3339 in UTC under every name that the model gives them, at any depth', () => {
    const iso = '2026-11-01T00:00:00.000Z';
    assert.deepEqual(
      isoTimes({
        at: T0,
        since: T0,
        until: T0,
        openedAt: T0,
        leasedUntil: T0,
        failingSince: T0,
        list: [{ at: T0 }],
      }),
      {
        at: iso,
        since: iso,
        until: iso,
        openedAt: iso,
        leasedUntil: iso,
        failingSince: iso,
        list: [{ at: iso }],
      },
    );
  });

  it('leave alone what is none', () => {
    const document = { at: null, sentAt: null, what: 1, format: 3, durationMs: T0, state: 'at', latest: [1] };
    assert.deepEqual(isoTimes(document), document);
    assert.deepEqual(isoTimes({ at: 8.65e15 }), { at: null });
  });
});

describe('columns', () => {
  it('are as wide as their widest text, whatever colour it has', () => {
    const plain = columns([
      ['a', 'bb', 'end'],
      ['aaa', 'b', ''],
    ]);
    assert.equal(plain, '  a    bb  end\n  aaa  b');
    const red = columns([
      [{ text: 'a', style: ANSI.bad }, 'x'],
      ['aaa', 'x'],
    ]);
    assert.equal(red, `  ${ANSI.bad('a  ')}  x\n  aaa  x`);
    assert.equal(
      columns(
        [
          ['1', 'a'],
          ['10', 'b'],
        ],
        { indent: 0, right: [0] },
      ),
      ' 1  a\n10  b',
    );
    assert.equal(columns([]), '');
  });
});

describe('timings', () => {
  it('are ranks, not averages', () => {
    const runs = Array.from({ length: 100 }, (_, index) => ({
      durationMs: index + 1,
      stages: { resolve: 1 },
    }));
    const timings = timingsOf([{ durationMs: 5_000, stages: {} }, ...runs.slice(1)]);
    assert.deepEqual(timings, {
      runs: 100,
      medianMs: 51,
      p90Ms: 91,
      p99Ms: 100,
      stages: { resolve: 1 },
    });
    assert.equal(timingsOf([aRun('a1', T0)])?.p99Ms, 81.2);
    assert.equal(timingsOf([]), null);
  });
});

describe('availability', () => {
  const of = (tenant: string, pass: number, fail: number): Availability => ({
    tenant,
    pass,
    warn: 0,
    fail,
    unknown: 0,
    skipped: 1,
    ratio: pass + fail === 0 ? null : pass / (pass + fail),
  });
  const range = { since: T0, until: T0 + 1, limit: 10 };

  it('is sorted from the worst to what was never decided', () => {
    const report = availabilityReport([of('d', 0, 0), of('b', 10, 0), of('a', 10, 0), of('c', 1, 1)], range);
    assert.deepEqual(
      report.tenants.map(({ tenant }) => tenant),
      ['c', 'a', 'b', 'd'],
    );
    assert.equal(report.mean, 2.5 / 3);
  });

  it('is never rounded up to a perfect score', () => {
    const text = availabilityText(availabilityReport([of('a', 999_999, 1)], range));
    assert.match(text, /a {5} +99\.99 %/u);
    assert.match(availabilityText(availabilityReport([], range)), /^No run is kept since/u);
  });
});

describe('the timeline of an incident', () => {
  it('has the deploy before it, the runs that bound it, and what was told, in the order of time', () => {
    const incident = anIncident('i1', { lastFailedAt: T0 + 60_000, firstGoodAt: T0 + 65_000 });
    const sent = {
      ...aDelivery('d1'),
      state: 'sent',
      sentAt: T0 + 7_000,
      attempts: 2,
      nextAttemptAt: T0,
    } as const;
    const delivery = summarize({ ...sent, leasedUntil: null, lastError: null, possibleRepeat: true });
    const timeline = timelineOf(
      incident,
      [{ incident: 'i1', at: T0 + 5_000, kind: 'opened', by: null, text: 'critical: claimed' }],
      { app: 'sp-a1', release: aRelease(12, T0 - 41_000), firstSeenAt: T0 },
      [delivery],
    );
    assert.deepEqual(
      timeline.map(({ at, kind, text }) => [(at - T0) / 1000, kind, text]),
      [
        [-41, 'deploy', 'v12 of sp-a1 by dev@example.test'],
        [5, 'opened', 'critical: claimed'],
        [7, 'delivery', 'test to slack: sent after 2 attempts (possibly twice)'],
        [60, 'last-failing-run', 'the last run that failed'],
        [65, 'first-good-run', 'the first run that passed'],
      ],
    );
  });
});

describe('CSV', () => {
  it('quotes what RFC 4180 wants quoted', () => {
    const line = RECORD_FORMATS.csv.record(aRun('a,"b"', T0));
    assert.ok(line.startsWith('"a,""b""",2026-11-01T00:00:00.000Z,pass,,schedule,81.2,'));
  });
});

/** Controls but for line feeds, DEL, C1, bidirectional and invisible formatting. */
const UNPRINTABLE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Cs}/u;

describe('whatever stands in a name, a note or an error', () => {
  it('no report prints anything but printable text', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const tenant = { tenant: text, hostname: text, app: text };
        const incident = anIncident(text, {
          subject: { scope: 'tenant', name: text },
          summary: text,
          acknowledged: { by: text, at: T0, note: text },
          silencedBy: text,
          members: [text],
          memberCount: 2,
          resolvedAt: T0,
        });
        const diagnosis = { ...CLAIM, summary: text, explanation: text, evidence: [text], runbook: text };
        const delivery = summarize({
          ...aDelivery(text, { channel: text }),
          state: 'dead',
          attempts: 3,
          nextAttemptAt: T0,
          leasedUntil: null,
          sentAt: null,
          lastError: text,
          possibleRepeat: false,
        });
        const deploy = {
          app: text,
          release: { ...aRelease(1, T0), user: text, status: text },
          firstSeenAt: T0,
        };
        const event = { incident: text, at: T0, kind: 'note', by: text, text } as const;
        const printed = [
          statusText({
            schema: 'tenantwatch.status/1',
            at: T0,
            database: { path: text, bytes: 1 },
            daemon: { alive: true, lastRunAt: T0, pid: 1, host: text, since: T0 },
            platform: { verdict: 'fail', code: 'platform-tls-outage', summary: text, since: T0 },
            monitor: null,
            sources: [{ name: text, tenants: 1, reason: text, failingSince: T0, lost: 1 }],
            tenants: 1,
            counts: { pass: 0, warn: 0, fail: 1, unknown: 0, skipped: 0 },
            neverVerified: 0,
            troubled: [{ ...tenant, verdict: 'fail', code: null, why: text, since: T0, lastRunAt: T0 }],
            incidents: [incident],
            silences: 1,
            alerts: { disabledChannels: [{ channel: text, at: T0, reason: text }], undeliverable: 1 },
          }),
          historyText({
            schema: 'tenantwatch.history/1',
            ...tenant,
            since: T0 - 1,
            until: T0 + 1,
            latest: null,
            runs: null,
            timings: null,
            transitions: [],
            deploys: [{ ...deploy, verifiedAt: null }],
            incidents: [incident],
          }),
          incidentsText({ schema: 'tenantwatch.incidents/1', at: T0, incidents: [incident] }),
          incidentText({
            schema: 'tenantwatch.incident/1',
            at: T0,
            incident,
            hostname: text,
            diagnosis,
            observed: [
              {
                id: 'tls-handshake',
                verdict: 'fail',
                reason: null,
                summary: text,
                evidence: {},
                durationMs: 1,
              },
            ],
            deploy,
            origin: text,
            durationMs: 1,
            timeline: timelineOf(incident, [event], deploy, [delivery]),
            deliveries: [delivery],
          }),
          deliveriesText({
            schema: 'tenantwatch.deliveries/1',
            at: T0,
            deliveries: [delivery],
            channels: [{ channel: text, configured: true, disabled: { at: T0, reason: text }, waiting: 1 }],
          }),
          silencesText({
            schema: 'tenantwatch.silences/1',
            at: T0,
            silences: [
              {
                id: text,
                matcher: { tenant: text, problem: text, labels: { tier: text } },
                author: text,
                reason: text,
                createdAt: T0,
                startsAt: T0,
                endsAt: T0 + 1,
                untilDeployOf: text,
                state: 'in force',
                covers: [text],
              },
            ],
          }),
        ].join('');
        const found = UNPRINTABLE.exec(printed);
        assert.equal(found, null, `U+${found?.[0].codePointAt(0)?.toString(16) ?? ''} is printed`);
      }),
      { numRuns: 200 },
    );
  });
});
