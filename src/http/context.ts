import type { Config } from '../config/index.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Logger } from '../model/logger.ts';
import type { Clock } from '../model/time.ts';
import type { Fleet } from '../monitor/fleet.ts';
import type { Tracker } from '../monitor/tracker.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import type { Store } from '../store/index.ts';

/** What the server shows and lets people do: the running daemon. */
export interface HttpContext {
  readonly config: Config;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly fleet: Fleet;
  readonly tracker: Tracker;
  readonly scheduler: Scheduler;
  readonly store: Store;
  readonly metrics: Metrics;
}
