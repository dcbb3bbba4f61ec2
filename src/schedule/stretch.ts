export interface Load {
  readonly tenants: number;
  /** Handshakes that one verification takes: an address each, and the direct request. */
  readonly handshakesPerTenant: number;
  readonly handshakesPerSecond: number;
}

/** The share of the budget that the schedule may plan with; the rest is for gates, deploys and re-checks. */
const PLANNED_SHARE = 0.8;

/** The interval grows by twelfths of the wanted one: who comes or goes must not move everybody's slots. */
const STEPS = 12;

/** The wanted interval, or the shortest step above it that the handshake budget allows, in milliseconds. */
export function stretchInterval(wantedMs: number, load: Load): number {
  const neededMs =
    (load.tenants * load.handshakesPerTenant * 1000) / (load.handshakesPerSecond * PLANNED_SHARE);
  if (neededMs <= wantedMs) return wantedMs;
  return Math.ceil((Math.ceil((neededMs * STEPS) / wantedMs) * wantedMs) / STEPS);
}
