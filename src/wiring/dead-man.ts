import { request } from 'undici';
import type { Logger } from '../model/logger.ts';
import { SECOND_MS } from '../model/time.ts';
import type { Fleet } from '../monitor/fleet.ts';

export interface DeadManOptions {
  /** Null: nobody waits for it. */
  readonly url: { readonly reveal: () => string } | null;
  readonly userAgent: string;
  readonly logger: Logger;
  readonly fleet: Pick<Fleet, 'shared'>;
  /** Names of loops that do not get on. */
  readonly stalled: () => readonly string[];
  /** Is everything that was found and decided on disk? */
  readonly committed: () => boolean;
}

const TIMEOUT_MS = 10 * SECOND_MS;
const MAX_ANSWER_BYTES = 16 * 1024;

/**
 * Tells somebody outside that the monitor lives: only when the platform was looked at since the last ping, no loop is stuck,
 * and what came of it is on disk. Whoever waits for the ping calls people when it stays away.
 */
export function createDeadMan(options: DeadManOptions): (signal: AbortSignal) => Promise<void> {
  const { url, logger, fleet } = options;
  let pingedAt = Number.NEGATIVE_INFINITY;
  /** What keeps the ping away is said once, until another thing does or it arrives. */
  let trouble: string | null = null;

  const complain = (problem: string): void => {
    if (trouble !== problem) logger.warn({ problem }, 'no dead-man ping');
    trouble = problem;
  };

  return async (signal) => {
    if (url === null) return;
    const stalled = options.stalled();
    if (stalled.length > 0) {
      complain(`does not get on: ${stalled.join(', ')}`);
      return;
    }
    const latestAt = fleet.shared()?.at;
    // Not looked at yet, or not again: by a slow schedule that is no trouble.
    if (latestAt === undefined || latestAt === pingedAt) return;
    if (!options.committed()) {
      complain('what was found is not on disk');
      return;
    }
    const problem = await send(url.reveal(), options.userAgent, signal);
    if (signal.aborted) return;
    if (problem !== null) {
      complain(problem);
      return;
    }
    if (trouble !== null) logger.info({}, 'the dead-man ping arrives again');
    trouble = null;
    pingedAt = latestAt;
  };
}

/** The address is a secret: an error must not tell it. Null when the ping arrived. */
async function send(url: string, userAgent: string, signal: AbortSignal): Promise<string | null> {
  try {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      headers: { 'user-agent': userAgent },
      // For the whole of it: an answer that drips would hold up what comes after the ping.
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await body.dump({ limit: MAX_ANSWER_BYTES });
    return statusCode < 300 ? null : `it was answered with ${statusCode}`;
  } catch (error) {
    return `it did not arrive (${error instanceof Error ? error.name : 'unknown'})`;
  }
}
