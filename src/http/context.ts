import type { SlackAction } from '../alerts/index.ts';
import type { Config } from '../config/index.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Inventory } from '../model/fly.ts';
import type { Logger } from '../model/logger.ts';
import type { Observation } from '../model/observation.ts';
import type { Platform } from '../model/platform.ts';
import type { Clock } from '../model/time.ts';
import type { Fleet } from '../monitor/fleet.ts';
import type { PostMortemSources } from '../monitor/gather-post-mortem.ts';
import type { Tracker } from '../monitor/tracker.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import type { Store } from '../store/index.ts';

/** What the server shows and lets people do: the running daemon. */
export interface HttpContext {
  readonly config: Config;
  readonly platform: Platform;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly fleet: Fleet;
  readonly tracker: Tracker;
  readonly scheduler: Scheduler;
  /** What is written through it is noticed at once, as what the command line writes is within a second. */
  readonly store: Store;
  /** Did the latest write to the database work? */
  readonly databaseWritable: () => boolean;
  readonly metrics: Metrics;
  /** The last complete sweep while it is fresh enough to be evidence, else how the latest one failed. */
  readonly inventory: () => Observation<Inventory>;
  /** Fly's API as a post-mortem asks it: releases and logs. Null where it is not to be asked. */
  readonly fly: PostMortemSources['fly'];
  /** Reads what Slack sends when a button is pressed. Null: no channel has a signing secret. */
  readonly slackActions: SlackActions | null;
}

/** A channel's scheme: is the request signed by it, and what was pressed? */
export interface SlackActions {
  readonly isSigned: (request: {
    readonly timestamp: string | undefined;
    readonly signature: string | undefined;
    readonly rawBody: Buffer;
  }) => boolean;
  /** Undefined for everything that is not one of our buttons. */
  readonly parse: (rawBody: string) => SlackAction | undefined;
  /** Tells the one who pressed, and nobody else. */
  readonly answer: (responseUrl: string, text: string) => void;
}
