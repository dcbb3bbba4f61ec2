import type { TenantSnapshot } from './snapshot.ts';

/** The stages of reaching a site, as histograms, rollups and pages name them. */
export const STAGES = ['resolve', 'connect', 'handshake', 'first-byte', 'transfer', 'direct'] as const;
export type Stage = (typeof STAGES)[number];

/** Milliseconds for each stage that was reached. */
export type StageTimings = Readonly<Partial<Record<Stage, number>>>;

/** The stage timings of one snapshot: the slowest of what ran side by side, since that is what a visitor would wait for. */
export function stagesOf(snapshot: TenantSnapshot): StageTimings {
  const stages: Partial<Record<Stage, number>> = {};
  const raise = (stage: Stage, durationMs: number | null): void => {
    if (durationMs !== null) stages[stage] = Math.max(stages[stage] ?? 0, durationMs);
  };
  for (const lookup of snapshot.lookups) {
    for (const family of [lookup.ipv4, lookup.ipv6])
      if (family.outcome === 'observed') raise('resolve', family.durationMs);
  }
  for (const handshake of snapshot.handshakes) {
    raise('connect', handshake.connectMs);
    raise('handshake', handshake.handshakeMs);
  }
  if (snapshot.site.outcome === 'observed') {
    raise('first-byte', snapshot.site.facts.firstByteMs);
    raise('transfer', snapshot.site.facts.totalMs - snapshot.site.facts.firstByteMs);
  }
  if (snapshot.direct.outcome === 'observed') raise('direct', snapshot.direct.durationMs);
  return stages;
}
