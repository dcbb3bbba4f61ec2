import { GraphQLError } from 'graphql';
import { normalizeHostname } from '../model/hostname.ts';
import { clientStatus } from './app.ts';
import type { SandboxApp, SandboxCertificate, SandboxMachine, SandboxRelease } from './app.ts';
import { challengeTarget } from './claims.ts';
import { faultNumber } from './faults.ts';
import type { ActiveFault, FaultName } from './faults.ts';
import { iso, validationErrors } from './fly-certificate.ts';
import { machineConfig } from './fly-machine.ts';
import { pageOf } from './fly-page.ts';
import type { World } from './world.ts';

/** Arguments of a connection. */
export interface Paging {
  readonly first?: number | null;
  readonly after?: string | null;
}

/** What Fly's own lists return when nothing is asked for. */
const DEFAULT_PAGE = 50;

export const LAST_PAGE = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };

/** The things of the world as GraphQL objects. */
export interface Views {
  readonly organizationId: string;
  readonly organization: () => object;
  readonly apps: (paging: Paging) => object;
  readonly app: (app: SandboxApp) => object;
  readonly certificate: (app: SandboxApp, certificate: SandboxCertificate) => object;
}

/** What is costly is a function, so that only what is selected is made. */
export function createViews(world: World, strikes: (fault: FaultName) => ActiveFault | undefined): Views {
  const { options } = world;
  const organizationId = `org-${options.organization}`;
  const pageLimit = strikes('api-page-limit');
  const emptyFirst = strikes('api-empty-page') !== undefined;
  const partial = strikes('api-partial');
  const lost = strikes('api-lost-entries') ? 1 : 0;

  const connection = <Entry>(
    all: readonly Entry[],
    keyOf: (entry: Entry) => string,
    { first, after }: Paging,
    view: (entry: Entry) => object,
    extra: { readonly emptyFirst?: boolean; readonly total?: number } = {},
  ): object => {
    const limit = first ?? DEFAULT_PAGE;
    if (pageLimit && limit > faultNumber(pageLimit, 50))
      throw coded(`Query has complexity of ${limit * 10}, which exceeds the maximum`, 'TOO_COMPLEX');
    const page = pageOf(all, keyOf, { limit, cursor: after ?? null, emptyFirst: extra.emptyFirst ?? false });
    return {
      nodes: page.entries.map(view),
      totalCount: page.total + (extra.total ?? 0),
      pageInfo: {
        hasNextPage: page.nextCursor !== null,
        hasPreviousPage: after != null,
        startCursor: null,
        endCursor: page.nextCursor,
      },
    };
  };

  const organization = (): object => ({
    id: organizationId,
    slug: options.organization,
    rawSlug: options.organization,
    name: options.organization,
    apps,
  });

  const apps = (paging: Paging): object =>
    connection([...world.apps.values()], ({ name }) => name, paging, app, { emptyFirst });

  const app = (one: SandboxApp): object => ({
    id: one.name,
    name: one.name,
    status: one.machines.length > 0 ? 'deployed' : 'pending',
    deployed: one.machines.length > 0,
    hostname: `${one.name}.${options.appDomain}`,
    createdAt: iso(one.createdAt),
    organization,
    sharedIpAddress: one.addresses.shared,
    ipAddresses: (paging: Paging) =>
      connection(
        addressesOf(one),
        ({ id }) => id,
        paging,
        (entry) => entry,
      ),
    certificate: ({ hostname }: { hostname: string }) => {
      const found = one.certificates.get(normalizeHostname(hostname));
      return found === undefined ? null : certificate(one, found);
    },
    certificates: ({ filter, ...paging }: Paging & { filter?: string | null }) => {
      if (partial !== undefined && (partial.value ?? one.name) === one.name)
        throw coded('Something went wrong', 'INTERNAL_SERVER_ERROR');
      const matching = [...one.certificates.values()].filter(({ hostname }) =>
        hostname.includes(filter ?? ''),
      );
      const keyOf = ({ hostname }: SandboxCertificate): string => normalizeHostname(hostname);
      return connection(matching, keyOf, paging, (each) => certificate(one, each), { total: lost });
    },
    machines: (paging: Paging) =>
      connection(
        one.machines,
        ({ id }) => id,
        paging,
        (each) => machine(one, each),
      ),
    currentReleaseUnprocessed: () => {
      const latest = one.releases.at(-1);
      return latest === undefined ? null : release(latest);
    },
    // Newest first, as Fly lists them.
    releasesUnprocessed: (paging: Paging) =>
      connection(one.releases, ({ version }) => String(1e9 - version), paging, release),
  });

  const certificate = (one: SandboxApp, each: SandboxCertificate): object => {
    const now = world.now();
    const isConfigured = each.configuredAt !== null;
    const hostname = normalizeHostname(each.hostname);
    const isReady = clientStatus(each, now) === 'Ready';
    const issued =
      isReady && each.expiresAt !== null ? [{ hostname, type: 'ecdsa', expiresAt: iso(each.expiresAt) }] : [];
    return {
      id: each.id,
      hostname: each.hostname,
      clientStatus: clientStatus(each, now),
      source: each.source,
      createdAt: iso(each.createdAt),
      certificateAuthority: 'lets_encrypt',
      configured: isConfigured,
      isConfigured,
      isWildcard: hostname.startsWith('*.'),
      isApex: hostname === options.domain,
      isAcmeAlpnConfigured: isConfigured,
      isAcmeDnsConfigured: isConfigured,
      isAcmeHttpConfigured: isConfigured,
      acmeDnsConfigured: isConfigured,
      acmeAlpnConfigured: isConfigured,
      dnsValidationHostname: `_acme-challenge.${hostname.replace('*.', '')}`,
      dnsValidationTarget: challengeTarget(one, hostname),
      issued: { nodes: issued, pageInfo: LAST_PAGE, totalCount: issued.length },
      validationErrors: () => validationErrors(world, one, each),
      check: () => world.checkCertificate(one.name, each.hostname) !== undefined,
    };
  };

  const machine = (one: SandboxApp, each: SandboxMachine): object => ({
    id: each.id,
    instanceId: each.instanceId,
    name: `quiet-${each.id.slice(-4)}`,
    region: each.region,
    state: each.state,
    config: () => machineConfig(one, each),
    createdAt: iso(each.createdAt),
    updatedAt: iso(each.updatedAt),
    events: () => ({
      nodes: each.exits.toReversed().map(({ at, ...exit }) => ({
        __typename: 'MachineEventExit',
        id: `${each.id}-${at}`,
        kind: 'exit',
        timestamp: iso(at),
        ...exit,
      })),
      pageInfo: LAST_PAGE,
    }),
  });

  const release = (each: SandboxRelease): object => ({
    ...each,
    stable: true,
    user: { id: each.user.email, ...each.user },
    createdAt: iso(each.createdAt),
    updatedAt: iso(each.createdAt),
  });

  return { organizationId, organization, apps, app, certificate };
}

function addressesOf({ addresses, createdAt }: SandboxApp) {
  const entry = (type: string) => (address: string) => ({
    id: address,
    address,
    type,
    region: 'global',
    createdAt: iso(createdAt),
  });
  return [
    ...addresses.ipv4.map(entry('v4')),
    ...addresses.ipv6.map(entry('v6')),
    ...[addresses.private].map(entry('private_v6')),
  ];
}

/** An error as Fly tells it: its code is in `extensions`. */
export function coded(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
