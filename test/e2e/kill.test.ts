import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { soakDelivery } from '../../soak/delivery.ts';
import { judge, type Kept } from '../../soak/judge.ts';
import type { Receipt } from '../../soak/receiver.ts';
import type { AlertReason } from '../../src/model/alert.ts';
import type { Delivery } from '../../src/model/delivery.ts';
import { aDelivery, anIncident, T0 } from '../store/fixtures.ts';

describe('kill -9 of the delivery, before receivers that answer 200, 429, 500, late, or not at all', () => {
  it('loses no opened and no resolved, keeps their order, and repeats only with the same id', async () => {
    const { violations, openings, endings, requests, kills } = await soakDelivery({
      kills: 6,
      seed: 7,
      progress: () => undefined,
    });
    assert.deepEqual(violations, []);
    assert.equal(openings, endings);
    assert.ok(openings > 0 && requests > 0);
    assert.equal(
      Object.values(kills).reduce((sum, count) => sum + count, 0),
      6,
    );
  });
});

/** One incident that was opened and resolved, as it should be kept. */
const INCIDENT = anIncident('t-a1-1', { state: 'resolved', resolvedAt: T0 + 1, announcedTo: [], alerts: 2 });
const KEPT: Kept = {
  incidents: [INCIDENT],
  events: new Map([
    [
      't-a1-1',
      (['failed', 'opened', 'resolved'] as const).map((kind, at) => ({
        incident: 't-a1-1',
        at: T0 + at,
        kind,
        by: null,
        text: kind,
      })),
    ],
  ]),
  deliveries: [delivery(1, 'opened'), delivery(2, 'resolved')],
  integrity: 'ok',
};

function delivery(number: number, reason: AlertReason, changes: Partial<Delivery> = {}): Delivery {
  const id = `t-a1-1/${number}`;
  const links = { runbook: null, incident: null, verify: null };
  const message = {
    id,
    reason,
    at: T0,
    incident: INCIDENT,
    diagnosis: null,
    tenant: null,
    deploy: null,
    links,
  };
  return {
    ...aDelivery(`${id}/webhook`, { channel: 'webhook', group: 't-a1-1', message }),
    state: 'sent',
    attempts: 1,
    nextAttemptAt: T0,
    leasedUntil: null,
    sentAt: T0,
    lastError: null,
    possibleRepeat: false,
    ...changes,
  };
}

function receipt(number: number, changes: Partial<Receipt> = {}): Receipt {
  const type = number === 1 ? 'incident.opened' : 'incident.resolved';
  const digest = String(number);
  const alert = `t-a1-1/${number}`;
  return { channel: 'webhook', alert, type, accepted: true, markedAsRepeat: false, digest, ...changes };
}

describe('the judge of such a soak', () => {
  const cases: readonly (readonly [string, Kept, readonly Receipt[], RegExp | null])[] = [
    ['is content when all arrived in order', KEPT, [receipt(1), receipt(2)], null],
    ['is content with a repeat', KEPT, [receipt(1), receipt(1), receipt(2), receipt(1)], null],
    ['misses an end', KEPT, [receipt(1)], /never got t-a1-1\/2 \(resolved\)/u],
    [
      'counts only what the receiver took over',
      KEPT,
      [receipt(1, { accepted: false }), receipt(2)],
      /never got t-a1-1\/1 \(opened\)/u,
    ],
    ['sees a wrong order', KEPT, [receipt(2), receipt(1)], /out of order/u],
    [
      'sees another content under one id',
      KEPT,
      [receipt(1), receipt(1, { digest: 'x' }), receipt(2)],
      /another content/u,
    ],
    ['sees what nobody decided', KEPT, [receipt(1), receipt(2), receipt(3)], /nobody decided/u],
    [
      'sees an end that was decided and is in no outbox',
      { ...KEPT, deliveries: KEPT.deliveries.slice(0, 1) },
      [receipt(1)],
      /opened, resolved happened, opened was told/u,
    ],
    [
      'sees what waits for ever',
      { ...KEPT, deliveries: [delivery(1, 'opened'), delivery(2, 'resolved', { state: 'waiting' })] },
      [receipt(1), receipt(2)],
      /is waiting/u,
    ],
    [
      'sees one news told under two ids',
      {
        ...KEPT,
        incidents: [{ ...INCIDENT, alerts: 3 }],
        deliveries: [delivery(1, 'opened'), delivery(2, 'opened'), delivery(3, 'resolved')],
      },
      [receipt(1), receipt(2, { type: 'incident.opened' }), receipt(3)],
      /opened, opened, resolved was told/u,
    ],
    [
      'sees a damaged database',
      { ...KEPT, integrity: 'row 3 missing' },
      [receipt(1), receipt(2)],
      /damaged/u,
    ],
    [
      'does not take silence for success',
      { incidents: [], events: new Map(), deliveries: [], integrity: 'ok' },
      [],
      /nothing is proven/u,
    ],
  ];
  for (const [name, kept, receipts, wrong] of cases) {
    it(name, () => {
      const { violations } = judge(kept, receipts, ['webhook']);
      if (wrong === null) assert.deepEqual(violations, []);
      else assert.match(violations.join('\n'), wrong);
    });
  }
});
