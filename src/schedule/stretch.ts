export interface Load {
  readonly tenants: number;
  /** Handshakes that one verification takes: an address each, and the direct request. */
  readonly handshakesPerTenant: number;
  readonly handshakesPerSecond: number;
}

/** The share of the budget that the schedule may plan with; the rest is for gates, deploys and re-checks. */
const PLANNED_SHARE = 0.8;

/** The wanted interval, or the shortest that the handshake budget allows, in milliseconds. */
export function stretchInterval(wantedMs: number, load: Load): number {
  const neededMs =
    (load.tenants * load.handshakesPerTenant * 1000) / (load.handshakesPerSecond * PLANNED_SHARE);
  return Math.max(wantedMs, Math.ceil(neededMs));
}
