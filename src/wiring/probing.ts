import { readFileSync } from 'node:fs';
import { getServers } from 'node:dns';
import { resolverAddresses, toPlatform, type Config } from '../config/index.ts';
import { createFlyClient, flySettingsFromEnv, type FlyClient, type FlySettings } from '../fly/index.ts';
import type { Recorder } from '../model/recorder.ts';
import type { Clock, Random } from '../model/time.ts';
import type { PlatformObserver } from '../monitor/observe-platform.ts';
import { createServerDirectory, type ServerDirectory } from '../monitor/servers.ts';
import { createFlyProbe, type FlyProbe } from '../probes/fly.ts';
import { createHandshakeBudget, createProbes, type AdjustableBudget } from '../probes/index.ts';

export interface ProbingHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly recorder?: Pick<Recorder, 'apiRequest'>;
}

/** Everything that looks at the outside, made once for a process: sockets, budgets and caches are shared. */
export interface Probing {
  readonly observer: PlatformObserver;
  readonly servers: ServerDirectory;
  readonly budget: AdjustableBudget;
  readonly fly: FlyClient;
  readonly flyProbe: FlyProbe;
  readonly close: () => Promise<void>;
}

export function createProbing(config: Config, host: ProbingHost): Probing {
  const { clock, random, recorder } = host;
  const platform = toPlatform(config);
  const resolvers = resolverAddresses(config.dns.resolvers, getServers());
  const settings = flySettingsFromEnv(host.env);
  const agent = userAgent(host.version, config.network.contactUrl);
  const budget = createHandshakeBudget({ perSecond: config.limits.handshakesPerSecond, clock });
  const probes = createProbes({
    ca: config.tls.caFile === null ? null : readFileSync(config.tls.caFile, 'utf8'),
    timeoutMs: config.tls.timeoutMs,
    allowPrivateAddresses: config.network.allowPrivateAddresses,
    userAgent: agent,
    clock,
    handshakes: budget,
    resolvers,
  });
  const fly = createFlyClient({
    org: config.fly.org,
    ...settings,
    userAgent: agent,
    clock,
    random,
    ...(recorder === undefined ? {} : { recorder }),
  });
  const { domain } = platform;
  return {
    observer: {
      probes,
      clock,
      random,
      platform,
      addresses: config.platform.addresses,
      managementHealthUrl: config.platform.managementHealthUrl,
      witnesses:
        config.network.witnesses === 'auto'
          ? [...apiHosts(settings), ...resolvers]
          : config.network.witnesses,
      clockSamples: () => fly.clockSamples().map(({ skewMs }) => skewMs),
    },
    servers: createServerDirectory({
      probes,
      clock,
      domain,
      resolvers,
      authoritative: config.dns.authoritative,
    }),
    budget,
    fly,
    flyProbe: createFlyProbe(fly, clock),
    close: () => fly.close(),
  };
}

/** Names the product, and whom to ask about it. */
export function userAgent(version: string, contactUrl: string | null): string {
  return `tenantwatch/${version}${contactUrl === null ? '' : ` (+${contactUrl})`}`;
}

function apiHosts({ flapsBaseUrl }: FlySettings): readonly string[] {
  const { hostname, port, protocol } = new URL(flapsBaseUrl);
  return [`${hostname}:${port === '' ? (protocol === 'https:' ? '443' : '80') : port}`];
}
