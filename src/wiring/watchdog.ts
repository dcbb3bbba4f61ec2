import { noticeDeliveries, watchdogNotice } from '../alerts/index.ts';
import type { Outbox } from '../model/delivery.ts';
import type { Clock } from '../model/time.ts';
import { counted } from '../model/spoken.ts';
import { VERDICTS, type Verdict } from '../model/verdict.ts';
import type { Fleet } from '../monitor/fleet.ts';
import type { Tracker } from '../monitor/tracker.ts';

export interface WatchdogOptions {
  /** Null: nobody wants it. */
  readonly intervalMs: number | null;
  readonly channels: readonly string[];
  readonly outbox: Pick<Outbox, 'add'>;
  readonly fleet: Fleet;
  readonly tracker: Pick<Tracker, 'unresolved'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Something was added to the outbox. */
  readonly wake: () => void;
}

/** The sign of life over every channel: proves to people that silence means health. Call it as often as you like. */
export function createWatchdog(options: WatchdogOptions): () => void {
  const { intervalMs, channels, outbox, fleet, tracker, clock } = options;
  let sent: string | undefined;
  return () => {
    // Nothing to say before the first look around.
    if (intervalMs === null || !fleet.loaded() || fleet.shared() === undefined) return;
    const notice = watchdogNotice(intervalMs, clock.now(), signOfLife(fleet, tracker));
    if (notice.id === sent) return;
    // After a restart within the interval the same ids are there already, and nothing is sent twice.
    outbox.add(noticeDeliveries(notice, channels));
    sent = notice.id;
    options.wake();
  };
}

function signOfLife(fleet: Fleet, tracker: Pick<Tracker, 'unresolved'>): string {
  const open = tracker.unresolved().filter(({ state }) => state === 'open').length;
  return `tenantwatch is alive and watches ${fleetInWords(fleet)}; open incidents: ${open}.`;
}

const WORDS: Readonly<Record<Verdict, string>> = {
  fail: 'failing',
  unknown: 'unknown',
  warn: 'with a warning',
  pass: 'passing',
  skipped: 'skipped',
};

/** `12 tenants (1 failing, 11 passing)`. */
export function fleetInWords(fleet: Pick<Fleet, 'tenants' | 'latest'>): string {
  const tenants = fleet.tenants();
  const verdicts = tenants.map(({ id }) => fleet.latest(id)?.verdict);
  const counts = VERDICTS.map(
    (verdict) => [verdict, verdicts.filter((one) => one === verdict).length] as const,
  )
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => `${count} ${WORDS[verdict]}`);
  const detail = counts.length === 0 ? '' : ` (${counts.join(', ')})`;
  return `${counted(tenants.length, 'tenant')}${detail}`;
}
