/**
 * Real snapshots for tables: everything is healthy unless a row says otherwise. The names, addresses and times are those of the incident in
 * which a certificate for 999bc6549a64.systemprompt.io stood on the tenant's app.
 */
import type { CertificateFacts, Handshake, HttpFacts } from '../../src/model/connection.ts';
import type { DnsAnswer, DnsLookup } from '../../src/model/dns.ts';
import type { FailureCode, Phase } from '../../src/model/failure.ts';
import type { Claim, Machine } from '../../src/model/fly.ts';
import type { Failed, NotTakenReason, Observed } from '../../src/model/observation.ts';
import type { Platform } from '../../src/model/platform.ts';
import type { ControlSnapshot, PlatformSnapshot, TenantSnapshot } from '../../src/model/snapshot.ts';
import { DAY_MS } from '../../src/model/time.ts';

export const NOW = Date.parse('2026-01-31T06:28:00Z');
export const DOMAIN = 'systemprompt.io';
export const TENANT = '999bc6549a64';
export const HOST = `${TENANT}.${DOMAIN}`;
export const APP = `sp-${TENANT}`;
export const MANAGEMENT = 'management-api-prod';
export const V4 = '66.241.124.121';
export const V6 = '2a09:8280:1::4f:9a2d';
/** The address of the tenant's own app. */
export const OWN_V4 = '66.241.125.7';
export const RESOLVERS = ['1.1.1.1:53', '8.8.8.8:53'] as const;
export const ZONE_SERVER = '108.162.192.1:53';

export const SETTINGS: Platform = {
  domain: DOMAIN,
  managementApp: MANAGEMENT,
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
  runbookBaseUrl: 'https://tenantwatch.example/runbooks',
};

export function settings(changes: Partial<Platform> = {}): Platform {
  return { ...SETTINGS, ...changes };
}

export function observed<Facts>(facts: Facts, durationMs = 20): Observed<Facts> {
  return { outcome: 'observed', at: NOW, durationMs, facts };
}

export function failed(phase: Phase, code: FailureCode, detail = `${code} in ${phase}`): Failed {
  return { outcome: 'failed', at: NOW, durationMs: 30, failure: { phase, code, detail } };
}

export function skipped(reason: NotTakenReason): { outcome: 'not-taken'; reason: NotTakenReason } {
  return { outcome: 'not-taken', reason };
}

// --- names ---------------------------------------------------------------------------------------

export function answer(addresses: readonly string[], changes: Partial<DnsAnswer> = {}): Observed<DnsAnswer> {
  return observed({
    rcode: 'NOERROR',
    authoritative: false,
    cnames: [],
    addresses: addresses.toSorted(),
    addressCount: addresses.length,
    ttlSeconds: 300,
    ...changes,
  });
}

export const NODATA = answer([]);
export const NXDOMAIN = answer([], { rcode: 'NXDOMAIN' });
export const SERVFAIL = answer([], { rcode: 'SERVFAIL' });
export const DEAD = failed('resolve', 'timeout');

export interface Answers {
  readonly ipv4: DnsLookup['ipv4'];
  readonly ipv6: DnsLookup['ipv6'];
}

export const RIGHT: Answers = { ipv4: answer([V4]), ipv6: answer([V6]) };
export const OWN: Answers = { ipv4: answer([OWN_V4]), ipv6: NODATA };
export const EMPTY: Answers = { ipv4: NODATA, ipv6: NODATA };
export const ABSENT: Answers = { ipv4: NXDOMAIN, ipv6: NXDOMAIN };
export const SILENT: Answers = { ipv4: DEAD, ipv6: DEAD };

/** What each server says of a name; `zone: null` where the zone's own servers are not asked. */
export function lookups(
  name: string,
  says: { readonly first?: Answers; readonly second?: Answers; readonly zone?: Answers | null } = {},
): readonly DnsLookup[] {
  const { first = RIGHT, second = first, zone = RIGHT } = says;
  return [
    { server: RESOLVERS[0], role: 'resolver', name, ...first },
    { server: RESOLVERS[1], role: 'resolver', name, ...second },
    ...(zone === null ? [] : [{ server: ZONE_SERVER, role: 'authoritative' as const, name, ...zone }]),
  ];
}

// --- connections ----------------------------------------------------------------------------------

export function certificate(changes: Partial<CertificateFacts> = {}): CertificateFacts {
  return {
    names: [`*.${DOMAIN}`],
    subject: `CN=*.${DOMAIN}`,
    issuer: "C=US, O=Let's Encrypt, CN=E7",
    notBefore: NOW - 30 * DAY_MS,
    notAfter: NOW + 60 * DAY_MS,
    fingerprint: 'a'.repeat(64),
    trust: 'trusted',
    ...changes,
  };
}

type HandshakeResult = 'ok' | Failed;

export const EOF = failed('handshake', 'eof');
export const NO_ROUTE = failed('connect', 'no-route');

/** Attempts at one address, in order. */
export function attempts(
  address: string,
  results: readonly HandshakeResult[],
  served: CertificateFacts = certificate(),
  serverName = HOST,
): readonly Handshake[] {
  return results.map((result, index) => ({
    address,
    family: address.includes(':') ? 'ipv6' : 'ipv4',
    port: 443,
    serverName,
    attempt: index + 1,
    result: result === 'ok' ? observed({ version: 'TLSv1.3', alpn: 'h2', certificate: served }) : result,
    connectMs: result === 'ok' || result.failure.phase !== 'connect' ? 8 : null,
    handshakeMs: result === 'ok' ? 12 : null,
  }));
}

/** Both addresses alike. */
export function handshakes(
  results: readonly HandshakeResult[] = ['ok'],
  served?: CertificateFacts,
): readonly Handshake[] {
  return [...attempts(V4, results, served), ...attempts(V6, results, served)];
}

export const REFUSED = handshakes([EOF, EOF, EOF]);

export function http(status: number, changes: Partial<HttpFacts> = {}): HttpFacts {
  return {
    status,
    protocol: 'h2',
    headers: { server: 'Fly/abc', 'fly-request-id': '01JJXYZ-fra' },
    region: 'fra',
    bodyDigest: `site-${status}`,
    bodyBytes: 512,
    bodyTruncated: false,
    bodyPreview: `status ${status}`,
    firstByteMs: 40,
    totalMs: 45,
    serverDate: NOW,
    ...changes,
  };
}

/** The management app's answer to a name that it does not know. */
export const NO_SUCH_TENANT = http(502, { bodyDigest: 'no-such-tenant', bodyPreview: 'no such tenant' });

// --- Fly ------------------------------------------------------------------------------------------

export function claim(hostname: string, app: string, changes: Partial<Claim> = {}): Claim {
  return {
    hostname,
    app,
    state: 'issued',
    status: 'Ready',
    createdAt: NOW - 30 * DAY_MS,
    expiresAt: NOW + 60 * DAY_MS,
    source: 'fly',
    notes: [],
    ...changes,
  };
}

export const WILDCARD = claim(`*.${DOMAIN}`, MANAGEMENT);

/** The claim of the incident. */
export const MISPLACED = claim(HOST, APP, {
  state: 'awaiting-configuration',
  status: 'Awaiting configuration',
  createdAt: NOW - 60_000,
  expiresAt: null,
});

export function machine(changes: Partial<Machine> = {}): Machine {
  return {
    id: '148e21ea7d4389',
    state: 'started',
    region: 'fra',
    autostart: true,
    crashing: false,
    updatedAt: NOW - 60_000,
    ...changes,
  };
}

export const STOPPED = machine({ state: 'stopped', autostart: false });
export const ASLEEP = machine({ state: 'stopped', autostart: true });

// --- snapshots ------------------------------------------------------------------------------------

export function control(name: string, changes: Partial<ControlSnapshot> = {}): ControlSnapshot {
  return {
    name,
    lookups: lookups(name),
    handshakes: [...attempts(V4, ['ok'], certificate(), name), ...attempts(V6, ['ok'], certificate(), name)],
    site: observed(NO_SUCH_TENANT),
    ...changes,
  };
}

export interface PlatformChanges extends Partial<Omit<PlatformSnapshot, 'management' | 'monitor'>> {
  /** Applied to both control names. */
  readonly control?: Partial<ControlSnapshot>;
  readonly management?: Partial<PlatformSnapshot['management']>;
  readonly monitor?: Partial<PlatformSnapshot['monitor']>;
}

export function platform(changes: PlatformChanges = {}): PlatformSnapshot {
  const { control: controlChanges, management, monitor, ...rest } = changes;
  return {
    takenAt: NOW,
    controls: ['k3v9x1q0.systemprompt.io', 'zp7m2w4c.systemprompt.io'].map((name) =>
      control(name, controlChanges),
    ),
    wildcardClaims: observed([]),
    previousAnswerUntil: null,
    ...rest,
    management: {
      certificates: observed([WILDCARD]),
      machines: observed([machine()]),
      addresses: observed([V4, V6]),
      health: skipped('not-configured'),
      ...management,
    },
    monitor: {
      flyApi: observed({ api: 'machines' }),
      witnesses: [{ name: 'api.fly.io', result: observed({ connectMs: 10 }) }],
      clock: observed({ skewMs: 200, samples: 3 }),
      throttled: false,
      ...monitor,
    },
  };
}

export interface TenantChanges extends Partial<Omit<TenantSnapshot, 'platform' | 'tenant'>> {
  readonly tenant?: Partial<TenantSnapshot['tenant']>;
  readonly platform?: PlatformSnapshot;
}

export function tenant(changes: TenantChanges = {}): TenantSnapshot {
  const { tenant: identity, platform: shared, ...rest } = changes;
  const hostname = identity?.hostname ?? HOST;
  return {
    takenAt: NOW,
    trigger: 'gate',
    lookups: lookups(hostname),
    handshakes: handshakes(),
    managementHandshakes: [],
    site: observed(http(200)),
    direct: observed(http(200)),
    certificates: observed([]),
    machines: observed([machine()]),
    otherClaims: observed([]),
    ...rest,
    tenant: { id: TENANT, hostname, app: APP, labels: {}, ...identity },
    platform: shared ?? platform(),
  };
}

/** What follows when no handshake succeeds: nothing to ask the site over. */
export const UNREACHABLE = { handshakes: REFUSED, site: skipped('no-connection') } satisfies TenantChanges;

/** Both control names are refused on every address. */
export const CONTROLS_REFUSED = {
  control: { handshakes: REFUSED, site: skipped('no-connection') },
} satisfies PlatformChanges;
