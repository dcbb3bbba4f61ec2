import { normalizeHostname } from '../model/hostname.ts';
import { DAY_MS } from '../model/time.ts';
import type { MutableApp, SandboxApp, SandboxCertificate } from './app.ts';
import type { Ids } from './ids.ts';
import { answerFrom } from './zone.ts';
import type { Zone } from './zone.ts';

/** The life of certificates on apps: asked for, validated against DNS, issued, known to the edge, withdrawn. */
export interface Claims {
  /**
   * Adds a certificate to an app, as `fly certs add` does: issuance begins when DNS points to the app, else it waits. The
   * edge learns of it after `propagationMs`. `issued` makes it ready at once, whatever DNS says.
   */
  readonly addCertificate: (app: string, hostname: string, given?: GivenCertificate) => SandboxCertificate;
  /** Takes effect at once, at the edge, too. False: the app holds no such certificate. */
  readonly removeCertificate: (app: string, hostname: string) => boolean;
  /** Looks at DNS again, as `fly certs check` does; counted in {@link Claims.revalidations}. */
  readonly checkCertificate: (app: string, hostname: string) => SandboxCertificate | undefined;
  readonly revalidations: () => number;
  /** The edge learns now of the name's certificates, or of all. */
  readonly propagate: (hostname?: string) => void;
  /** The apps whose certificate for exactly this name (which may be a wildcard) the edge knows. */
  readonly holders: (hostname: string) => readonly Holder[];
}

export interface GivenCertificate {
  readonly issued?: boolean;
  readonly source?: 'fly' | 'custom';
  readonly createdAt?: number;
  readonly expiresAt?: number;
  readonly effective?: 'now' | 'never';
}

export interface Holder {
  readonly app: string;
  readonly certificate: SandboxCertificate;
}

export interface ClaimsContext {
  readonly app: (name: string) => MutableApp;
  readonly zones: () => readonly Zone[];
  readonly ids: Ids;
  readonly now: () => number;
  readonly propagationMs: number;
  readonly issuanceMs: number;
}

const LETS_ENCRYPT_MS = 90 * DAY_MS;

export function createClaims(context: ClaimsContext): Claims {
  const { app: find, zones, ids, now } = context;
  const claims = new Map<string, Map<string, SandboxCertificate>>();
  let revalidations = 0;

  const put = (app: MutableApp, certificate: SandboxCertificate): SandboxCertificate => {
    const hostname = normalizeHostname(certificate.hostname);
    app.certificates.set(hostname, certificate);
    const holders = claims.get(hostname) ?? new Map<string, SandboxCertificate>();
    claims.set(hostname, holders.set(app.name, certificate));
    return certificate;
  };

  const withdraw = (app: MutableApp, hostname: string): boolean => {
    const name = normalizeHostname(hostname);
    const holders = claims.get(name);
    holders?.delete(app.name);
    if (holders?.size === 0) claims.delete(name);
    return app.certificates.delete(name);
  };

  /** Would Fly find its requirements met: every address of the name is one of the app's own? */
  const pointsToApp = (hostname: string, app: MutableApp): boolean => {
    const name = normalizeHostname(hostname);
    if (name.startsWith('*.')) {
      const challenge = answerFrom(zones(), `_acme-challenge.${name.slice(2)}`, 'CNAME');
      return challenge?.records.some(({ data }) => data === challengeTarget(app, name)) ?? false;
    }
    const own = new Set([...app.addresses.ipv4, ...app.addresses.ipv6, app.addresses.shared]);
    const found = ['A', 'AAAA'].flatMap((type) =>
      (answerFrom(zones(), name, type)?.records ?? []).filter((record) => record.type === type),
    );
    return found.length > 0 && found.every(({ data }) => own.has(data));
  };

  const validated = (app: MutableApp, certificate: SandboxCertificate): SandboxCertificate => {
    if (certificate.configuredAt !== null || !pointsToApp(certificate.hostname, app)) return certificate;
    const issuedAt = now() + context.issuanceMs;
    return { ...certificate, configuredAt: now(), issuedAt, expiresAt: issuedAt + LETS_ENCRYPT_MS };
  };

  return {
    addCertificate: (name, hostname, given = {}) => {
      const app = find(name);
      if (app.certificates.has(normalizeHostname(hostname)))
        throw new Error(`Hostname already exists on app ${name}`);
      const createdAt = given.createdAt ?? now();
      const propagated = given.effective === 'now' ? createdAt : createdAt + context.propagationMs;
      const bare: SandboxCertificate = {
        id: ids.certificate(),
        hostname,
        source: given.source ?? 'fly',
        createdAt,
        effectiveAt: given.effective === 'never' ? Infinity : propagated,
        configuredAt: null,
        issuedAt: null,
        expiresAt: given.expiresAt ?? null,
      };
      if (given.issued !== true) return put(app, validated(app, bare));
      return put(app, {
        ...bare,
        configuredAt: createdAt,
        issuedAt: createdAt,
        expiresAt: given.expiresAt ?? createdAt + LETS_ENCRYPT_MS,
      });
    },
    removeCertificate: (name, hostname) => withdraw(find(name), hostname),
    checkCertificate: (name, hostname) => {
      const app = find(name);
      const certificate = app.certificates.get(normalizeHostname(hostname));
      if (certificate === undefined) return undefined;
      revalidations += 1;
      return put(app, validated(app, certificate));
    },
    revalidations: () => revalidations,
    propagate: (hostname) => {
      const wanted = hostname === undefined ? undefined : normalizeHostname(hostname);
      for (const [name, holders] of claims) {
        if (wanted !== undefined && wanted !== name) continue;
        for (const [holder, certificate] of holders)
          if (certificate.effectiveAt > now()) put(find(holder), { ...certificate, effectiveAt: now() });
      }
    },
    holders: (hostname) =>
      [...(claims.get(normalizeHostname(hostname)) ?? [])]
        .filter(([, certificate]) => certificate.effectiveAt <= now())
        .map(([app, certificate]) => ({ app, certificate })),
  };
}

/** Where Fly wants `_acme-challenge.<name>` to point. */
export function challengeTarget(app: SandboxApp, hostname: string): string {
  return `${normalizeHostname(hostname).replace('*.', '')}.${app.id}.flydns.net`;
}
