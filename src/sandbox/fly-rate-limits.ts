/** Token buckets of the Machines API: one request a second (burst 3) for each action and app, five (burst 10) for a machine. */
export interface RateLimits {
  readonly take: (action: string) => boolean;
}

const MACHINE = { perSecond: 5, burst: 10 };
const OTHER = { perSecond: 1, burst: 3 };
const MAX_BUCKETS = 50_000;

/** @param monotonicMs milliseconds that never jump */
export function createRateLimits(monotonicMs: () => number): RateLimits {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take: (action) => {
      const { perSecond, burst } = action.startsWith('machine ') ? MACHINE : OTHER;
      const at = monotonicMs();
      if (buckets.size > MAX_BUCKETS) buckets.clear();
      const bucket = buckets.get(action) ?? { tokens: burst, at };
      bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * perSecond);
      bucket.at = at;
      buckets.set(action, bucket);
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
  };
}
