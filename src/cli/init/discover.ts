import type { Inventory } from '../../model/fly.ts';
import { isAppName, isHostname, isWithinDomain } from '../../model/hostname.ts';
import { findNaming, type Naming } from './naming.ts';

/** An app that holds the certificate of a wildcard: the proxy that ends TLS. */
export interface WildcardHolder {
  readonly app: string;
  readonly domain: string;
}

/** The management app first that surely is one: its wildcard is issued, and the names below it are those of most claims. */
export function wildcardHolders({ claims }: Inventory): readonly WildcardHolder[] {
  const held = [...claims].flatMap(([hostname, same]) =>
    same.flatMap(({ app, state }) => {
      const domain = hostname.slice(2);
      return hostname.startsWith('*.') && isHostname(domain) && isAppName(app)
        ? [{ app, domain, issued: state === 'issued' }]
        : [];
    }),
  );
  const issued = held.filter((each) => each.issued);
  return (issued.length > 0 ? issued : held)
    .map(({ app, domain }) => ({ app, domain }))
    .toSorted((a, b) => (a.domain < b.domain ? -1 : 1));
}

/** What else the organization tells, once management app and domain are known. */
export interface Discovery {
  readonly naming: Naming | null;
  /** First labels of names of the domain that the management app claims and that are no tenant's. */
  readonly otherHosts: readonly string[];
  /** Where the custom domains are; null when there are none. */
  readonly customDomainsOn: 'management' | 'tenant' | null;
}

export function discover({ apps, claims }: Inventory, { app, domain }: WildcardHolder): Discovery {
  const naming = findNaming([...apps.keys()].filter((name) => name !== app && isAppName(name)));
  const tenants = new Set(naming?.tenants);
  const holders = [...claims.entries()].flatMap(([hostname, same]) =>
    same.map((claim) => ({ hostname, app: claim.app })),
  );
  const labels = holders.flatMap((holder) => {
    const label = holder.hostname.slice(0, -domain.length - 1);
    const below = holder.app === app && holder.hostname.endsWith(`.${domain}`) && isHostname(holder.hostname);
    return below && !label.includes('.') && !tenants.has(label) ? [label] : [];
  });
  const custom = holders.filter(({ hostname }) => !isWithinDomain(hostname, domain));
  const [prefix = '', suffix = ''] = (naming?.tenantApp ?? '').split('{tenant}');
  const onTenants = custom.filter((holder) =>
    tenants.has(holder.app.slice(prefix.length, holder.app.length - suffix.length)),
  ).length;
  const onManagement = custom.filter((holder) => holder.app === app).length;
  return {
    naming,
    otherHosts: [...new Set(labels)].toSorted(),
    customDomainsOn:
      onTenants + onManagement === 0 ? null : onTenants > onManagement ? 'tenant' : 'management',
  };
}
