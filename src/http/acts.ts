import { randomUUID } from 'node:crypto';
import type { Incident, Silence, SilenceMatcher } from '../model/incident.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { ACCEPTED_LOSSES, withAcceptedLoss, type AcceptedLoss } from '../model/tenant-list.ts';
import { DAY_MS } from '../model/time.ts';
import { isActive } from '../incidents/index.ts';
import type { HttpContext } from './context.ts';
import { HttpError } from './errors.ts';

export interface NewSilence {
  readonly matcher: SilenceMatcher;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly startsAt: number;
  readonly endsAt: number;
  /** Ends early, when this app's deploy was verified. */
  readonly untilDeployOf: string | null;
}

/**
 * What a person may change through API, pages and Slack: on disk and in the audit trail when a method returns. `by` is who asks.
 * Throws HttpError: `not-found`, `conflict` when the incident or silence is over, `unavailable` when nothing can be stored.
 */
export interface Acts {
  readonly acknowledge: (id: string, by: string, note: string | null) => Incident;
  readonly unacknowledge: (id: string, by: string) => Incident;
  /** Ends it by hand, with the reason as a note; trouble that goes on opens it again. */
  readonly resolve: (id: string, by: string, note: string | null) => Incident;
  readonly note: (id: string, by: string, text: string) => Incident;
  readonly silence: (silence: NewSilence, by: string) => Silence;
  readonly endSilence: (id: string, by: string) => Silence;
  /** The source's next list is believed, however many tenants it lost. */
  readonly acceptLoss: (source: string, lost: number | null, by: string) => void;
}

/** Longer ones are forgotten monitoring. */
export const MAX_SILENCE_MS = 365 * DAY_MS;

type ActsContext = Pick<HttpContext, 'tracker' | 'store' | 'clock' | 'logger'>;

export function createActs({ tracker, store, clock, logger }: ActsContext): Acts {
  const audited = <Result>(
    action: string,
    subject: string,
    by: string,
    detail: JsonObject,
    act: () => Result,
  ): Result => {
    const write = (outcome: 'done' | 'refused' | 'failed'): void => {
      store.audit.add({ at: clock.now(), actor: by, action, subject, outcome, detail });
      logger.info({ action, subject, by, outcome }, 'act of an operator');
    };
    return stored(() => {
      let result: Result;
      try {
        result = act();
      } catch (error) {
        write(error instanceof HttpError && error.code !== 'unavailable' ? 'refused' : 'failed');
        throw error;
      }
      write('done');
      return result;
    });
  };

  /** The incident while it lives; the tracker holds exactly these. */
  const live = (id: string): Incident => {
    const incident = tracker.get(id) ?? store.incidents.get(id);
    if (incident === null) throw new HttpError('not-found', 'There is no such incident.');
    if (!isActive(incident)) throw new HttpError('conflict', 'The incident is over.');
    return incident;
  };

  return {
    acknowledge: (id, by, note) =>
      audited('incident.acknowledge', id, by, { note }, () => {
        const { acknowledged } = live(id);
        if (acknowledged !== null)
          throw new HttpError('conflict', `It is acknowledged already by ${acknowledged.by}.`);
        return kept(tracker.acknowledge(id, by, note));
      }),
    unacknowledge: (id, by) =>
      audited('incident.unacknowledge', id, by, {}, () => {
        if (live(id).acknowledged === null) throw new HttpError('conflict', 'It is not acknowledged.');
        return kept(tracker.unacknowledge(id, by));
      }),
    resolve: (id, by, note) =>
      audited('incident.resolve', id, by, { note }, () => {
        live(id);
        if (note !== null) kept(tracker.annotate(id, by, note));
        return kept(tracker.close(id, by));
      }),
    note: (id, by, text) =>
      audited('incident.note', id, by, { note: text }, () => {
        if (store.incidents.get(id) === null) throw new HttpError('not-found', 'There is no such incident.');
        return kept(tracker.annotate(id, by, text));
      }),
    silence: (wanted, by) => {
      const now = clock.now();
      checkSilence(wanted, now);
      const silence: Silence = { ...wanted, id: randomUUID(), author: by, createdAt: now };
      const detail = { reason: wanted.reason, matcher: matcherAsJson(wanted.matcher), endsAt: wanted.endsAt };
      return audited('silence.add', silence.id, by, detail, () => {
        store.silences.add(silence);
        return silence;
      });
    },
    endSilence: (id, by) =>
      audited('silence.end', id, by, {}, () => {
        if (store.silences.get(id) === null) throw new HttpError('not-found', 'There is no such silence.');
        if (!store.silences.end(id, clock.now()))
          throw new HttpError('conflict', 'The silence is over already.');
        const ended = store.silences.get(id);
        if (ended === null) throw new HttpError('not-found', 'There is no such silence.');
        return ended;
      }),
    acceptLoss: (source, lost, by) => {
      audited('tenants.accept', source, by, { lost }, () => {
        const kept = (store.smallState.get(ACCEPTED_LOSSES) ?? []) as unknown as readonly AcceptedLoss[];
        const losses = withAcceptedLoss(kept, { source, by, at: clock.now() });
        store.smallState.set(ACCEPTED_LOSSES, losses as unknown as Json);
      });
    },
  };
}

/** Reads or writes the database; what it cannot do is no fault of who asks, and says nothing of the inside. */
export function stored<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof Error && error.name === 'StoreError')
      throw new HttpError('unavailable', 'The database cannot be used at present.');
    throw error;
  }
}

function kept(incident: Incident | undefined): Incident {
  if (incident === undefined)
    throw new HttpError('unavailable', 'The change could not be stored; try again.');
  return incident;
}

function checkSilence({ matcher, startsAt, endsAt }: NewSilence, now: number): void {
  const { tenant, problem, labels = {} } = matcher;
  if (tenant === undefined && problem === undefined && Object.keys(labels).length === 0) {
    throw new HttpError(
      'bad-request',
      'The matcher is empty: name a tenant, a problem (`*` for every one) or labels.',
    );
  }
  if (endsAt <= Math.max(startsAt, now))
    throw new HttpError('bad-request', 'The silence would be over before it begins.');
  if (endsAt - now > MAX_SILENCE_MS) throw new HttpError('bad-request', 'A silence lasts a year at most.');
}

function matcherAsJson({ tenant, problem, labels }: SilenceMatcher): JsonObject {
  return { tenant: tenant ?? null, problem: problem ?? null, labels: labels ?? {} };
}
