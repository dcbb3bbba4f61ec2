import { organizationAnswer, organizationsPage, releasesPage } from './answers.ts';
import { createAutostartCache } from './autostart.ts';
import { createRequestBudget } from './budget.ts';
import { createCaller } from './caller.ts';
import { createCertificatePages } from './certificate-pages.ts';
import { ORGANIZATION, ORGANIZATIONS, RELEASES } from './documents.ts';
import { readEdgeHandshakeErrors } from './edge-metrics.ts';
import { flyError } from './error.ts';
import type { FlyClient, FlyClientOptions, FlyOrganization } from './fly-client.ts';
import { createGraphqlApi } from './graphql-api.ts';
import type { GraphqlApi } from './graphql-api.ts';
import { createGraphql } from './graphql.ts';
import { createSweep } from './inventory.ts';
import { readLogs } from './logs.ts';
import { readMacaroons } from './macaroon.ts';
import { releaseOf } from './release.ts';
import { createMachinesApi } from './rest.ts';
import { readToken } from './token.ts';
import { createTransport } from './transport.ts';

/** A page of apps with certificates is about 100 KB; whatever is larger than this is no answer of Fly's. */
const MAX_ANSWER_BYTES = 16_000_000;
/** Gentle, and still a sweep of 10,000 apps within a quarter of a minute. */
const REQUESTS_PER_SECOND = 8;
const REQUEST_BURST = 16;
const REQUEST_TIMEOUT_MS = 15_000;
const MAX_RELEASES = 200;
/** To choose from; who has more names one. */
const MAX_ORGANIZATIONS = 100;

export function createFlyClient(options: FlyClientOptions): FlyClient {
  const { clock, apiBaseUrl } = options;
  const token = readToken(options.token);
  const transport = createTransport({
    clock,
    userAgent: options.userAgent,
    timeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    maxBytes: MAX_ANSWER_BYTES,
  });
  const budget = createRequestBudget({
    clock,
    perSecond: options.requestsPerSecond ?? REQUESTS_PER_SECOND,
    burst: options.requestBurst ?? REQUEST_BURST,
  });
  const recorder = options.recorder ?? null;
  const caller = createCaller({ token, transport, budget, clock, random: options.random, recorder });
  const graphql = createGraphql(caller, apiBaseUrl);
  const machines = createMachinesApi(caller, options.flapsBaseUrl, clock);
  let known: FlyOrganization | null = null;

  function requireOrg(): string {
    if (options.org === null) throw flyError('not-found', 'no organization is configured');
    return options.org;
  }

  async function askOrganization(signal: AbortSignal): Promise<FlyOrganization> {
    const slug = requireOrg();
    const { organization } = await graphql(
      {
        document: ORGANIZATION,
        variables: { slug },
        schema: organizationAnswer,
        what: `organization ${slug}`,
        aboutApp: false,
      },
      signal,
    );
    if (organization === null)
      throw flyError('not-found', `organization ${slug} is not known, or not visible`);
    known = { id: organization.id, slug: organization.slug, name: organization.name ?? organization.slug };
    return known;
  }

  const organization = async (signal: AbortSignal): Promise<FlyOrganization> =>
    known ?? (await askOrganization(signal));
  const takesMacaroons = token?.kind !== 'bearer';
  // The Machines API takes macaroons only; a personal token still reads the same over GraphQL.
  const byApp: GraphqlApi = takesMacaroons
    ? { ...machines, apps: async (signal) => machines.apps(requireOrg(), signal) }
    : createGraphqlApi({
        graphql,
        certificates: createCertificatePages(graphql, clock),
        clock,
        organizationId: async (signal) => (await organization(signal)).id,
      });
  const sweep = createSweep({
    graphql,
    machines: takesMacaroons ? machines : null,
    autostart: createAutostartCache(graphql, machines),
    clock,
    byApp,
    organization,
  });

  return {
    certificates: byApp.certificates,
    certificate: byApp.certificate,
    machines: byApp.machines,
    addresses: byApp.addresses,
    apps: byApp.apps,
    inventory: sweep,
    releases: async (app, limit, signal) => {
      const { app: found } = await graphql(
        {
          document: RELEASES,
          variables: { app, first: Math.min(MAX_RELEASES, Math.max(1, Math.floor(limit))) },
          schema: releasesPage,
          what: `releases of ${app}`,
          aboutApp: true,
        },
        signal,
      );
      if (found === null) throw flyError('not-found', `releases of ${app}: Fly does not know the app`);
      return (found.releasesUnprocessed.nodes ?? [])
        .filter((node) => node !== null)
        .map(releaseOf)
        .sort((a, b) => b.version - a.version);
    },
    organization: askOrganization,
    organizations: async (signal) => {
      const { organizations } = await graphql(
        {
          document: ORGANIZATIONS,
          variables: { first: MAX_ORGANIZATIONS },
          schema: organizationsPage,
          what: 'organizations of the token',
          aboutApp: false,
        },
        signal,
      );
      return (organizations.nodes ?? []).flatMap((node) =>
        node === null ? [] : [{ id: node.id, slug: node.slug, name: node.name ?? node.slug }],
      );
    },
    token: async (signal) => {
      if (takesMacaroons) {
        const tokens = await machines.tokens(signal);
        return { kind: 'macaroon', ...readMacaroons(token?.value ?? ''), tokens };
      }
      // Nothing tells what a personal token is but whether it may see the organization.
      const { slug } = await askOrganization(signal);
      const about = { id: null, orgSlug: slug, apps: null, user: null };
      return { kind: 'bearer', readOnly: null, expiresAt: null, tokens: [about] };
    },
    logs: (app, query, signal) => readLogs(caller, apiBaseUrl, app, query, signal),
    edgeHandshakeErrors: async (windowMinutes, signal) =>
      readEdgeHandshakeErrors(caller, apiBaseUrl, requireOrg(), windowMinutes, signal),
    lastCall: caller.lastCall,
    clockSamples: caller.clockSamples,
    close: transport.close,
  };
}
