import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Case } from '../../src/forensics/case.ts';
import { requestPath } from '../../src/forensics/request-path.ts';
import { APP, MANAGEMENT } from '../support/snapshots.ts';
import { caseOf, CONTROL_LINE, DEPLOYED, log, received, REFUSED, replay } from './cases.ts';

const NEVER_FAILED: Case['runs'] = {
  lastGoodAt: null,
  firstFailedAt: null,
  firstRefusedAt: null,
  lastFailedAt: null,
  firstGoodAt: null,
};
const inTime = REFUSED + 10_000;
const logs = (
  management: readonly (readonly [number, string])[],
  tenant: readonly (readonly [number, string])[] = [],
): Partial<Case> => ({ logs: { management: log(MANAGEMENT, management), tenant: log(APP, tenant) } });

describe('how far requests came, by the logs', () => {
  const facts: readonly [
    sentence: string,
    changes: Partial<Case>,
    missing: string | null,
    certainty: string,
    says: RegExp,
  ][] = [
    [
      'no replay line among others: they ended at the edge',
      {},
      'edge',
      'likely',
      /ended before it, at Fly’s edge/,
    ],
    [
      'no replay line, and no run that failed: perhaps nobody asked',
      { runs: NEVER_FAILED },
      null,
      'unexplained',
      /whether anybody asked for it is not known/,
    ],
    [
      'no replay line, no run, but handshakes that failed by Fly’s count: they ended at the edge',
      { runs: NEVER_FAILED, edgeErrors: { known: true, value: 3 } },
      'edge',
      'likely',
      /ended before it, at Fly’s edge/,
    ],
    [
      'no replay line, and runs that failed without a refused handshake: perhaps the name led elsewhere',
      { runs: { ...caseOf().runs, firstRefusedAt: null } },
      null,
      'unexplained',
      /where they ended is not known/,
    ],
    [
      'a log that is silent altogether tells nothing',
      logs([replay(REFUSED - 60_000)]),
      null,
      'unexplained',
      /do not tell/,
    ],
    [
      'a log that cannot be read tells nothing',
      { logs: { ...caseOf().logs, management: { app: MANAGEMENT, known: false, why: 'forbidden' } } },
      null,
      'unexplained',
      /do not tell/,
    ],
    [
      'a log that begins too late tells nothing',
      { window: { from: DEPLOYED - 120_000, until: DEPLOYED - 100_000 } },
      null,
      'unexplained',
      /do not tell/,
    ],
    [
      'replayed and never received: the replay got lost',
      logs([replay(inTime)], [received(REFUSED - 60_000), [inTime, 'cron ran']]),
      'replay',
      'likely',
      /the replay got lost/,
    ],
    [
      'an app that never logs requests tells nothing',
      logs([replay(inTime)], [[inTime, 'cron ran']]),
      null,
      'unexplained',
      /is not known/,
    ],
    [
      'replayed and received: nothing is missing',
      logs([replay(inTime)], [received(inTime + 5)]),
      null,
      'unexplained',
      /went all the way/,
    ],
    [
      'replayed to another app: the table is wrong',
      logs([replay(inTime, 'sp-999bc6549a64-old')]),
      'routing',
      'likely',
      /to sp-999bc6549a64-old and not to/,
    ],
    [
      'replayed to another app as well: the table is not said to lack the right one',
      logs([replay(inTime, 'sp-999bc6549a64-old'), replay(inTime + 1)]),
      'routing',
      'likely',
      /to sp-999bc6549a64-old, others to sp-999bc6549a64: its table changed, or has two entries/,
    ],
    [
      'the proxy does not know the tenant',
      logs([[inTime, 'No tenant for request subdomain=999bc6549a64']]),
      'routing',
      'likely',
      /no entry/,
    ],
    [
      'a direct request in the tenant’s log is no replay',
      logs([CONTROL_LINE], [received(inTime)]),
      'edge',
      'likely',
      /at Fly’s edge/,
    ],
    [
      'replays of other tenants are not ours',
      logs([[inTime, 'Replaying request to tenant app subdomain=0a1b2c3d4e5f fly_app=sp-0a1b2c3d4e5f']]),
      'edge',
      'likely',
      /at Fly’s edge/,
    ],
    [
      'a name that only begins alike is not ours',
      logs([[inTime, 'Replaying request to tenant app subdomain=999bc6549a64x fly_app=y']]),
      'edge',
      'likely',
      /at Fly’s edge/,
    ],
  ];
  for (const [sentence, changes, missing, certainty, says] of facts)
    it(sentence, () => {
      const path = requestPath(caseOf(changes));
      assert.equal(path.missing, missing);
      assert.equal(path.certainty, certainty);
      assert.match(path.sentence, says);
    });

  it('the last request that came through is named', () => {
    const [hop] = requestPath(caseOf()).hops;
    assert.match(
      hop?.text ?? '',
      /no line “Replaying request to tenant app” for 999bc6549a64 between 2026-01-31 06:28:00 UTC.*The last one before was at 2026-01-31 06:19:30 UTC/,
    );
  });
});
