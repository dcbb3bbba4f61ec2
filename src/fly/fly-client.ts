import type { Claim, Inventory, Machine, Release, SweepWish } from '../model/fly.ts';
import type { Taken } from '../model/observation.ts';
import type { Recorder } from '../model/recorder.ts';
import type { Clock, Random } from '../model/time.ts';

export interface FlyClientOptions {
  /** Slug of the organization; what asks about the whole organization fails with `not-found` without it. */
  readonly org: string | null;
  /** As printed by `fly tokens create`; null: every call fails with `no-credentials`. */
  readonly token: string | null;
  /** GraphQL, logs, metrics. */
  readonly apiBaseUrl: string;
  /** The Machines API, without `/v1`. */
  readonly flapsBaseUrl: string;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly recorder?: Pick<Recorder, 'apiRequest'>;
  /** Requests per second over all, and how many may go at once; Fly documents its limits per app and action only. */
  readonly requestsPerSecond?: number;
  readonly requestBurst?: number;
  /** Deadline of one request with its answer, milliseconds. */
  readonly requestTimeoutMs?: number;
}

/** Reads Fly's APIs and changes nothing. Every method rejects with a FlyError, and with nothing else. */
export interface FlyClient {
  /** Every certificate of an app, all pages; fewer than the API promises: `incomplete`. An unknown app: `not-found`. */
  readonly certificates: (app: string, signal: AbortSignal) => Promise<readonly Claim[]>;
  /** One certificate with its expiry and validation messages. */
  readonly certificate: (app: string, hostname: string, signal: AbortSignal) => Promise<Claim>;
  /** The machines of one app, with autostart and the signs of a crash; destroyed ones are left out. */
  readonly machines: (app: string, signal: AbortSignal) => Promise<readonly Machine[]>;
  /** Public addresses of an app, dedicated and shared, canonical text, sorted. */
  readonly addresses: (app: string, signal: AbortSignal) => Promise<readonly string[]>;
  /** Names of all apps of the organization. */
  readonly apps: (signal: AbortSignal) => Promise<readonly string[]>;
  /**
   * The whole organization. Apps and claims are complete, but for those of the apps in `unread` where gaps may be named, or it
   * rejects (`incomplete` where pages are missing);
   * `machines` of every app is null when the list of machines could not be had whole.
   */
  readonly inventory: (signal: AbortSignal, wish?: SweepWish) => Promise<Inventory>;
  /** The latest releases of an app, newest first. */
  readonly releases: (app: string, limit: number, signal: AbortSignal) => Promise<readonly Release[]>;
  readonly organization: (signal: AbortSignal) => Promise<FlyOrganization>;
  /** The organizations that the token sees. */
  readonly organizations: (signal: AbortSignal) => Promise<readonly FlyOrganization[]>;
  /** What the token is. */
  readonly token: (signal: AbortSignal) => Promise<FlyTokenInfo>;
  /** One page of an app's log, at most 100 lines, oldest first. */
  readonly logs: (app: string, query: LogQuery, signal: AbortSignal) => Promise<LogPage>;
  /** Failed handshakes at Fly's edge over the last minutes by server name; null where the token may not ask or there are no metrics. */
  readonly edgeHandshakeErrors: (
    windowMinutes: number,
    signal: AbortSignal,
  ) => Promise<ReadonlyMap<string, number> | null>;
  /** How the latest call went. An app that is not known or not ours is an answer, too. */
  readonly lastCall: () => Taken<{ readonly api: 'graphql' | 'machines' }>;
  /** Our clock minus the server's from recent `Date` headers, newest last; good to about half a second. */
  readonly clockSamples: () => readonly ClockSample[];
  /** Ends kept connections and aborts what is under way. */
  readonly close: () => Promise<void>;
}

export interface FlyOrganization {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

export interface FlyTokenInfo {
  readonly kind: 'macaroon' | 'bearer';
  /** May it only read, and when does it end (milliseconds since the epoch)? As written in a macaroon; null: not known. */
  readonly readOnly: boolean | null;
  readonly expiresAt: number | null;
  /** One entry for each token in the bundle. */
  readonly tokens: readonly {
    readonly id: string | null;
    readonly orgSlug: string | null;
    /** Apps it is limited to; null: not limited to apps. */
    readonly apps: readonly string[] | null;
    readonly user: string | null;
  }[];
}

export interface LogQuery {
  /** From where an earlier page ended. */
  readonly nextToken?: string;
  readonly instance?: string;
  readonly region?: string;
}

export interface LogPage {
  readonly lines: readonly LogLine[];
  readonly nextToken: string | null;
}

interface LogLine {
  /** Milliseconds since the epoch; null when the line's time cannot be read. */
  readonly at: number | null;
  /** Plain text, at most 1000 characters. */
  readonly message: string;
  readonly level: string;
  readonly instance: string;
  readonly region: string;
}

export interface ClockSample {
  /** Milliseconds since the epoch, by our clock. */
  readonly at: number;
  readonly skewMs: number;
}
