import type { Claim, Inventory, Release } from '../model/fly.ts';

/** What happened in the organization between two sweeps. */
export interface InventoryDiff {
  readonly appeared: readonly Claim[];
  readonly gone: readonly Claim[];
  readonly releases: readonly { readonly app: string; readonly release: Release }[];
  readonly cameApps: readonly string[];
  readonly wentApps: readonly string[];
}

/** The first sweep has nothing to be compared with: nothing is new in it. */
export function diffInventories(previous: Inventory | undefined, next: Inventory): InventoryDiff {
  if (previous === undefined) return { appeared: [], gone: [], releases: [], cameApps: [], wentApps: [] };
  const releases: { app: string; release: Release }[] = [];
  for (const [name, { currentRelease }] of next.apps) {
    const before = previous.apps.get(name);
    if (currentRelease === null || before === undefined) continue;
    if (currentRelease.id !== before.currentRelease?.id)
      releases.push({ app: name, release: currentRelease });
  }
  return {
    appeared: missingFrom(next, previous),
    gone: missingFrom(previous, next),
    releases,
    cameApps: [...next.apps.keys()].filter((name) => !previous.apps.has(name)),
    wentApps: [...previous.apps.keys()].filter((name) => !next.apps.has(name)),
  };
}

function missingFrom(one: Inventory, other: Inventory): readonly Claim[] {
  const missing: Claim[] = [];
  for (const [hostname, claims] of one.claims) {
    const others = other.claims.get(hostname) ?? [];
    missing.push(...claims.filter((claim) => !others.some(({ app }) => app === claim.app)));
  }
  return missing;
}
