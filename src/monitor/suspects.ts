import type { TenantSnapshot } from '../model/snapshot.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Fleet, LatestResult } from './fleet.ts';
import type { Tracker } from './tracker.ts';

/** So many handshakes every few seconds are gentle. */
const MAX_SUSPECTS = 50;

/** Tenants under a latent conflict or with trouble that is not decided yet; of more than can be looked at, each has its turn. */
export function createSuspects(
  fleet: Pick<Fleet, 'tenants' | 'latest'>,
  tracker: Pick<Tracker, 'unresolved'>,
): () => readonly Tenant[] {
  let turn = 0;
  return () => {
    const pending = new Set<string>();
    for (const { subject, state } of tracker.unresolved()) {
      if (subject.scope === 'tenant' && state === 'pending') pending.add(subject.name);
    }
    const all = fleet.tenants().filter(({ id }) => pending.has(id) || isLatent(fleet.latest(id)));
    const from = all.length > MAX_SUSPECTS ? turn % all.length : 0;
    turn = from + MAX_SUSPECTS;
    return [...all.slice(from), ...all.slice(0, from)].slice(0, MAX_SUSPECTS);
  };
}

/** Does what a quick look saw differ from what the latest run said? */
export function handshakeChanged(
  { handshakes }: Pick<TenantSnapshot, 'handshakes'>,
  latest: LatestResult | undefined,
): boolean {
  if (handshakes.length === 0) return false;
  const fails = handshakes.some(({ result }) => result.outcome === 'failed');
  return fails !== (handshakeVerdict(latest) === 'fail');
}

/** A claim whose handshakes are still fine: the outage may begin any moment. */
function isLatent(latest: LatestResult | undefined): boolean {
  const code = latest?.diagnosis?.code;
  if (code !== 'certificate-on-tenant-app' && code !== 'certificate-on-foreign-app') return false;
  return handshakeVerdict(latest) !== 'fail';
}

function handshakeVerdict(latest: LatestResult | undefined): Verdict | undefined {
  return latest?.checks.find(({ id }) => id === 'tls-handshake')?.verdict;
}
