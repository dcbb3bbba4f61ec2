import type { CommandResult } from './fly-command.ts';
import type { Edge } from './edge.ts';
import type { ApiRequest } from './request-log.ts';
import type { Faults } from './faults.ts';
import type { Receivers } from './receivers.ts';
import type { World } from './world.ts';

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
  /** `read` may not write, `write` may; `personal` is an old access token that only GraphQL takes. */
  readonly tokens: { readonly read: string; readonly write: string; readonly personal: string };
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
