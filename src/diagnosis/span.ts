import type { Taken } from '../model/observation.ts';
import type { TenantSnapshot } from '../model/snapshot.ts';

/** From the first probe's begin to the last one's end, milliseconds; what the API was asked for earlier does not count. */
export function spanMs(snapshot: TenantSnapshot): number {
  let first = Infinity;
  let last = -Infinity;
  let longest = 0;
  const add = (taken: Taken<unknown>): void => {
    if (taken.outcome === 'not-taken') return;
    first = Math.min(first, taken.at);
    last = Math.max(last, taken.at + taken.durationMs);
    longest = Math.max(longest, taken.durationMs);
  };
  for (const { ipv4, ipv6 } of snapshot.lookups) {
    add(ipv4);
    add(ipv6);
  }
  for (const { result } of snapshot.handshakes) add(result);
  for (const { result } of snapshot.managementHandshakes) add(result);
  add(snapshot.site);
  add(snapshot.direct);
  // The wall clock may have jumped in between: never less than the longest single probe.
  return last < first ? 0 : Math.round(Math.max(last - first, longest));
}
