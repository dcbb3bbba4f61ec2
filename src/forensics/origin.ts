import type { ClaimRecord } from '../model/history.ts';
import type { Release } from '../model/fly.ts';
import { counted, spokenDuration, spokenGap, spokenTime } from '../model/spoken.ts';
import { MINUTE_MS } from '../model/time.ts';
import type { Certainty } from '../model/verdict.ts';
import type { AppReleases, Case } from './case.ts';
import { bornAt } from './misplaced.ts';
import { listed } from './words.ts';

export const ORIGINS = [
  'none-known', // no misplaced certificate
  'created-at-unknown', // Fly does not say when it was made
  'releases-unknown', // the releases could not be read, or not back to that time
  'first-release', // with the app itself: provisioning, or the first deploy
  'after-release',
  'batch', // many apps at once, without releases
  'before-release', // shortly before a release: a step of it, perhaps
  'nothing-near',
] as const;
export type OriginKind = (typeof ORIGINS)[number];

/** How the certificate got there, as far as the evidence goes. Fly records nobody as its author, so it is never `certain`. */
export interface Origin {
  readonly kind: OriginKind;
  readonly certainty: Exclude<Certainty, 'certain'>;
  /** `created 41 s after release v12 of sp-…: likely the deploy pipeline`. */
  readonly sentence: string;
  /** What it rests on. */
  readonly because: readonly string[];
  /** The release that it is tied to. */
  readonly release: NearRelease | null;
  /** Other misplaced certificates from the same minutes. */
  readonly companions: readonly Companion[];
}

export interface NearRelease {
  readonly app: string;
  readonly release: Release;
  /** How long after the release the certificate was made, milliseconds; negative: before. */
  readonly afterMs: number;
}

export interface Companion {
  readonly hostname: string;
  readonly app: string;
  readonly createdAt: number;
  /** Against the certificate in question, milliseconds; negative: before it. */
  readonly apartMs: number;
}

/** A deployment with its smoke checks and what a pipeline does next. */
export const AFTER_RELEASE_MS = 15 * MINUTE_MS;
/** A pipeline that adds the certificate first and then deploys. */
export const BEFORE_RELEASE_MS = 5 * MINUTE_MS;
/** Certificates this close to one another come from one hand. */
export const BATCH_MS = 15 * MINUTE_MS;
const BATCH_COUNT = 2;

/** The part of a case that tells how the certificate got there. */
export type OriginCase = Pick<Case, 'claim' | 'certificatesUnread' | 'earlier' | 'others' | 'releases'>;

export function originOf(given: OriginCase): Origin {
  const { claim } = given;
  if (claim === null) {
    return bare(
      'none-known',
      given.certificatesUnread === null
        ? 'no misplaced certificate is known for this tenant'
        : 'whether this tenant has a misplaced certificate is not known',
    );
  }
  const { createdAt } = claim.claim;
  if (createdAt === null) {
    const seen = `first seen by a sweep at ${spokenTime(claim.firstSeenAt)}`;
    return bare('created-at-unknown', `Fly does not say when it was created; ${seen}`);
  }
  const own = given.releases.find(({ app }) => app === claim.claim.app);
  const companions = companionsOf(claim, createdAt, given.others);
  const shared = companionText(companions);
  const unknown = (what: string): Origin => ({
    ...bare(
      'releases-unknown',
      `created at ${spokenTime(createdAt)}; the releases of ${claim.claim.app} ${what}`,
    ),
    because: shared,
    companions,
  });
  if (own?.releases.known !== true)
    return unknown(`are not known${own?.releases.known === false ? `: ${own.releases.why}` : ''}`);
  const near = nearest(own, own.releases.value, createdAt);
  const first = Math.min(...own.releases.value.map(({ version }) => version));
  // The newest are read. Where all are later, the one that matters may be among those that were not.
  if (near.before === null && first > 1 && first < Infinity)
    return unknown(`are known from v${first} on, which came later`);
  return { ...judged(given, claim, createdAt, near, companions), companions };
}

function judged(
  given: OriginCase,
  claim: ClaimRecord,
  createdAt: number,
  { before, after }: { readonly before: NearRelease | null; readonly after: NearRelease | null },
  companions: readonly Companion[],
): Omit<Origin, 'companions'> {
  const shared = companionText(companions);
  if (before !== null && before.afterMs <= AFTER_RELEASE_MS) {
    const { release, app } = before;
    const first = release.version <= 1;
    const whose = first ? 'the provisioning of the tenant, or its first deploy' : 'the deploy pipeline';
    return {
      kind: first ? 'first-release' : 'after-release',
      certainty: 'likely',
      sentence: `created ${spokenGap(before.afterMs)} after release v${release.version} of ${app}: likely ${whose}`,
      because: [releaseText(before), ...repeatText(given, claim), ...shared],
      release: before,
    };
  }
  if (companions.length >= BATCH_COUNT) {
    return {
      kind: 'batch',
      certainty: 'likely',
      sentence: `created within ${spokenGap(spanOf(createdAt, companions))} of ${counted(companions.length, 'other misplaced certificate')}, without a release of ${claim.claim.app} before it: likely one job that goes through many apps`,
      because: shared,
      release: null,
    };
  }
  if (after !== null && -after.afterMs <= BEFORE_RELEASE_MS) {
    return {
      kind: 'before-release',
      certainty: 'unexplained',
      sentence: `created ${spokenGap(-after.afterMs)} before release v${after.release.version} of ${after.app}: perhaps a step of the same deployment, perhaps by hand`,
      because: [releaseText(after), ...shared],
      release: after,
    };
  }
  const last =
    before === null
      ? `no release of ${claim.claim.app} before it is known`
      : `the last release of ${claim.claim.app} before it, v${before.release.version}, was ${spokenDuration(before.afterMs)} earlier`;
  return {
    kind: 'nothing-near',
    certainty: 'unexplained',
    sentence: `created at ${spokenTime(createdAt)}; ${last}: by hand, or by something that makes no release`,
    because: shared,
    release: null,
  };
}

function bare(kind: OriginKind, sentence: string): Origin {
  return { kind, certainty: 'unexplained', sentence, because: [], release: null, companions: [] };
}

/** The last release before the moment and the first one after it. */
function nearest(
  { app }: AppReleases,
  releases: readonly Release[],
  at: number,
): { readonly before: NearRelease | null; readonly after: NearRelease | null } {
  let before: NearRelease | null = null;
  let after: NearRelease | null = null;
  for (const release of releases) {
    const near = { app, release, afterMs: at - release.createdAt };
    if (near.afterMs >= 0) {
      if (before === null || near.afterMs < before.afterMs) before = near;
    } else if (after === null || near.afterMs > after.afterMs) after = near;
  }
  return { before, after };
}

function companionsOf(
  claim: ClaimRecord,
  createdAt: number,
  others: readonly ClaimRecord[],
): readonly Companion[] {
  return others
    .filter((other) => other.claim.app !== claim.claim.app && other.claim.createdAt !== null)
    .map((other) => ({
      hostname: other.claim.hostname,
      app: other.claim.app,
      createdAt: bornAt(other),
      apartMs: bornAt(other) - createdAt,
    }))
    .filter(({ apartMs }) => Math.abs(apartMs) <= BATCH_MS)
    .sort((one, other) => one.createdAt - other.createdAt);
}

function companionText(companions: readonly Companion[]): readonly string[] {
  if (companions.length === 0) return [];
  const apps = [...new Set(companions.map(({ app }) => app))];
  const many = counted(
    companions.length,
    'other misplaced certificate was',
    'other misplaced certificates were',
  );
  return [
    `${many} created within ${spokenDuration(BATCH_MS)} of it (${listed(apps)}): a pattern points at a pipeline or a job, not at a slip of one hand.`,
  ];
}

function spanOf(createdAt: number, companions: readonly Companion[]): number {
  const times = [createdAt, ...companions.map((companion) => companion.createdAt)];
  return Math.max(...times) - Math.min(...times);
}

/** The same certificate that comes back after a later release as well is the strongest hint there is. */
function repeatText({ earlier, releases }: OriginCase, claim: ClaimRecord): readonly string[] {
  const own = releases.find(({ app }) => app === claim.claim.app)?.releases;
  if (own?.known !== true) return [];
  const followed = earlier.filter(({ claim: { createdAt } }) =>
    own.value.some((release) => {
      const afterMs = (createdAt ?? -Infinity) - release.createdAt;
      return afterMs >= 0 && afterMs <= AFTER_RELEASE_MS;
    }),
  );
  if (followed.length === 0) return [];
  const times = earlier.length === 1 ? 'once' : `${earlier.length} times`;
  const which = followed.length === earlier.length ? 'each time' : `${followed.length} of them`;
  return [
    `The same certificate was added ${times} before, ${which} within ${spokenDuration(AFTER_RELEASE_MS)} after a release.`,
  ];
}

function releaseText({ app, release }: NearRelease): string {
  const by = release.user === null ? '' : ` by ${release.user}`;
  const why = [release.reason, release.description].filter((text) => text !== '').join(', ');
  const status = release.status === '' ? '' : `, status ${release.status}`;
  const image = release.image === null ? '' : `, image ${release.image}`;
  return `Release v${release.version} of ${app} at ${spokenTime(release.createdAt)}${by}${why === '' ? '' : ` (${why})`}${status}${image}.`;
}
