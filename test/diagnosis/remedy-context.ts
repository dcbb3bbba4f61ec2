/** A healthy platform and tenant as remedies see them; each test changes what its fact is about. */
import type { RemedyContext } from '../../src/diagnosis/catalogue.ts';
import type { RemediationStep } from '../../src/model/diagnosis.ts';
import type { DnsAnswer, DnsLookup } from '../../src/model/dns.ts';
import type { Handshake } from '../../src/model/connection.ts';
import type { Claim } from '../../src/model/fly.ts';
import { notTaken } from '../../src/model/observation.ts';
import type { Observed } from '../../src/model/observation.ts';
import type { Platform } from '../../src/model/platform.ts';
import type { PlatformSnapshot, TenantSnapshot } from '../../src/model/snapshot.ts';

export const PLATFORM: Platform = {
  domain: 'systemprompt.io',
  managementApp: 'management-api-prod',
  tenantApp: 'sp-{tenant}',
  tenantHost: '{tenant}.{domain}',
  tenantIdPattern: '^[0-9a-f]{12}$',
  directHost: '{app}.fly.dev',
  otherHosts: ['www', 'api'],
  customDomainsOn: 'management',
  edge: 'direct',
  httpsPort: 443,
  expectedStatus: [200],
  dialect: 'fly',
  warnDays: 14,
  failDays: 3,
  issuanceGraceMs: 300_000,
  runbookBaseUrl: 'https://tw.example.com/runbooks',
  flyOrg: 'systemprompt',
};

export const NOW = Date.UTC(2026, 0, 31, 6, 35);
export const HOSTNAME = '999bc6549a64.systemprompt.io';
export const APP = 'sp-999bc6549a64';

export function observed<Facts>(facts: Facts): Observed<Facts> {
  return { outcome: 'observed', at: NOW, durationMs: 12, facts };
}

export function claim(hostname: string, app: string, over: Partial<Claim> = {}): Claim {
  return {
    hostname,
    app,
    state: 'issued',
    status: 'Ready',
    createdAt: NOW,
    expiresAt: NOW + 60 * 86_400_000,
    source: 'fly',
    notes: [],
    ...over,
  };
}

function answer(addresses: readonly string[], ttlSeconds = 300): Observed<DnsAnswer> {
  return observed({
    rcode: 'NOERROR',
    authoritative: false,
    cnames: [],
    addresses,
    addressCount: addresses.length,
    ttlSeconds,
  });
}

export function lookup(
  name: string,
  server: string,
  addresses: readonly string[],
  ttlSeconds = 300,
): DnsLookup {
  return {
    server,
    role: server.startsWith('198.') ? 'authoritative' : 'resolver',
    name,
    ipv4: answer(
      addresses.filter((each) => !each.includes(':')),
      ttlSeconds,
    ),
    ipv6: answer(
      addresses.filter((each) => each.includes(':')),
      ttlSeconds,
    ),
  };
}

export function handshake(address: string, serverName: string, failed = false): Handshake {
  const base = {
    address,
    family: address.includes(':') ? 'ipv6' : 'ipv4',
    port: 443,
    serverName,
    attempt: 1,
    connectMs: 5,
    handshakeMs: 9,
  } as const;
  if (failed) {
    return {
      ...base,
      result: {
        outcome: 'failed',
        at: NOW,
        durationMs: 9,
        failure: { phase: 'handshake', code: 'eof', detail: '' },
      },
    };
  }
  return {
    ...base,
    result: observed({
      version: 'TLSv1.3',
      alpn: 'h2' as const,
      certificate: {
        names: ['*.systemprompt.io'],
        subject: '',
        issuer: '',
        notBefore: 0,
        notAfter: NOW,
        fingerprint: '',
        trust: 'trusted' as const,
      },
    }),
  };
}

const CONTROL = 'x7f3k2q9.systemprompt.io';

export function shared(over: Partial<PlatformSnapshot> = {}): PlatformSnapshot {
  return {
    takenAt: NOW,
    controls: [
      {
        name: CONTROL,
        lookups: [lookup(CONTROL, '1.1.1.1:53', ['66.241.124.121'])],
        handshakes: [handshake('66.241.124.121', CONTROL)],
        site: notTaken('not-needed'),
      },
    ],
    management: {
      certificates: observed([claim('*.systemprompt.io', 'management-api-prod')]),
      machines: observed([
        {
          id: '4d89040b2e9e38',
          state: 'started',
          region: 'fra',
          autostart: false,
          crashing: false,
          updatedAt: NOW,
        },
      ]),
      addresses: observed(['66.241.124.121', '2a09:8280:1::1']),
      health: notTaken('not-configured'),
    },
    wildcardClaims: observed([]),
    previousAnswerUntil: null,
    monitor: {
      flyApi: observed({ api: 'graphql' }),
      witnesses: [],
      clock: notTaken('not-needed'),
      throttled: false,
    },
    ...over,
  };
}

export function tenant(over: Partial<TenantSnapshot> = {}): TenantSnapshot {
  return {
    tenant: { id: '999bc6549a64', hostname: HOSTNAME, app: APP, labels: {} },
    takenAt: NOW,
    trigger: 'gate',
    lookups: [lookup(HOSTNAME, '1.1.1.1:53', ['66.241.124.121'])],
    handshakes: [handshake('66.241.124.121', HOSTNAME)],
    managementHandshakes: [],
    site: notTaken('not-needed'),
    direct: notTaken('not-needed'),
    certificates: observed([]),
    machines: observed([
      {
        id: '3287e44f2d7985',
        state: 'stopped',
        region: 'fra',
        autostart: false,
        crashing: false,
        updatedAt: NOW,
      },
    ]),
    otherClaims: observed([]),
    platform: shared(),
    ...over,
  };
}

export function context(over: Partial<RemedyContext> = {}): RemedyContext {
  const subject = over.tenant === undefined ? tenant() : over.tenant;
  return {
    platform: PLATFORM,
    shared: subject?.platform ?? shared(),
    alsoFound: [],
    storm: false,
    ...over,
    tenant: subject,
  };
}

/** Commands as printed; manual steps as `by hand`. */
export function outline(steps: readonly RemediationStep[]): readonly string[] {
  return steps.map((step) => (step.kind === 'command' ? step.command : 'by hand'));
}
