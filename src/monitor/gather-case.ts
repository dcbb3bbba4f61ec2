import { bornAt, chooseClaim } from '../forensics/misplaced.ts';
import type { AppLog, AppReleases, Case, Known, LogLine, RunMarks, Span } from '../forensics/case.ts';
import type { FlyClient } from '../fly/index.ts';
import type { ClaimRecord } from '../model/history.ts';
import type { Incident } from '../model/incident.ts';
import type { Platform } from '../model/platform.ts';
import type { Run } from '../model/run.ts';
import type { Tenant } from '../model/tenant.ts';
import { DAY_MS, MINUTE_MS, type Clock } from '../model/time.ts';
import type { Store } from '../store/index.ts';
import { besides, keptClaims, RELEASES, RELEASES_BACK_MS } from './kept-claims.ts';

export interface CaseSources {
  /** The daemon's history; null where there is none. */
  readonly store: Pick<Store, 'claims' | 'deploys' | 'runs'> | null;
  /** Fly's API; null where it is not to be asked. */
  readonly fly: Pick<FlyClient, 'certificates' | 'releases' | 'logs' | 'edgeHandshakeErrors'> | null;
  readonly platform: Platform;
  readonly clock: Pick<Clock, 'now'>;
}

/** Bounds: what is further away explains nothing, and nobody reads more. */
const RUNS = 5_000;
const LOG_PAGES = 20;
/** How long Fly keeps logs. */
const LOGS_KEPT_MS = 7 * DAY_MS;
const AFTER_FAILURE_MS = 5 * MINUTE_MS;
/** How far before the failure logs are read: the last request that came through shows what is missing afterwards. */
const LOGS_BEFORE_MS = 15 * MINUTE_MS;
const EDGE_MINUTES = 15;

const NOT_ASKED: Known<never> = { known: false, why: 'Fly’s API was not asked' };

/**
 * Collects what is known of a tenant's misplaced certificate. What cannot be read is said in the case, never thrown; StoreError
 * passes, and so does the signal's abort.
 */
export async function gatherCase(
  sources: CaseSources,
  tenant: Tenant,
  incident: Incident | null,
  signal: AbortSignal,
): Promise<Case> {
  const { platform, clock } = sources;
  const takenAt = clock.now();
  const runs = runMarks(sources, tenant, incident, takenAt);
  const known = await claimRecords(sources, tenant, takenAt, signal);
  const records = known.known ? known.value : [];
  const claim = chooseClaim(records, tenant, platform, runs.lastFailedAt ?? takenAt);
  // Without a history the last minutes have to do: whoever asks now sees it fail now.
  const lately = Math.max(claim === null ? 0 : bornAt(claim), takenAt - AFTER_FAILURE_MS);
  const at = runs.firstRefusedAt ?? runs.firstFailedAt ?? lately;
  const window: Span = {
    from: at,
    until: Math.min(takenAt, runs.firstGoodAt ?? takenAt, at + AFTER_FAILURE_MS),
  };
  const holder = claim?.claim.app ?? tenant.app;
  const apps = [...new Set([holder, tenant.app, platform.managementApp])];
  const [releases, management, own, edgeErrors] = await Promise.all([
    Promise.all(apps.map((app) => releasesOf(sources, app, takenAt, signal))),
    readLog(sources, platform.managementApp, window, takenAt, signal),
    readLog(sources, tenant.app, window, takenAt, signal),
    edgeErrorsOf(sources, tenant, signal),
  ]);
  return {
    tenant,
    managementApp: platform.managementApp,
    takenAt,
    certificatesUnread: known.known ? null : known.why,
    ...besides(claim, records, platform),
    releases,
    runs,
    window,
    logs: { management, tenant: own },
    edgeErrors,
  };
}

/** From history, and of the tenant's own app as it is now where there is no history. */
async function claimRecords(
  { store, fly }: CaseSources,
  tenant: Tenant,
  now: number,
  signal: AbortSignal,
): Promise<Known<readonly ClaimRecord[]>> {
  const kept = store === null ? [] : keptClaims(store, tenant);
  if (kept.length > 0) return { known: true, value: kept };
  if (fly === null) return store === null ? NOT_ASKED : { known: true, value: [] };
  const live = await attempt(() => fly.certificates(tenant.app, signal), signal);
  if (!live.known) return live;
  const value = live.value.map((claim) => ({ claim, firstSeenAt: now, lastSeenAt: now, goneAt: null }));
  return { known: true, value };
}

/** The runs of the incident; without one those of the latest trouble. */
function runMarks({ store }: CaseSources, { id }: Tenant, incident: Incident | null, now: number): RunMarks {
  const nothing: RunMarks = {
    lastGoodAt: null,
    firstFailedAt: null,
    firstRefusedAt: null,
    lastFailedAt: null,
    firstGoodAt: null,
  };
  const lastFailed = incident?.lastFailedAt ?? store?.runs.lastWith(id, ['fail'], now + 1)?.at ?? null;
  if (store === null || lastFailed === null) {
    return incident === null
      ? nothing
      : { ...nothing, firstFailedAt: incident.firstFailedAt, lastFailedAt: lastFailed };
  }
  const lastGoodAt =
    store.runs.lastWith(id, ['pass', 'warn'], incident?.firstFailedAt ?? lastFailed)?.at ?? null;
  const failing = store.runs
    .between(id, incident?.firstFailedAt ?? lastGoodAt ?? 0, lastFailed + 1, RUNS)
    .filter(({ verdict }) => verdict === 'fail')
    .toReversed();
  const firstGoodAt =
    incident === null
      ? (store.runs.between(id, lastFailed, now + 1, RUNS).findLast(isGood)?.at ?? null)
      : incident.firstGoodAt;
  return {
    lastGoodAt,
    firstFailedAt: incident?.firstFailedAt ?? failing[0]?.at ?? lastFailed,
    firstRefusedAt: failing.find(refused)?.at ?? null,
    lastFailedAt: lastFailed,
    firstGoodAt,
  };
}

function isGood({ verdict }: Run): boolean {
  return verdict === 'pass' || verdict === 'warn';
}

function refused({ notPassed }: Run): boolean {
  return notPassed.some(({ check, verdict }) => check === 'tls-handshake' && verdict === 'fail');
}

/** Fly knows every release, history those that a sweep met. */
async function releasesOf(
  { store, fly }: CaseSources,
  app: string,
  now: number,
  signal: AbortSignal,
): Promise<AppReleases> {
  const kept = store?.deploys.between(app, now - RELEASES_BACK_MS, now + 1, RELEASES) ?? [];
  const live: AppReleases['releases'] =
    fly === null ? NOT_ASKED : await attempt(() => fly.releases(app, RELEASES, signal), signal);
  if (live.known || kept.length === 0) return { app, releases: live };
  return { app, releases: { known: true, value: kept.map(({ release }) => release) } };
}

/**
 * The lines from a little before the window to its end. Fly's endpoint gives 100 lines from a point in time on; a full first page
 * that begins late means that what lies before it is not known.
 */
async function readLog(
  { fly }: CaseSources,
  app: string,
  window: Span,
  now: number,
  signal: AbortSignal,
): Promise<AppLog> {
  if (fly === null) return { app, ...NOT_ASKED };
  if (now - window.from > LOGS_KEPT_MS) return { app, known: false, why: 'Fly keeps logs for about a week' };
  const from = window.from - LOGS_BEFORE_MS;
  const lines: LogLine[] = [];
  let token = `${Math.floor(from)}000000`;
  let covers: Span = { from, until: from };
  for (let page = 0; page < LOG_PAGES; page += 1) {
    const after = token;
    const read = await attempt(() => fly.logs(app, { nextToken: after }, signal), signal);
    if (!read.known) return { app, ...read };
    const got = read.value.lines.flatMap(({ at, message }) => (at === null ? [] : [{ at, message }]));
    const full = read.value.lines.length >= FULL_PAGE;
    if (page === 0 && full) covers = { ...covers, from: Math.max(from, got[0]?.at ?? from) };
    lines.push(...got);
    const { nextToken } = read.value;
    const ended = !full || nextToken === null || nextToken === token;
    covers = { ...covers, until: ended ? now : (got.at(-1)?.at ?? covers.until) };
    if (ended || covers.until > window.until) break;
    token = nextToken;
  }
  return { app, known: true, value: { lines: lines.toSorted((one, other) => one.at - other.at), covers } };
}

/** What one page of the log holds at most. */
const FULL_PAGE = 100;

async function edgeErrorsOf(
  { fly }: CaseSources,
  { hostname }: Tenant,
  signal: AbortSignal,
): Promise<Known<number>> {
  if (fly === null) return NOT_ASKED;
  const asked = await attempt(() => fly.edgeHandshakeErrors(EDGE_MINUTES, signal), signal);
  if (!asked.known) return asked;
  if (asked.value === null) return { known: false, why: 'this token may not ask for it' };
  return { known: true, value: Math.round(asked.value.get(hostname) ?? 0) };
}

/** The value, or what the API said instead. */
async function attempt<Value>(ask: () => Promise<Value>, signal: AbortSignal): Promise<Known<Value>> {
  try {
    return { known: true, value: await ask() };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && error.name === 'FlyError')
      return { known: false, why: error.message.replace(/\.$/, '') };
    throw error;
  }
}
