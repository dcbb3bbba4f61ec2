import { FAMILIES } from '../model/dns.ts';
import type { Platform } from '../model/platform.ts';
import type { PlatformSnapshot, TenantSnapshot } from '../model/snapshot.ts';
import { failingLookups } from './failing-lookups.ts';
import { addressesOf, outsideAddresses, type ServerAnswers } from './names.ts';
import {
  addressAnswer,
  credibleLookups,
  managementAddresses,
  resolverHealth,
  usableAnswer,
} from './resolver-health.ts';

/**
 * A custom domain is not served by the wildcard: it is compared with where it belongs. `no-target`: that is not known here.
 */
export type CustomOutcome =
  'on-target' | 'off-target' | 'nxdomain' | 'no-data' | 'failing' | 'no-answer' | 'no-target';

export interface CustomComparison {
  readonly outcome: CustomOutcome;
  /** `zone`: beyond doubt. So are several resolvers that agree, against addresses that Fly itself names. */
  readonly source: 'zone' | 'resolvers';
  /** Addresses that it may resolve to; null where not known. */
  readonly expected: readonly string[] | null;
  /** Those that it resolves to and should not. */
  readonly outside: readonly string[];
  readonly servers: readonly ServerAnswers[];
}

/** Where custom domains belong: the management app's addresses, else what the control names resolve to; null behind a proxy or on tenants' apps. */
function expectedTarget(shared: PlatformSnapshot, platform: Platform): ReadonlySet<string> | null {
  if (platform.customDomainsOn === 'tenant' || platform.edge === 'proxied') return null;
  const addresses = managementAddresses(shared, platform);
  if (addresses !== null) return addresses;
  const given = new Set<string>();
  const health = resolverHealth(shared, platform);
  for (const control of shared.controls) {
    for (const lookup of credibleLookups(control.lookups, health)) {
      for (const family of FAMILIES) {
        for (const address of usableAnswer(lookup[family])?.addresses ?? []) given.add(address);
      }
    }
  }
  return given.size === 0 ? null : given;
}

/** Compares a custom domain's addresses with the target that is expected of it. */
export function compareWithTarget(snapshot: TenantSnapshot, platform: Platform): CustomComparison {
  const health = resolverHealth(snapshot.platform, platform);
  const expected = expectedTarget(snapshot.platform, platform);
  const servers = credibleLookups(snapshot.lookups, health)
    .map(({ server, role, ipv4, ipv6 }): ServerAnswers => {
      return { server, role, ipv4: addressAnswer(role, ipv4), ipv6: addressAnswer(role, ipv6) };
    })
    .filter(({ ipv4, ipv6 }) => ipv4 !== undefined || ipv6 !== undefined);
  const result = (
    outcome: CustomOutcome,
    outside: readonly string[] = [],
    source: 'zone' | 'resolvers' = 'resolvers',
  ): CustomComparison => ({
    outcome,
    source,
    expected: expected === null ? null : [...expected],
    outside,
    servers,
  });
  const empty = servers.filter((view) => addressesOf(view).length === 0);
  const source = empty.some(({ role }) => role === 'authoritative') ? 'zone' : 'resolvers';
  if (!servers.some(({ role }) => role === 'resolver')) {
    // The platform's zone is not the domain's own: only the resolvers have a word.
    const failing = failingLookups(snapshot, platform)?.resolvers.length ?? 0;
    return result(failing >= 2 ? 'failing' : 'no-answer');
  }
  if (empty.length > 0) {
    const missing = empty.some(({ ipv4, ipv6 }) => (ipv4 ?? ipv6)?.rcode === 'NXDOMAIN');
    return result(missing ? 'nxdomain' : 'no-data', [], source);
  }
  if (expected === null) return result('no-target');
  const astray = servers.filter((view) => outsideAddresses(view, expected).length > 0);
  if (astray.length === 0) return result('on-target');
  const outside = [...new Set(astray.flatMap((view) => outsideAddresses(view, expected)))];
  const seenAtZone = astray.some(({ role }) => role === 'authoritative');
  const allAgree = servers.length >= 2 && astray.length === servers.length;
  const beyondDoubt = seenAtZone || (allAgree && managementAddresses(snapshot.platform, platform) !== null);
  return result('off-target', outside, beyondDoubt ? 'zone' : 'resolvers');
}
