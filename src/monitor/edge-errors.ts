import type { FlyClient } from '../fly/index.ts';
import type { Logger } from '../model/logger.ts';
import { normalizeHostname } from '../model/hostname.ts';
import type { Dispatch } from './dispatch.ts';
import type { Fleet } from './fleet.ts';

export interface EdgeErrorsOptions {
  readonly fly: Pick<FlyClient, 'edgeHandshakeErrors'>;
  readonly fleet: Pick<Fleet, 'tenants' | 'latest'>;
  readonly dispatch: Dispatch;
  readonly logger: Logger;
}

/** What Fly's edge itself counts: handshakes that failed, by name, of all visitors. One query for the whole organization. */
export interface EdgeErrors {
  /** Asks once; verifies at once those tenants for whom the count rose. Never throws; a refusal is said once. */
  readonly look: (signal: AbortSignal) => Promise<void>;
  /** Failed handshakes for the name over the last minutes; undefined where nobody tells. */
  readonly of: (hostname: string) => number | undefined;
}

export const EDGE_WINDOW_MINUTES = 5;
/** A trouble of the whole edge is the platform's: its own checks find it, and nobody gains by probing all at once. */
const MAX_VERIFIED = 50;
/** So many of them are named in the log. */
const MAX_NAMED = 5;
/** Where the metrics are refused they are asked for again this rarely: a token may be replaced. */
const LOOKS_LEFT_OUT = 20;

export function createEdgeErrors({ fly, fleet, dispatch, logger }: EdgeErrorsOptions): EdgeErrors {
  let counts: ReadonlyMap<string, number> | undefined;
  let leftOut = 0;
  let said = false;

  const unavailable = (why: string): void => {
    counts = undefined;
    leftOut = LOOKS_LEFT_OUT;
    if (!said)
      logger.info({ why }, 'Fly’s counts of failed handshakes are not to be had; nothing depends on them');
    said = true;
  };

  /** Our own failing probes are counted, too: who is known to fail is not looked at again because of them. */
  const verify = (before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): void => {
    const names: string[] = [];
    for (const { id, hostname } of fleet.tenants()) {
      const name = normalizeHostname(hostname);
      const count = now.get(name) ?? 0;
      if (count <= (before.get(name) ?? 0) || fleet.latest(id)?.decided === 'fail') continue;
      if (names.length >= MAX_VERIFIED) break;
      names.push(id);
      dispatch(id, 'recheck', 'recheck');
    }
    if (names.length === 0) return;
    logger.info(
      { tenants: names.slice(0, MAX_NAMED), count: names.length },
      'handshakes fail at Fly’s edge: verified now',
    );
  };

  return {
    look: async (signal) => {
      if (leftOut > 0) {
        leftOut -= 1;
        return;
      }
      try {
        const found = await fly.edgeHandshakeErrors(EDGE_WINDOW_MINUTES, signal);
        if (found === null) {
          unavailable('this token may not ask for them, or there are none');
          return;
        }
        // The first answer has nothing to have risen from: every tenant is verified after a start anyway.
        if (counts !== undefined) verify(counts, found);
        counts = found;
        said = false;
      } catch (error) {
        if (!signal.aborted) unavailable(error instanceof Error ? error.message : String(error));
      }
    },
    of: (hostname) =>
      counts === undefined ? undefined : Math.round(counts.get(normalizeHostname(hostname)) ?? 0),
  };
}
