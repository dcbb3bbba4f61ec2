import type { SharedResult } from '../diagnosis/index.ts';
import type { TenantResult } from '../model/diagnosis.ts';
import type { Inventory, Release } from '../model/fly.ts';
import type { Run } from '../model/run.ts';

/** What the daemon writes down. Never throws: a store that is away must not stop the probing. */
export interface History {
  readonly run: (run: Run, evidence: TenantResult | null) => void;
  readonly shared: (at: number, result: SharedResult) => void;
  /** Takes a complete sweep; returns the releases that nobody had seen before, also before a restart. */
  readonly sweep: (inventory: Inventory) => readonly FreshRelease[];
}

export interface FreshRelease {
  readonly app: string;
  readonly release: Release;
}
