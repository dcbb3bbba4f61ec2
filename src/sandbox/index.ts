import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificateAuthority } from './certificate-authority.ts';
import type { CertificateAuthority } from './certificate-authority.ts';
import { startDnsServer } from './dns-server.ts';
import type { DnsServer } from './dns-server.ts';
import { startEdge } from './edge.ts';
import type { Edge } from './edge.ts';
import { createFaults } from './faults.ts';
import type { Faults } from './faults.ts';
import { startFlyApi } from './fly-api.ts';
import { applyFlyCommand } from './fly-command.ts';
import type { CommandResult } from './fly-command.ts';
import { createTokens } from './fly-tokens.ts';
import type { Tokens } from './fly-tokens.ts';
import { isListenable } from './listen.ts';
import { startReceivers } from './receivers.ts';
import type { Receivers } from './receivers.ts';
import type { ApiRequest } from './request-log.ts';
import { HEALTH_PATH } from './site.ts';
import { createWorld } from './world.ts';
import type { World } from './world.ts';

export { FAULTS } from './faults.ts';
export type { FaultName, FaultScope } from './faults.ts';
export type { CommandResult } from './fly-command.ts';
export type { Received } from './receivers.ts';
export { renderSlackText } from './slack-text.ts';

export interface SandboxOptions {
  /** How many tenants, or their ids. Default 12; with a number the first is 999bc6549a64, the tenant of the post-mortem. */
  readonly tenants?: number | readonly string[];
  /** Default `systemprompt.io`. */
  readonly domain?: string;
  /** Default `systemprompt`. */
  readonly organization?: string;
  /** Default `management-api-prod`. */
  readonly managementApp?: string;
  /** Default `sp-{tenant}`. */
  readonly tenantApp?: string;
  /** IPv4 loopback addresses of the management app. Default `['127.0.0.1']`. */
  readonly edgeAddresses?: readonly string[];
  /** The management app also has `::1`. Default false; where this machine has no `::1`, starting fails. */
  readonly ipv6?: boolean;
  /** DNS servers of each role. Defaults 2 and 1. */
  readonly resolvers?: number;
  readonly authoritative?: number;
  /** Until the edge learns of a new certificate. Default Infinity: until `world.propagate()`. */
  readonly propagationMs?: number;
  /** How long issuance takes once DNS is right. Default 0. */
  readonly issuanceMs?: number;
  /** The Machines API's limits of requests. Default false, so that tests need not wait. */
  readonly rateLimits?: boolean;
  /** Wall clock, milliseconds since the epoch. Default `Date.now`. */
  readonly now?: () => number;
}

export interface SandboxAddresses {
  /** `ip:port` of each. */
  readonly resolvers: readonly string[];
  readonly authoritative: readonly string[];
  /** Addresses of the management app; all listen at `httpsPort`. */
  readonly edge: readonly string[];
  readonly httpsPort: number;
  /** FLY_API_BASE_URL: GraphQL, logs, Prometheus. */
  readonly flyApiBaseUrl: string;
  /** FLY_FLAPS_BASE_URL: the Machines API below `/v1`. */
  readonly flapsBaseUrl: string;
  readonly slackWebhookUrl: string;
  /** Base of Slack's Web API, ends with `/api`. */
  readonly slackApiUrl: string;
  readonly pagerDutyUrl: string;
  readonly alertmanagerUrl: string;
  readonly webhookUrl: string;
  readonly managementHealthUrl: string;
  /** Path of a PEM file with the root certificate. */
  readonly caFile: string;
}

export interface Sandbox {
  readonly addresses: SandboxAddresses;
  readonly caPem: string;
  /** Issues certificates that `caFile` trusts, for servers beside the sandbox. */
  readonly authority: CertificateAuthority;
  readonly tokens: Tokens;
  readonly world: World;
  readonly faults: Faults;
  readonly edge: Edge;
  /** What the Fly API was asked, oldest first, the latest 10,000. */
  readonly apiRequests: () => readonly ApiRequest[];
  readonly receivers: Receivers;
  /** Carries out a printed `fly certs …` command. */
  readonly applyFlyCommand: (command: string) => CommandResult;
  readonly close: () => Promise<void>;
}

/** The tenant of the post-mortem that the demo replays. */
export const INCIDENT_TENANT = '999bc6549a64';

const DIRECT_DOMAIN = 'fly.dev';
/** All tenant apps share it, as apps without a dedicated IPv4 address do on Fly. */
const SHARED_ADDRESS = '127.0.0.2';

/**
 * Starts a small platform on loopback: DNS, edge, Fly's APIs and receivers of alerts, all on ports that the kernel picks.
 * Everybody is healthy at first. Nothing of it listens beyond this machine.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const now = options.now ?? Date.now;
  const edgeAddresses = options.edgeAddresses ?? ['127.0.0.1'];
  const ipv6 = options.ipv6 === true ? ['::1'] : [];
  const hasSharedAddress = await isListenable(SHARED_ADDRESS);
  const world = createWorld({
    domain: options.domain ?? 'systemprompt.io',
    organization: options.organization ?? 'systemprompt',
    managementApp: options.managementApp ?? 'management-api-prod',
    tenantApp: options.tenantApp ?? 'sp-{tenant}',
    tenants: tenantIds(options.tenants ?? 12),
    appDomain: DIRECT_DOMAIN,
    managementAddresses: { ipv4: edgeAddresses, ipv6 },
    sharedAddress: SHARED_ADDRESS,
    directAddress: hasSharedAddress ? SHARED_ADDRESS : (edgeAddresses[0] ?? '127.0.0.1'),
    otherHosts: ['www', 'api'],
    propagationMs: options.propagationMs ?? Infinity,
    issuanceMs: options.issuanceMs ?? 0,
    now,
  });
  const servers: DnsServer[] = [];
  const faults = createFaults(({ fault }) => {
    if (fault === 'dns-stale') for (const server of servers) server.freeze();
  });
  const authority = createCertificateAuthority(now);
  const tokens = createTokens(now());

  // What was started is closed in the reverse order, also when a later part fails to start.
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  const started = async <Part extends { readonly close: () => Promise<void> }>(
    part: Promise<Part>,
  ): Promise<Part> => {
    const running = await part;
    closers.push(running.close);
    return running;
  };

  try {
    const listening = [...new Set([...edgeAddresses, ...ipv6, world.options.directAddress])];
    const edge = await started(startEdge(world, faults, authority, listening));
    const dns = async (role: 'resolver' | 'authoritative', count: number): Promise<readonly string[]> => {
      const addresses: string[] = [];
      for (let index = 0; index < count; index += 1) {
        const server = await started(startDnsServer(world, faults, role));
        servers.push(server);
        addresses.push(server.address);
      }
      return addresses;
    };
    const resolvers = await dns('resolver', options.resolvers ?? 2);
    const authoritative = await dns('authoritative', options.authoritative ?? 1);
    const api = await started(
      startFlyApi(world, faults, tokens, { rateLimits: options.rateLimits ?? false }),
    );
    const receivers = await started(startReceivers(now, faults));
    const folder = await mkdtemp(join(tmpdir(), 'tenantwatch-sandbox-'));
    closers.push(() => rm(folder, { recursive: true, force: true }));
    const caFile = join(folder, 'root.pem');
    await writeFile(caFile, authority.rootPem);

    return {
      addresses: {
        resolvers,
        authoritative,
        edge: [...edgeAddresses, ...ipv6],
        httpsPort: edge.port,
        flyApiBaseUrl: api.baseUrl,
        flapsBaseUrl: api.baseUrl,
        slackWebhookUrl: `${receivers.baseUrl}/services/T000/B000/sandbox`,
        slackApiUrl: `${receivers.baseUrl}/api`,
        pagerDutyUrl: `${receivers.baseUrl}/v2/enqueue`,
        alertmanagerUrl: receivers.baseUrl,
        webhookUrl: `${receivers.baseUrl}/webhook`,
        managementHealthUrl: `https://${world.options.managementApp}.${DIRECT_DOMAIN}:${edge.port}${HEALTH_PATH}`,
        caFile,
      },
      caPem: authority.rootPem,
      authority,
      tokens,
      world,
      faults,
      edge,
      apiRequests: api.requests,
      receivers,
      applyFlyCommand: (command) => applyFlyCommand(world, command),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Ids that look random and are the same at every start; the first is the one of the incident. */
function tenantIds(tenants: number | readonly string[]): readonly string[] {
  if (typeof tenants !== 'number') return tenants;
  return Array.from({ length: tenants }, (_, index) =>
    index === 0 ? INCIDENT_TENANT : createHash('sha256').update(`tenant ${index}`).digest('hex').slice(0, 12),
  );
}
