import { isActive } from '../incidents/index.ts';
import type { Incident } from '../model/incident.ts';
import type { Logger } from '../model/logger.ts';
import type { OperatorAction, OperatorAnswer } from '../model/operator-request.ts';
import type { Clock } from '../model/time.ts';
import type { Tracker } from '../monitor/tracker.ts';
import type { KeptRequest, Store } from '../store/index.ts';

export interface OperatorInboxOptions {
  readonly store: Pick<Store, 'requests' | 'incidents' | 'audit'>;
  readonly tracker: Pick<Tracker, 'get' | 'acknowledge' | 'unacknowledge' | 'close' | 'annotate'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

/**
 * Carries out what people asked for on the command line. A request that was carried out and not answered, because a crash
 * came in between, is met again and finds its work done. Throws StoreError; what is not answered waits.
 */
export function takeRequests(options: OperatorInboxOptions): void {
  const { store, clock, logger } = options;
  for (const request of store.requests.waiting()) {
    const { outcome, text } = carryOut(request, options);
    const now = clock.now();
    const { action, incident, by, note } = request;
    store.audit.add({
      at: now,
      actor: by,
      action: `incident.${action}`,
      subject: incident,
      outcome,
      detail: { note, answer: text, request: request.id },
    });
    store.requests.answer(request.id, { outcome, text, at: now });
    logger.info({ incident, by, action, outcome }, `request of an operator: ${text}`);
  }
}

type Answer = Omit<OperatorAnswer, 'at'>;

function carryOut(request: KeptRequest, { store, tracker }: OperatorInboxOptions): Answer {
  const { action, incident: id, by, note, at } = request;
  if (action === 'note') return takeNote(request, store, tracker);
  const incident = tracker.get(id);
  if (incident === undefined || !isActive(incident)) return refused('the incident is over');
  const already = doneBefore(action, incident);
  if (already !== null) return done(already);
  switch (action) {
    case 'acknowledge':
      return told(tracker.acknowledge(id, by, note), 'acknowledged');
    case 'unacknowledge':
      return told(tracker.unacknowledge(id, by), 'acknowledgement withdrawn');
    case 'resolve':
      // Why someone closed what still failed is what people ask afterwards.
      if (note !== null && !isNoted(request, store)) told(tracker.annotate(id, by, note, at), 'noted');
      return told(tracker.close(id, by), 'resolved by hand; trouble that goes on opens it again');
  }
}

function takeNote(
  request: KeptRequest,
  store: OperatorInboxOptions['store'],
  tracker: OperatorInboxOptions['tracker'],
): Answer {
  const { incident, by, note, at } = request;
  if (note === null) return refused('the note is empty');
  if (store.incidents.get(incident) === null) return refused('there is no such incident');
  if (isNoted(request, store)) return done('noted');
  return told(tracker.annotate(incident, by, note, at), 'noted');
}

function isNoted({ incident, by, note, at }: KeptRequest, store: OperatorInboxOptions['store']): boolean {
  return store.incidents
    .events(incident)
    .some((event) => event.kind === 'note' && event.at === at && event.by === by && event.text === note);
}

function doneBefore(action: Exclude<OperatorAction, 'note'>, { acknowledged }: Incident): string | null {
  if (action === 'acknowledge' && acknowledged !== null) return `acknowledged already by ${acknowledged.by}`;
  if (action === 'unacknowledge' && acknowledged === null) return 'it was not acknowledged';
  return null;
}

/** The tracker says with nothing that its change could not be stored: the request waits for the next look. */
function told(incident: Incident | undefined, text: string): Answer {
  if (incident === undefined) throw new Error('the change could not be stored');
  return done(text);
}

function done(text: string): Answer {
  return { outcome: 'done', text };
}

function refused(text: string): Answer {
  return { outcome: 'refused', text };
}
