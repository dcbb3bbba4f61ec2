/** Remedies for names that resolve otherwise than the wildcard says. */
import { homeOf, isCustomDomain, wildcardHostname } from '../../checks/claims.ts';
import type { RemediationStep } from '../../model/diagnosis.ts';
import type { DnsAnswer, DnsLookup } from '../../model/dns.ts';
import { factsOf } from '../../model/observation.ts';
import type { PlatformSnapshot, TenantSnapshot } from '../../model/snapshot.ts';
import {
  address,
  app,
  byHand,
  claimed,
  host,
  joined,
  literal,
  number,
  prose,
  reads,
  shell,
} from '../commands.ts';
import type { Word } from '../commands.ts';
import type { RemedyContext } from '../problem.ts';
import { bestServer, controlServers, digAll, digFull, digShort, NOTHING, serversOf } from './dig.ts';
import { verifyAll, verifyTenant } from './steps.ts';

type TenantContext = RemedyContext & { readonly tenant: TenantSnapshot };

/** What caches may keep where no TTL was seen. */
const USUAL_TTL_SECONDS = 300;
const MAX_SERVERS = 4;

/** The name's own records go, and everybody's caches forget them, before anything else is touched. */
export function removeOverride(context: TenantContext): readonly RemediationStep[] {
  const { platform, tenant } = context;
  const { hostname } = tenant.tenant;
  const custom = isCustomDomain(hostname, platform);
  // The platform's name servers know nothing of a domain that is not in its zone.
  const lookups = custom ? tenant.lookups.filter(({ role }) => role === 'resolver') : tenant.lookups;
  const answers = answersOf(lookups);
  const seen = records(hostname, answers);
  const ttlSeconds = Math.max(0, ...answers.map((answer) => answer.ttlSeconds ?? 0)) || USUAL_TTL_SECONDS;
  return [
    digAll(
      hostname,
      bestServer(lookups),
      'Shows the record that this name has for itself; write it down, it is what you would put back.',
    ),
    ...(custom
      ? leadDomainHome(context)
      : [
          byHand(
            prose`In the zone of ${host(platform.domain, 'the domain')}, delete the records of ${host(hostname)} itself${literal(seen === '' ? '' : ` (${seen})`)}. Leave the wildcard record as it is.`,
            'Without a record of its own the name follows the wildcard to the management app.',
          ),
        ]),
    byHand(
      prose`Wait ${number(ttlSeconds)} seconds, the TTL of the former record, before the next step.`,
      'Resolvers keep handing out the old answer until then, and whoever gets it still needs what stands there now.',
    ),
    digShort(
      hostname,
      'A',
      null,
      custom ? 'Must now show where the domain has to lead.' : 'Must now show what the wildcard answers.',
    ),
  ];
}

/** No wildcard stands behind a custom domain: without records it leads nowhere, so they are set and never just deleted. */
function leadDomainHome({ platform, tenant }: TenantContext): readonly RemediationStep[] {
  const { hostname } = tenant.tenant;
  const home = homeOf({ platform, tenant });
  const isManagements = home === platform.managementApp;
  const values = isManagements ? recordsTo(tenant.platform) : '';
  const target =
    platform.edge === 'proxied'
      ? 'what you tell customers to enter'
      : `${values === '' ? 'the addresses that the command above prints' : values}, or as a CNAME to ${isManagements ? 'the management app' : 'the app'}’s fly.dev name`;
  return [
    reads(
      shell`fly ips list -a ${app(home)}`,
      'The addresses that the domain has to lead to.',
      'Look at the addresses of the app in the Fly dashboard.',
    ),
    byHand(
      prose`Whoever holds the zone of ${host(hostname)}, usually the customer, sets its records to ${literal(target)}. If the domain is not theirs any more, take the tenant’s hostname out of the list of tenants.`,
      'A custom domain has records of its own and no wildcard behind it: this is no record to delete.',
    ),
  ];
}

/** A custom domain that leads nowhere. */
function missingDomain(context: TenantContext): readonly RemediationStep[] {
  const { tenant } = context.tenant;
  return [
    ...serversOf(context.tenant.lookups, 'resolver')
      .slice(0, MAX_SERVERS)
      .map((server) => digFull(tenant.hostname, server, 'Shows what visitors’ resolvers are told.')),
    ...leadDomainHome(context),
    verifyTenant(tenant, 'Proves that the domain leads to the site and the site answers.', '10m'),
  ];
}

export function dnsPropagating({ tenant }: TenantContext): readonly RemediationStep[] {
  const { hostname } = tenant.tenant;
  const resolvers = serversOf(tenant.lookups, 'resolver').slice(0, MAX_SERVERS);
  return [
    ...resolvers.map((server) =>
      digAll(
        hostname,
        server,
        'The number before IN is how many seconds this resolver keeps its old answer.',
      ),
    ),
    verifyTenant(tenant.tenant, 'Waits until the caches have caught up; there is nothing to repair.', '10m'),
  ];
}

/** RFC 4592 section 3.3.1: a name that exists, be it only because something exists below it, is not answered by the wildcard. */
export function dnsWildcardShadowed(context: TenantContext): readonly RemediationStep[] {
  const { tenant, platform } = context;
  const { hostname } = tenant.tenant;
  if (isCustomDomain(hostname, platform)) return missingDomain(context);
  const server = bestServer(tenant.lookups);
  const at = server === null ? NOTHING : { ...server, text: server.text === null ? null : ` ${server.text}` };
  const look = (prefix: string, type: string, why: string): RemediationStep =>
    reads(
      shell`dig +noall +answer${at} ${literal(prefix)}${host(hostname)} ${literal(type)}`,
      why,
      'Look for records at the hostname and below it in the zone.',
    );
  return [
    look('', 'TXT', 'A record of any type at the name switches the wildcard off for it.'),
    look('_acme-challenge.', 'CNAME', 'The usual culprit: a validation record that a certificate asked for.'),
    look('_acme-challenge.', 'TXT', 'The same, left behind by a DNS-01 validation.'),
    look('_fly-ownership.', 'TXT', 'The same, from a proof of ownership.'),
    byHand(
      prose`In the zone of ${host(platform.domain, 'the domain')}, delete every record at ${host(hostname)} and below it, of all types; those that answered above and any other that the zone lists. Keep the one at _acme-challenge directly below the domain: the wildcard certificate needs it and it shadows no tenant.`,
      'Once nothing exists at or below the name, the wildcard answers for it again.',
    ),
    verifyTenant(
      tenant.tenant,
      'Proves that the name resolves again; resolvers may remember the empty answer for some minutes.',
      '10m',
    ),
  ];
}

export function dnsNxdomain(context: TenantContext): readonly RemediationStep[] {
  const { tenant, platform } = context;
  const { hostname } = tenant.tenant;
  if (isCustomDomain(hostname, platform)) return missingDomain(context);
  const own = serversOf(tenant.lookups, 'authoritative').slice(0, 1);
  const resolvers = serversOf(tenant.lookups, 'resolver').slice(0, MAX_SERVERS);
  return [
    ...own.map((server) =>
      digFull(
        hostname,
        server,
        'What the zone itself says: if the name resolves here, only caches or filters are in the way.',
      ),
    ),
    ...resolvers.map((server) =>
      digFull(
        hostname,
        server,
        'NXDOMAIN with an SOA record shows for how many seconds it is remembered; without one it is a filter.',
      ),
    ),
    verifyTenant(tenant.tenant, 'Waits until the negative answer has expired.', '10m'),
    byHand(
      prose`If the zone’s own server answers NXDOMAIN for ${host(hostname)} as well, look there for a record above it: a name between it and ${host(platform.domain, 'the domain')} ends the wildcard’s reach. If one resolver alone goes on answering NXDOMAIN, it filters the name: ask its operator.`,
      'Waiting cures a cache, and neither of these.',
    ),
  ];
}

/** `+cd` asks without validation: an answer to it alone proves that the signatures are at fault (RFC 4035 section 3.2.2). */
export function dnsLookupFailing({ tenant, platform }: TenantContext): readonly RemediationStep[] {
  const { hostname } = tenant.tenant;
  const custom = isCustomDomain(hostname, platform);
  const resolver = serversOf(tenant.lookups, 'resolver')[0] ?? null;
  const own = custom ? null : (serversOf(tenant.lookups, 'authoritative')[0] ?? null);
  const ask = (server: Word | null, what: string, why: string): RemediationStep => {
    const at =
      server === null ? NOTHING : { ...server, text: server.text === null ? null : `${server.text} ` };
    return reads(shell`dig ${at}${host(hostname)} ${literal(what)}`, why, 'Ask a DNS server for the name.');
  };
  return [
    ask(
      resolver,
      'A',
      'Shows the failure as visitors’ resolvers have it, with its cause where the resolver tells (EDE).',
    ),
    ask(
      resolver,
      'A +cd',
      'Asks without validation: an answer here, and none above, means that the DNSSEC signatures are wrong.',
    ),
    ...(own === null
      ? []
      : [
          ask(
            own,
            'NS +norecurse',
            'NS records here are a delegation: the wildcard ends at it, and those servers have to answer.',
          ),
        ]),
    custom
      ? byHand(
          prose`Whoever holds the zone of ${host(hostname)}, usually the customer, has its name servers or its signatures repaired. If only +cd answers, the zone has to be signed anew, or its DS record at the registrar taken back.`,
          'The domain is not in the platform’s zone: nothing there can repair it.',
        )
      : byHand(
          prose`In the zone of ${host(platform.domain, 'the domain')}, delete what exists at ${host(hostname)} itself: NS and DS records of a delegation, or an alias to a name that does not resolve. Where there is nothing and only +cd answers, have the zone signed anew.`,
          'Without records of its own the name is answered by the wildcard, as all others are.',
        ),
    verifyTenant(tenant.tenant, 'Waits until resolvers have forgotten the failure.', '10m'),
  ];
}

export function wildcardDnsBroken({ platform, shared }: RemedyContext): readonly RemediationStep[] {
  const control = shared.controls[0]?.name ?? `tenantwatch-control.${wildcardHostname(platform).slice(2)}`;
  const values = recordsTo(shared);
  const servers = controlServers(shared).slice(0, MAX_SERVERS);
  return [
    ...servers.map((server) =>
      digFull(control, server, 'A name that no tenant owns: what it answers is what the wildcard says.'),
    ),
    reads(
      shell`fly ips list -a ${app(platform.managementApp)}`,
      'The addresses that the wildcard has to lead to.',
      'Look at the addresses of the management app in the Fly dashboard.',
    ),
    byHand(
      prose`In the zone of ${host(platform.domain, 'the domain')}, set the record ${claimed(wildcardHostname(platform), 'the wildcard')} to ${literal(values === '' ? 'the addresses that the command above prints' : values)}${literal(platform.edge === 'proxied' ? ', proxied' : '')}. If the record is right already and nothing answers, the delegation or the DNS provider is down: look at the provider’s status page.`,
      'Every tenant’s name is answered by this one record.',
    ),
    verifyAll('Proves that all names resolve again.', '5m'),
  ];
}

/** `A 1.2.3.4 and AAAA 2001:db8::1`: records that lead to the management app; empty where its addresses are not known. */
function recordsTo(shared: PlatformSnapshot): string {
  const expected = (factsOf(shared.management.addresses) ?? []).slice(0, 8);
  const v4 = expected.filter((each) => !each.includes(':')).map(address);
  const v6 = expected.filter((each) => each.includes(':')).map(address);
  return [
    ...(v4.length > 0 ? [prose`A ${joined(v4, ', ', 'its IPv4 addresses')}`] : []),
    ...(v6.length > 0 ? [prose`AAAA ${joined(v6, ', ', 'its IPv6 addresses')}`] : []),
  ].join(' and ');
}

/** Distinct answers, the zone's own first. */
function answersOf(lookups: readonly DnsLookup[]): readonly DnsAnswer[] {
  const own = lookups.filter((lookup) => lookup.role === 'authoritative');
  return (own.length > 0 ? own : lookups).flatMap((lookup) =>
    [factsOf(lookup.ipv4), factsOf(lookup.ipv6)].filter((answer) => answer !== undefined),
  );
}

/** `CNAME x`, `A 1.2.3.4, 5.6.7.8`: the records to delete, as far as every value is strictly valid. */
function records(hostname: string, answers: readonly DnsAnswer[]): string {
  const cnames = [...new Set(answers.flatMap((answer) => answer.cnames.slice(0, 1)))].filter(
    (name) => name !== hostname,
  );
  const target = joined(
    cnames.slice(0, 2).map((name) => host(name)),
    ', ',
    '',
  );
  if (target.text !== null) return `CNAME ${target.text}`;
  const addresses = [...new Set(answers.flatMap((answer) => answer.addresses))].slice(0, 8);
  const list = (type: string, family: readonly string[]): readonly string[] => {
    const { text } = joined(family.map(address), ', ', '');
    return text === null ? [] : [`${type} ${text}`];
  };
  return [
    ...list(
      'A',
      addresses.filter((each) => !each.includes(':')),
    ),
    ...list(
      'AAAA',
      addresses.filter((each) => each.includes(':')),
    ),
  ].join('; ');
}
