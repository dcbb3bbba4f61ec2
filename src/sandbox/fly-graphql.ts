import { buildSchema, execute, GraphQLError, parse, validate } from 'graphql';
import type { DocumentNode } from 'graphql';
import { isClaimableHostname, normalizeHostname } from '../model/hostname.ts';
import { clientStatus } from './app.ts';
import type { SandboxApp, SandboxCertificate, SandboxMachine, SandboxRelease } from './app.ts';
import { faultNumber } from './faults.ts';
import type { ActiveFault, FaultName } from './faults.ts';
import { iso, validationErrors } from './fly-certificate.ts';
import { machineConfig } from './fly-machine.ts';
import { pageOf } from './fly-page.ts';
import { FLY_SCHEMA } from './fly-schema.ts';
import type { Access } from './fly-tokens.ts';
import { challengeTarget } from './world.ts';
import type { World } from './world.ts';

export interface GraphqlRequest {
  readonly body: unknown;
  readonly access: Access;
  readonly strikes: (fault: FaultName) => ActiveFault | undefined;
}

export interface GraphqlAnswer {
  readonly body: unknown;
  /** Names of the fields at the root, for the log of requests. */
  readonly fields: readonly string[];
}

interface Paging {
  readonly first?: number | null;
  readonly after?: string | null;
}

const SCHEMA = buildSchema(FLY_SCHEMA);
/** What Fly's own lists return when nothing is asked for. */
const DEFAULT_PAGE = 50;

/** Executes one document. Errors come as Fly sends them: with HTTP 200 and a code in `extensions`. */
export async function answerGraphql(world: World, request: GraphqlRequest): Promise<GraphqlAnswer> {
  const { query, variables, operationName } = bodyOf(request.body);
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch (error) {
    return failed(error instanceof GraphQLError ? [error] : [new GraphQLError('unreadable query')], []);
  }
  const fields = rootFields(document);
  if (request.access === 'none' || request.access === 'rejected')
    return failed([coded('You must be authenticated to view this.', 'UNAUTHORIZED')], fields);
  const invalid = validate(SCHEMA, document);
  if (invalid.length > 0) return failed(invalid, fields);
  const result = await execute({
    schema: SCHEMA,
    document,
    rootValue: root(world, request),
    variableValues: variables,
    ...(operationName === undefined ? {} : { operationName }),
  });
  return { body: result, fields };
}

function root(world: World, { access, strikes }: GraphqlRequest): object {
  const views = createViews(world, strikes);
  const writable = (): void => {
    if (access !== 'write') throw coded('Not authorized to do this.', 'FORBIDDEN');
  };
  const appNamed = (name: string): SandboxApp => {
    const app = world.apps.get(name) ?? [...world.apps.values()].find(({ id }) => id === name);
    if (app === undefined) throw coded(`Could not find App "${name}"`, 'NOT_FOUND');
    return app;
  };
  return {
    app: ({ name }: { name?: string | null }) => views.app(appNamed(name ?? '')),
    apps: ({ organizationId, ...paging }: Paging & { organizationId?: string | null }) => {
      if (organizationId != null && organizationId !== views.organizationId)
        throw coded('Could not find Organization', 'NOT_FOUND');
      return views.apps(paging);
    },
    organization: ({ slug }: { slug?: string | null }) => {
      if (slug !== world.options.organization) throw coded('Could not find Organization', 'NOT_FOUND');
      return views.organization();
    },
    organizations: () => ({ nodes: [views.organization()], pageInfo: LAST_PAGE, totalCount: 1 }),
    viewer: () => ({ __typename: 'User', id: 'user', email: 'operator@example.com', name: 'Operator' }),
    addCertificate: ({ appId, hostname }: { appId: string; hostname: string }) => {
      writable();
      const app = appNamed(appId);
      if (!isClaimableHostname(normalizeHostname(hostname)))
        throw coded('Hostname is invalid', 'UNPROCESSABLE');
      if (app.certificates.has(normalizeHostname(hostname)))
        throw coded('Hostname already exists on app', 'UNPROCESSABLE');
      const certificate = world.addCertificate(app.name, hostname);
      return { app: views.app(app), certificate: views.certificate(app, certificate), errors: [] };
    },
    deleteCertificate: ({ appId, hostname }: { appId: string; hostname: string }) => {
      writable();
      const app = appNamed(appId);
      const certificate = app.certificates.get(normalizeHostname(hostname));
      if (certificate === undefined) throw coded('Could not find Certificate', 'NOT_FOUND');
      world.removeCertificate(app.name, hostname);
      return { app: views.app(app), certificate: views.certificate(app, certificate), errors: [] };
    },
  };
}

const LAST_PAGE = { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null };

/** The world's things as GraphQL objects; what is costly is a function, so that only what is selected is made. */
function createViews(world: World, strikes: GraphqlRequest['strikes']) {
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
      if (partial?.value === one.name) throw coded('Something went wrong', 'INTERNAL_SERVER_ERROR');
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

function bodyOf(body: unknown): {
  query: string;
  variables: Record<string, unknown>;
  operationName?: string;
} {
  const given = typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
  const { query, variables, operationName } = given;
  return {
    query: typeof query === 'string' ? query : '',
    variables: typeof variables === 'object' && variables !== null ? { ...variables } : {},
    ...(typeof operationName === 'string' ? { operationName } : {}),
  };
}

function rootFields(document: DocumentNode): readonly string[] {
  return document.definitions.flatMap((definition) =>
    definition.kind === 'OperationDefinition'
      ? definition.selectionSet.selections.flatMap((field) =>
          field.kind === 'Field' ? [field.name.value] : [],
        )
      : [],
  );
}

function coded(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

function failed(errors: readonly GraphQLError[], fields: readonly string[]): GraphqlAnswer {
  return { body: { data: null, errors }, fields };
}
