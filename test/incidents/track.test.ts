import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { acknowledge, close, closeRemoved, type Outcome } from '../../src/incidents/index.ts';
import type { Diagnosis } from '../../src/model/diagnosis.ts';
import type { Silence } from '../../src/model/incident.ts';
import type { ProblemRef } from '../../src/model/problem.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import {
  book,
  claim,
  context,
  diagnosis,
  latent,
  minute,
  outcome,
  refused,
  START,
  track,
} from './fixtures.ts';

type Seen = Parameters<typeof outcome>[0];

const outage: ProblemRef = { scope: 'platform', code: 'platform-tls-outage' };
const siteError = diagnosis('site-error', 'critical');
const answers500 = diagnosis('site-error', 'critical', 'certain');
const stopped = diagnosis('tenant-app-stopped', 'critical', 'certain');

/** One run a minute; what was told at each, as `<minute>:<reason>`. */
function play(runs: readonly Seen[], more: Parameters<typeof context>[1] = {}) {
  const kept = book();
  const told: string[] = [];
  runs.forEach((seen, index) => {
    const at = minute(index);
    const step = track(kept.incident(), outcome(seen, at), context(at, more));
    kept.take([step]);
    told.push(
      ...step.tell.map(({ reason, channels }) => `${index}:${reason}${channels.length > 1 ? '+' : ''}`),
    );
  });
  return { told, kept, incident: kept.incident() };
}

describe('an incident', () => {
  const table: readonly [string, readonly Seen[], readonly string[]][] = [
    ['does not exist while nothing fails', ['pass', 'warn', 'unknown', 'skipped', 'pass'], []],
    ['opens at once when the finding is certain and stays', [claim], ['0:opened']],
    ['waits for 3 of 4 when a certain failure may be over in a moment', [answers500, answers500], []],
    ['opens when it is not', [answers500, answers500, answers500], ['2:opened']],
    ['waits while the only machine is replaced', [stopped, 'pass', 'pass'], []],
    ['opens at once as a warning when the claim is latent', [latent], ['0:opened']],
    ['waits for 3 of 4 when it may be a blip', [refused, refused, refused], ['2:opened']],
    ['counts failures with a pass between them', [refused, 'pass', refused, refused], ['3:opened']],
    ['stays pending at 2 of 4', [refused, 'pass', refused, 'pass', refused, 'pass'], []],
    ['forgets a blip', [refused, 'pass', 'pass', 'pass', 'pass'], []],
    ['opens when what was pending becomes certain', [refused, claim], ['1:opened']],
    ['needs two passes to resolve', [claim, 'pass', claim, 'pass', 'pass'], ['0:opened', '4:resolved']],
    ['takes a warning verdict of a tenant for a pass', [claim, 'warn', 'warn'], ['0:opened', '2:resolved']],
    ['is not opened by unknown', [refused, 'unknown', 'unknown', 'unknown', refused], []],
    [
      'is not resolved by unknown or skipped',
      [claim, 'unknown', 'unknown', 'skipped', 'skipped'],
      ['0:opened'],
    ],
    ['resolves across an unknown run', [claim, 'pass', 'unknown', 'pass'], ['0:opened', '3:resolved']],
    ['is not opened by what the platform explains', [outage, outage, outage, outage], []],
    ['is not resolved by what the platform explains', [claim, 'pass', outage, 'pass'], ['0:opened']],
    ['resolves after the platform recovered', [claim, outage, 'pass', 'pass'], ['0:opened', '3:resolved']],
    ['tells an escalation at once', [latent, claim], ['0:opened', '1:changed']],
    ['tells a certain cause at once', [refused, refused, refused, claim], ['2:opened', '3:changed']],
    ['tells another root when it lasts', [claim, siteError, siteError], ['0:opened', '2:changed']],
    ['does not tell a root that flickers', [claim, siteError, claim, siteError, claim], ['0:opened']],
    ['tells a de-escalation when it lasts', [claim, latent, latent], ['0:opened', '2:changed']],
    ['does not flicker between severities', [claim, latent, claim, latent, claim], ['0:opened']],
    [
      'keeps its root through a failure without diagnosis',
      [claim, { ...outcome('pass', 0), verdict: 'fail' } as never, 'pass', 'pass'],
      ['0:opened', '3:resolved'],
    ],
  ];
  for (const [name, runs, told] of table) {
    it(name, () => {
      // The row without diagnosis is a bare failing outcome.
      const bare = runs.find((seen) => typeof seen === 'object' && 'verdict' in seen);
      if (bare === undefined) {
        assert.deepEqual(play(runs).told, told);
        return;
      }
      const kept = book();
      const seen: string[] = [];
      runs.forEach((run, index) => {
        const at = minute(index);
        const base = outcome(run === bare ? 'pass' : run, at);
        const step = track(kept.incident(), run === bare ? { ...base, verdict: 'fail' } : base, context(at));
        kept.take([step]);
        seen.push(...step.tell.map(({ reason }) => `${index}:${reason}`));
      });
      assert.deepEqual(seen, told);
    });
  }

  // What is listed at each run: minutes against the run.
  const lists: readonly (readonly [string, readonly number[], readonly string[]])[] = [
    ['with a list from before the repair waits', [0, -1, -2, -3], ['0:opened']],
    ['with one list after it is told', [0, -1, -2, 0], ['0:opened', '3:changed']],
    ['looked at anew each time is told when it lasts', [0, 0, 0], ['0:opened', '2:changed']],
  ];
  for (const [name, listed, told] of lists) {
    it(`a lesser conflict ${name}`, () => {
      const kept = book();
      const seen: string[] = [];
      listed.forEach((before, index) => {
        const at = minute(index);
        const run = { ...outcome(index === 0 ? claim : latent, at), listedAt: at + before * MINUTE_MS };
        const step = track(kept.incident(), run, context(at));
        kept.take([step]);
        seen.push(...step.tell.map(({ reason }) => `${index}:${reason}`));
      });
      assert.deepEqual(seen, told);
    });
  }

  it('keeps the first failing run as its beginning, and the first good one as its end', () => {
    const { incident } = play([refused, refused, refused, 'pass', 'pass']);
    assert.equal(incident?.firstFailedAt, minute(0));
    assert.equal(incident.openedAt, minute(2));
    assert.equal(incident.lastFailedAt, minute(2));
    assert.equal(incident.firstGoodAt, minute(3));
    assert.equal(incident.resolvedAt, minute(4));
    assert.equal(incident.resolution, 'recovered');
  });

  it('marks what explains it while the platform is down', () => {
    const { incident, kept } = play([claim, outage]);
    assert.deepEqual(incident?.mutedBy, outage);
    assert.deepEqual(kept.events, ['failed', 'opened', 'muted']);
  });

  it('opens for a warning of the platform, but not of a tenant', () => {
    const expiring = diagnosis('wildcard-certificate-expiring', 'warning', 'certain', 'platform');
    const warned: Outcome = { ...outcome(expiring, START, 'platform', 'platform'), verdict: 'warn' };
    assert.equal(track(undefined, warned, context(START)).tell[0]?.reason, 'opened');
    const tenantWarned: Outcome = { ...outcome(latent, START), verdict: 'warn' };
    assert.equal(track(undefined, tenantWarned, context(START)).incident, undefined);
  });
});

describe('trouble that returns', () => {
  it('re-opens the same incident within 15 minutes and counts', () => {
    const { told, kept, incident } = play([claim, 'pass', 'pass', 'pass', claim]);
    assert.deepEqual(told, ['0:opened', '2:resolved', '4:opened']);
    assert.equal(incident?.reopened, 1);
    assert.equal(new Set(kept.told.map((one) => one.incident.id)).size, 1);
    assert.equal(incident.startedAt, minute(0));
    assert.equal(incident.firstFailedAt, minute(4));
  });

  it('is a new incident after that', () => {
    const runs: Seen[] = [claim, 'pass', 'pass', ...Array.from({ length: 16 }, () => 'pass' as const), claim];
    const { kept, incident } = play(runs);
    assert.equal(incident?.reopened, 0);
    assert.equal(new Set(kept.told.map((one) => one.incident.id)).size, 2);
  });

  it('must be proven again when it may be a blip, and leaves the end of the first life alone otherwise', () => {
    const { told, incident } = play([claim, 'pass', 'pass', refused, 'pass', 'pass', 'pass', 'pass']);
    assert.deepEqual(told, ['0:opened', '2:resolved']);
    assert.equal(incident?.state, 'resolved');
    assert.equal(incident.resolvedAt, minute(2));
    assert.equal(incident.firstGoodAt, minute(1));
  });

  // Two hours of one run a minute: so many runs fail, so many pass, and so on.
  const flapping: readonly (readonly [string, Diagnosis, number, number, readonly string[]])[] = [
    ['with each run is one message', claim, 1, 1, ['0:opened', '60:reminder']],
    [
      'and passes twice is three, then a counter',
      claim,
      2,
      2,
      ['0:opened', '3:resolved', '4:opened', '64:reminder'],
    ],
    ['slowly is three as well', claim, 5, 10, ['0:opened', '6:resolved', '15:opened', '75:reminder']],
    ['by blips wakes nobody', answers500, 2, 2, []],
    ['by more than blips is three', answers500, 5, 5, ['2:opened', '6:resolved', '12:opened', '72:reminder']],
    [
      'so slowly that each end holds is told each time',
      claim,
      20,
      60,
      ['0:opened', '21:resolved', '80:opened', '101:resolved'],
    ],
  ];
  for (const [name, problem, bad, good, expected] of flapping) {
    it(`that flaps ${name}`, () => {
      const runs = Array.from({ length: 120 }, (_, run): Seen =>
        run % (bad + good) < bad ? problem : 'pass',
      );
      assert.deepEqual(play(runs).told, expected);
    });
  }

  it('counts how often it came back while it flaps', () => {
    const runs = Array.from({ length: 120 }, (_, run): Seen => (run % 4 < 2 ? claim : 'pass'));
    assert.ok((play(runs).incident?.reopened ?? 0) > 20);
  });
});

describe('reminders', () => {
  it('come at growing intervals while it fails', () => {
    const kept = book();
    const hours: number[] = [];
    for (let at = 0; at <= 60 * HOUR_MS; at += 10 * MINUTE_MS) {
      const step = track(kept.incident(), outcome(claim, START + at), context(START + at));
      kept.take([step]);
      if (step.tell.some(({ reason }) => reason === 'reminder')) hours.push(at / HOUR_MS);
    }
    assert.deepEqual(hours, [1, 5, 29, 53]);
  });

  it('do not come for what is acknowledged, and an escalation still tells', () => {
    const kept = book();
    kept.take([track(undefined, outcome(latent, START), context(START))]);
    const opened = kept.incident();
    assert.ok(opened);
    const acknowledged = acknowledge(opened, { by: 'ada', at: START + 1, note: null });
    assert.deepEqual(acknowledged.tell, [{ reason: 'acknowledged', channels: ['slack'], before: null }]);
    kept.take([acknowledged]);
    for (let hour = 1; hour < 50; hour += 1) {
      const at = START + hour * HOUR_MS;
      kept.take([track(kept.incident(), outcome(latent, at), context(at))]);
    }
    assert.deepEqual(kept.reasons(), ['opened', 'acknowledged']);
    const at = START + 50 * HOUR_MS;
    kept.take([track(kept.incident(), outcome(claim, at), context(at))]);
    assert.deepEqual(kept.reasons(), ['opened', 'acknowledged', 'changed']);
    assert.equal(kept.incident()?.acknowledged, null);
  });

  it('fall due without a run', () => {
    const { incident } = play([claim]);
    assert.ok(incident);
    assert.deepEqual(track(incident, undefined, context(START + HOUR_MS - 1)).tell, []);
    assert.equal(track(incident, undefined, context(START + HOUR_MS)).tell[0]?.reason, 'reminder');
  });
});

describe('a silence', () => {
  const silence: Silence = {
    id: 's1',
    matcher: { tenant: 'a*' },
    author: 'ada',
    reason: 'maintenance',
    createdAt: START,
    startsAt: START,
    endsAt: minute(10),
    untilDeployOf: null,
  };

  it('mutes the opening; what still fails at its end is told then', () => {
    const { told } = play(
      Array.from({ length: 12 }, () => claim),
      { silences: [silence] },
    );
    assert.deepEqual(told, ['10:opened']);
  });

  it('mutes everything of an incident that begins and ends within it', () => {
    const { told, incident } = play([claim, claim, 'pass', 'pass'], { silences: [silence] });
    assert.deepEqual(told, []);
    assert.equal(incident?.state, 'resolved');
  });

  it('never mutes a resolve', () => {
    const later = { ...silence, startsAt: minute(1) };
    assert.deepEqual(play([claim, claim, 'pass', 'pass'], { silences: [later] }).told, [
      '0:opened',
      '3:resolved',
    ]);
  });

  it('mutes an escalation until its end', () => {
    const later = { ...silence, startsAt: minute(1), endsAt: minute(4) };
    const runs = [latent, claim, claim, claim, claim];
    assert.deepEqual(play(runs, { silences: [later] }).told, ['0:opened', '4:changed']);
  });

  it('is followed by a reminder when what was told before it persists unchanged', () => {
    const later = { ...silence, startsAt: minute(1), endsAt: minute(3) };
    assert.deepEqual(play([claim, claim, claim, claim, claim], { silences: [later] }).told, [
      '0:opened',
      '3:reminder',
    ]);
  });
});

describe('channels', () => {
  it('is told at once to those who are there when all who were told are not any more', () => {
    const told = (at: number, channel: string, seen: Seen) =>
      track(kept.incident(), outcome(seen, at), context(at, { channelsFor: () => [channel] }));
    const kept = book();
    kept.take([told(minute(0), 'slack', claim)]);
    kept.take([told(minute(1), 'pager', claim)]);
    kept.take([told(minute(2), 'pager', claim)]);
    assert.deepEqual(
      kept.told.map(({ reason, channels }) => `${reason} ${channels.join()}`),
      ['opened slack', 'opened pager'],
    );
    kept.take([told(minute(3), 'pager', 'pass')]);
    kept.take([told(minute(4), 'pager', 'pass')]);
    assert.deepEqual(kept.told.at(-1)?.channels, ['slack', 'pager']);
  });

  it('that the routes add on escalation hear that it opened, the others that it changed; both hear the end', () => {
    const channelsFor = ({ severity }: { severity: string }) =>
      severity === 'critical' ? ['slack', 'pager'] : ['slack'];
    const kept = book();
    const runs: readonly Seen[] = [latent, claim, 'pass', 'pass'];
    const told = runs.flatMap((seen, index) => {
      const at = minute(index);
      const step = track(kept.incident(), outcome(seen, at), context(at, { channelsFor }));
      kept.take([step]);
      return step.tell.map(({ reason, channels }) => `${reason} ${channels.join()}`);
    });
    assert.deepEqual(told, ['opened slack', 'changed slack', 'opened pager', 'resolved slack,pager']);
  });

  it('that the configuration no longer routes to are told the end all the same', () => {
    const kept = book();
    kept.take([track(undefined, outcome(claim, minute(0)), context(minute(0)))]);
    for (const index of [1, 2]) {
      const step = track(
        kept.incident(),
        outcome('pass', minute(index)),
        context(minute(index), { channelsFor: () => [] }),
      );
      kept.take([step]);
    }
    assert.deepEqual(kept.told.at(-1)?.channels, ['slack']);
    assert.equal(kept.told.at(-1)?.reason, 'resolved');
  });
});

describe('closing', () => {
  it('tells the end of a removed tenant’s incident, also when it is silenced or muted', () => {
    for (const mark of [{ silencedBy: 's1' }, { mutedBy: outage }, {}]) {
      const { incident } = play([claim]);
      assert.ok(incident);
      const steps = closeRemoved([{ ...incident, ...mark }], () => false, minute(1));
      assert.deepEqual(steps[0]?.tell, [{ reason: 'resolved', channels: ['slack'], before: null }]);
      assert.equal(steps[0].incident?.resolution, 'removed');
    }
  });

  it('keeps tenants that are still there', () => {
    const { incident } = play([claim]);
    assert.ok(incident);
    assert.deepEqual(
      closeRemoved([incident], () => true, minute(1)),
      [],
    );
  });

  it('by hand is undone by the next certain failure', () => {
    const kept = book();
    kept.take([track(undefined, outcome(claim, minute(0)), context(minute(0)))]);
    const opened = kept.incident();
    assert.ok(opened);
    kept.take([close(opened, 'closed', minute(1), 'ada')]);
    kept.take([track(kept.incident(), outcome(claim, minute(2)), context(minute(2)))]);
    assert.deepEqual(kept.reasons(), ['opened', 'resolved', 'opened']);
    assert.equal(kept.incident()?.reopened, 1);
  });

  it('never tells twice', () => {
    const { incident } = play([claim]);
    assert.ok(incident);
    const once = close(incident, 'suspended', minute(1)).incident;
    assert.ok(once);
    assert.deepEqual(close(once, 'suspended', minute(2)).tell, []);
    assert.deepEqual(track(once, undefined, context(minute(3))).tell, []);
  });
});

it('an unexplained failure keeps its diagnosis for the message of its end', () => {
  const shown: Diagnosis | null | undefined = play([claim, 'pass', 'pass']).incident?.diagnosis;
  assert.equal(shown, claim);
});
