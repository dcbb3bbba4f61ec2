import Database from 'better-sqlite3';
import type { Delivery, IncidentEvent } from '../src/model/delivery.ts';
import type { Incident } from '../src/model/incident.ts';
import { openStore } from '../src/store/index.ts';
import type { Channel, Receipt } from './receiver.ts';

/** What the database holds at the end. */
export interface Kept {
  readonly incidents: readonly Incident[];
  readonly events: ReadonlyMap<string, readonly IncidentEvent[]>;
  readonly deliveries: readonly Delivery[];
  readonly integrity: string;
}

export interface Judgement {
  readonly incidents: number;
  readonly openings: number;
  readonly endings: number;
  readonly alerts: number;
  readonly requests: number;
  /** Messages that a receiver took over more than once. */
  readonly repeats: number;
  /** What is wrong; empty when nothing is. */
  readonly violations: readonly string[];
}

const silent = (): void => undefined;
const EVERYTHING = 1_000_000_000;

export function readDatabase(path: string): Kept {
  const logger = { debug: silent, info: silent, warn: silent, error: silent };
  const store = openStore({ path, clock: { now: () => Date.now() }, logger, readOnly: true });
  const database = new Database(path, { readonly: true });
  try {
    const incidents = [
      ...store.incidents.list({ limit: EVERYTHING }),
      ...store.incidents.list({ state: 'pending', limit: EVERYTHING }),
    ];
    const byId = new Map(incidents.map((incident) => [incident.id, incident]));
    return {
      incidents: [...byId.values()],
      events: new Map(incidents.map(({ id }) => [id, store.incidents.events(id)])),
      deliveries: store.outbox.list({ limit: EVERYTHING }).toReversed(),
      integrity: String(database.pragma('integrity_check', { simple: true })),
    };
  } finally {
    database.close();
    store.close();
  }
}

/** Compares what was decided and stored with what the receiver got over these channels, after everything calmed down. */
export function judge(kept: Kept, receipts: readonly Receipt[], channels: readonly Channel[]): Judgement {
  const violations: string[] = [];
  if (kept.integrity !== 'ok') violations.push(`the database is damaged: ${kept.integrity}`);
  const lives = kept.incidents.map((incident) => judgeIncident(incident, kept, violations));
  const openings = lives.reduce((sum, life) => sum + life.openings, 0);
  const endings = lives.reduce((sum, life) => sum + life.endings, 0);
  if (openings === 0) violations.push('nothing was opened, so nothing is proven');
  let repeats = 0;
  for (const channel of channels) {
    const got = receipts.filter((receipt) => receipt.channel === channel);
    judgeUnsent(kept, channel, violations);
    judgeOrder(kept, channel, got, violations);
    repeats += judgeRepeats(got, violations);
  }
  return {
    incidents: kept.incidents.length,
    openings,
    endings,
    alerts: new Set(kept.deliveries.map(({ message }) => message.id)).size,
    requests: receipts.length,
    repeats,
    violations,
  };
}

/** What its timeline says happened must be what was decided to tell: the two are written together. */
function judgeIncident(
  incident: Incident,
  { events, deliveries }: Kept,
  violations: string[],
): { readonly openings: number; readonly endings: number } {
  const { id } = incident;
  const happened: string[] = [];
  for (const { kind } of events.get(id) ?? []) {
    const open = happened.at(-1) === 'opened';
    if (!open && (kind === 'opened' || kind === 'reopened')) happened.push('opened');
    if (kind === 'resolved') happened.push('resolved');
  }
  const told = new Map<string, string>();
  for (const { group, message } of deliveries) if (group === id) told.set(message.id, message.reason);
  const ends = [...told.values()].filter((reason) => reason === 'opened' || reason === 'resolved');
  if (ends.join() !== happened.join())
    violations.push(
      `${id}: ${happened.join(', ') || 'nothing'} happened, ${ends.join(', ') || 'nothing'} was told`,
    );
  if (incident.state !== 'resolved') violations.push(`${id} is still ${incident.state}`);
  if (told.size !== incident.alerts)
    violations.push(`${id}: ${incident.alerts} alerts decided, ${told.size} in the outbox`);
  return {
    openings: happened.filter((one) => one === 'opened').length,
    endings: happened.filter((one) => one === 'resolved').length,
  };
}

function judgeUnsent({ deliveries }: Kept, channel: Channel, violations: string[]): void {
  for (const { id, channel: of, state, lastError } of deliveries) {
    if (of === channel && state !== 'sent') violations.push(`${id} is ${state}: ${lastError ?? 'no error'}`);
  }
}

/** Every alert was taken over, for the first time in the order in which it was decided; nothing else was sent. */
function judgeOrder(
  { deliveries, incidents }: Kept,
  channel: Channel,
  got: readonly Receipt[],
  violations: string[],
): void {
  const reasons = new Map<string, string>();
  const wanted = new Map<string, string[]>(incidents.map(({ id }) => [id, []]));
  for (const { channel: of, group, message } of deliveries) {
    if (of !== channel || !('incident' in message)) continue;
    reasons.set(message.id, message.reason);
    wanted.get(group)?.push(message.id);
  }
  for (const { alert, type } of got) {
    const reason = reasons.get(alert);
    if (reason === undefined) violations.push(`${channel} got ${alert}, which nobody decided to tell`);
    else if (type !== null && type !== `incident.${reason}`)
      violations.push(`${channel} got ${alert} as ${type}, decided was ${reason}`);
  }
  const first = new Set(got.filter(({ accepted }) => accepted).map(({ alert }) => alert));
  const taken = new Map<string, string[]>();
  for (const alert of first) {
    const group = alert.slice(0, alert.lastIndexOf('/'));
    taken.set(group, [...(taken.get(group) ?? []), alert]);
  }
  for (const [incident, alerts] of wanted) {
    const came = taken.get(incident) ?? [];
    const lost = alerts.filter((alert) => !first.has(alert));
    for (const alert of lost) violations.push(`${channel} never got ${alert} (${reasons.get(alert) ?? ''})`);
    if (lost.length === 0 && came.join() !== alerts.join())
      violations.push(`${channel} got ${came.join(' ')} out of order`);
  }
}

/** The same id is the same message; where there is no id to see, it says that it may be a repeat. */
function judgeRepeats(got: readonly Receipt[], violations: string[]): number {
  const digests = new Map<string, string | null>();
  const taken = new Set<string>();
  let repeats = 0;
  for (const { channel, alert, accepted, digest, markedAsRepeat } of got) {
    const before = digests.get(alert);
    if (before !== undefined && before !== digest)
      violations.push(`${channel} got ${alert} with another content`);
    digests.set(alert, digest);
    if (!accepted) continue;
    if (taken.has(alert)) {
      repeats += 1;
      if (channel === 'slack' && !markedAsRepeat)
        violations.push(`${channel} got ${alert} again without a word that it may be a repeat`);
    }
    taken.add(alert);
  }
  return repeats;
}
