import type { Claim, Inventory } from '../model/fly.ts';

/** What happened in the organization between two sweeps. New releases are told by the store, which also knows them over a restart. */
export interface InventoryDiff {
  readonly appeared: readonly Claim[];
  readonly gone: readonly Claim[];
}

/** The first sweep has nothing to be compared with: nothing is new in it. */
export function diffInventories(previous: Inventory | undefined, next: Inventory): InventoryDiff {
  if (previous === undefined) return { appeared: [], gone: [] };
  return { appeared: missingFrom(next, previous), gone: missingFrom(previous, next) };
}

function missingFrom(one: Inventory, other: Inventory): readonly Claim[] {
  const missing: Claim[] = [];
  for (const [hostname, claims] of one.claims) {
    const others = other.claims.get(hostname) ?? [];
    missing.push(...claims.filter((claim) => !others.some(({ app }) => app === claim.app)));
  }
  return missing;
}
