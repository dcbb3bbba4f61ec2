import type { AppSummary, Claim, Inventory } from '../model/fly.ts';

/** A sweep with what was known before of the apps whose certificates it could not read. */
export interface CarriedClaims {
  /**
   * What remains in `unread` of the answer are the apps of which nothing is known that could still be evidence. Their last known claims
   * are there nevertheless: that they went is not known either.
   *
   * @param startedMs when the sweep began, on the monotonic clock
   */
  readonly fill: (swept: Inventory, startedMs: number) => Inventory;
}

interface LastRead {
  readonly claims: readonly Claim[];
  readonly readMs: number;
}

/**
 * One app that neither of Fly's APIs can read must not blind us to all others, nor make its own claims go and come.
 *
 * @param staleAfterMs how old a list of certificates may be and still count as what is there now
 */
export function createCarriedClaims(staleAfterMs: number): CarriedClaims {
  let previous: { readonly apps: Inventory['apps']; readonly startedMs: number } | undefined;
  /** By app: of those only that the previous sweep could not read. */
  let unreadBefore = new Map<string, LastRead | undefined>();

  const lastRead = (app: string): LastRead | undefined => {
    if (unreadBefore.has(app)) return unreadBefore.get(app);
    const summary = previous?.apps.get(app);
    return previous && summary && { claims: summary.claims, readMs: previous.startedMs };
  };

  return {
    fill: (swept, startedMs) => {
      const unread = swept.unread ?? new Map<string, never>();
      const known = new Map([...unread.keys()].map((app) => [app, lastRead(app)]));
      const filled = unread.size === 0 ? swept : withClaims(swept, known);
      previous = { apps: filled.apps, startedMs };
      unreadBefore = known;
      const blind = [...unread].filter(([app]) => {
        const last = known.get(app);
        return last === undefined || startedMs - last.readMs > staleAfterMs;
      });
      return unread.size === 0 ? swept : { ...filled, unread: new Map(blind) };
    },
  };
}

function withClaims(swept: Inventory, known: ReadonlyMap<string, LastRead | undefined>): Inventory {
  const apps = new Map<string, AppSummary>(swept.apps);
  const claims = new Map(swept.claims);
  for (const [name, last] of known) {
    const summary = apps.get(name);
    if (summary === undefined || last === undefined) continue;
    apps.set(name, { ...summary, claims: last.claims });
    for (const claim of last.claims)
      claims.set(claim.hostname, [...(claims.get(claim.hostname) ?? []), claim]);
  }
  return { ...swept, apps, claims };
}
