import type { Claim, Release } from '../model/fly.ts';
import { spokenDuration } from '../model/spoken.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Case, RunMarks } from './case.ts';
import { originOf, type Origin } from './origin.ts';
import { requestPath, type RequestPath } from './request-path.ts';

/** What is known of how a conflict came about; the document of `tenantwatch forensics --json`. */
export interface Findings {
  readonly schema: 'tenantwatch.forensics/1';
  readonly takenAt: number;
  readonly tenant: Tenant;
  readonly claim: ClaimLife | null;
  readonly origin: Origin;
  /** Newest first. */
  readonly releases: readonly ReleaseAround[];
  readonly runs: RunMarks;
  readonly requestPath: RequestPath;
  /** Failed handshakes for the name that Fly's edge counted lately; null: not known. */
  readonly edgeErrors: number | null;
  /** What could not be read, and what nobody records. */
  readonly unknowns: readonly string[];
}

export interface ClaimLife extends Pick<Claim, 'hostname' | 'app' | 'status' | 'createdAt'> {
  readonly firstSeenAt: number;
  /** Null while it is there. */
  readonly goneAt: number | null;
}

export interface ReleaseAround extends Release {
  readonly app: string;
  /** Of the certificate's creation against the release, milliseconds; null without a certificate. */
  readonly certificateAfterMs: number | null;
}

const RELEASES_SHOWN = 6;

/** Pure: the same case gives the same findings. */
export function investigate(given: Case): Findings {
  const { claim } = given;
  const at = claim?.claim.createdAt ?? claim?.firstSeenAt ?? given.window.from;
  return {
    schema: 'tenantwatch.forensics/1',
    takenAt: given.takenAt,
    tenant: given.tenant,
    claim:
      claim === null
        ? null
        : {
            hostname: claim.claim.hostname,
            app: claim.claim.app,
            status: claim.claim.status,
            createdAt: claim.claim.createdAt,
            firstSeenAt: claim.firstSeenAt,
            goneAt: claim.goneAt,
          },
    origin: originOf(given),
    releases: releasesAround(given, at),
    runs: given.runs,
    requestPath: requestPath(given),
    edgeErrors: given.edgeErrors.known ? given.edgeErrors.value : null,
    unknowns: unknownsOf(given),
  };
}

/** Those nearest to the moment, on either side. */
function releasesAround({ releases, claim }: Case, at: number): readonly ReleaseAround[] {
  return releases
    .flatMap(({ app, releases: of }) => (of.known ? of.value.map((release) => ({ ...release, app })) : []))
    .toSorted((one, other) => Math.abs(one.createdAt - at) - Math.abs(other.createdAt - at))
    .slice(0, RELEASES_SHOWN)
    .map((release) => ({ ...release, certificateAfterMs: claim === null ? null : at - release.createdAt }))
    .toSorted((one, other) => other.createdAt - one.createdAt);
}

function unknownsOf(given: Case): readonly string[] {
  const { tenant, claim, certificatesUnread, releases, logs, runs, edgeErrors } = given;
  const unread = releases.flatMap(({ app, releases: of }) =>
    of.known ? [] : [`The releases of ${app}: ${of.why}.`],
  );
  const silent = [logs.management, logs.tenant].flatMap((log) =>
    log.known ? [] : [`The log of ${log.app}: ${log.why}.`],
  );
  return [
    ...(certificatesUnread === null ? [] : [`The certificates of ${tenant.app}: ${certificatesUnread}.`]),
    ...(claim === null ? [] : ['Who added the certificate: Fly records no author, only the time.']),
    ...unread,
    ...silent,
    ...(runs.firstFailedAt === null ? ['When the trouble began: there is no history of failing runs.'] : []),
    ...(edgeErrors.known ? [] : [`Fly’s count of failed handshakes: ${edgeErrors.why}.`]),
  ];
}

/** The one line for alerts, incident pages and the head of reports; it says itself when it is only likely. */
export function originLine({ claim, origin }: Findings): string {
  if (claim === null) return `${capital(origin.sentence)}.`;
  return `The certificate for ${claim.hostname} on ${claim.app} was ${origin.sentence}.`;
}

/** How long the runs say that it was wrong, and how long visitors were refused. */
export function troubleLine({ runs }: Findings): string | null {
  const { firstFailedAt, firstRefusedAt, firstGoodAt, lastFailedAt } = runs;
  if (firstFailedAt === null) return null;
  const end = firstGoodAt ?? lastFailedAt ?? firstFailedAt;
  const failed = `Failing runs over ${spokenDuration(end - firstFailedAt)}`;
  return firstRefusedAt === null
    ? `${failed}; the handshake never failed.`
    : `${failed}; handshakes refused over ${spokenDuration(end - firstRefusedAt)}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
