import { createHash } from 'node:crypto';
import type { Clock } from '../model/time.ts';
import type { SmallStateTable } from '../store/index.ts';

/** Sessions that were ended by hand: a copy of their cookie is worth nothing, also after a restart or a reload. */
export interface EndedSessions {
  readonly has: (mac: string) => boolean;
  /** @param expiresAt when the session would have ended by itself */
  readonly add: (mac: string, expiresAt: number) => void;
}

const KEY = 'http.ended-sessions';
/** Only holders of a token can end sessions; beyond it the oldest are forgotten. */
const MOST = 2_000;

/** @param kept what survives a restart; while it cannot be used, this process remembers by itself */
export function createEndedSessions(
  kept: Pick<SmallStateTable, 'get' | 'set'>,
  clock: Pick<Clock, 'now'>,
): EndedSessions {
  const ended = new Map<string, number>();
  attempt(() => {
    const known = (kept.get(KEY) ?? []) as unknown as readonly (readonly [string, number])[];
    for (const [id, expiresAt] of known) ended.set(id, expiresAt);
  });
  return {
    has: (mac) => ended.has(idOf(mac)),
    add: (mac, expiresAt) => {
      for (const [id, until] of ended) if (until <= clock.now() || ended.size >= MOST) ended.delete(id);
      ended.set(idOf(mac), expiresAt);
      attempt(() => {
        kept.set(KEY, [...ended]);
      });
    },
  };
}

/** What is kept must not be of use to who reads a backup. */
function idOf(mac: string): string {
  return createHash('sha256').update(mac).digest('base64url');
}

/** Trouble with the database is told by whoever has more to lose by it. */
function attempt(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'StoreError')) throw error;
  }
}
