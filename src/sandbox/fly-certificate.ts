import { normalizeHostname } from '../model/hostname.ts';
import { isIssued } from './app.ts';
import type { SandboxApp, SandboxCertificate } from './app.ts';
import { challengeTarget } from './claims.ts';
import type { World } from './world.ts';

/** A certificate in the words of the Machines API. */
export function certificateSummary(world: World, certificate: SandboxCertificate): object {
  const isConfigured = certificate.configuredAt !== null;
  const isActive = isIssued(certificate, world.now());
  return {
    hostname: certificate.hostname,
    status: restStatus(world, certificate),
    dns_provider: 'cloudflare',
    acme_dns_configured: isConfigured,
    acme_alpn_configured: isConfigured,
    acme_http_configured: isConfigured,
    ownership_txt_configured: false,
    configured: isConfigured,
    acme_requested: true,
    has_custom_certificate: certificate.source === 'custom' && isActive,
    has_fly_certificate: certificate.source === 'fly' && isActive,
    created_at: iso(certificate.createdAt),
    updated_at: iso(certificate.issuedAt ?? certificate.createdAt),
  };
}

export function certificateDetail(world: World, app: SandboxApp, certificate: SandboxCertificate): object {
  const isConfigured = certificate.configuredAt !== null;
  const hostname = normalizeHostname(certificate.hostname);
  return {
    hostname: certificate.hostname,
    status: restStatus(world, certificate),
    configured: isConfigured,
    acme_requested: true,
    dns_provider: 'cloudflare',
    certificates: [certificateEntry(world, certificate)],
    validation: {
      dns_configured: isConfigured,
      alpn_configured: isConfigured,
      http_configured: isConfigured,
      ownership_txt_configured: false,
    },
    dns_requirements: {
      a: app.addresses.shared === null ? app.addresses.ipv4 : [app.addresses.shared],
      aaaa: app.addresses.ipv6,
      cname: `${app.name}.${world.options.appDomain}`,
      acme_challenge: {
        name: `_acme-challenge.${hostname.replace('*.', '')}`,
        target: challengeTarget(app, hostname),
      },
      ownership: { name: `_fly-ownership.${hostname.replace('*.', '')}`, app_value: `app-${app.id}` },
    },
    validation_errors: validationErrors(world, app, certificate),
  };
}

/** Fly's advice, as it gives it: for a misplaced certificate, following it makes things worse. */
export function validationErrors(
  world: World,
  app: SandboxApp,
  certificate: SandboxCertificate,
): readonly ValidationError[] {
  if (certificate.configuredAt !== null) return [];
  const hostname = normalizeHostname(certificate.hostname).replace('*.', '');
  return [
    {
      code: 'DNS_RECORD_MISMATCH',
      message: "A Record does not match app's IP",
      remediation: `Add an A record for ${hostname} that points to ${app.addresses.shared ?? app.addresses.ipv4[0] ?? ''}, or a CNAME record for _acme-challenge.${hostname}`,
      timestamp: iso(world.now()),
    },
  ];
}

export interface ValidationError {
  readonly code: string;
  readonly message: string;
  readonly remediation: string;
  readonly timestamp: string;
}

function certificateEntry(world: World, certificate: SandboxCertificate): object {
  const isActive = isIssued(certificate, world.now());
  const expiry = certificate.expiresAt === null ? {} : { expires_at: iso(certificate.expiresAt) };
  return {
    source: certificate.source,
    status: restStatus(world, certificate),
    created_at: iso(certificate.createdAt),
    ...(isActive
      ? {
          ...expiry,
          issuer: "Let's Encrypt",
          issued: ['rsa', 'ecdsa'].map((type) => ({
            type,
            ...expiry,
            certificate_authority: 'lets_encrypt',
          })),
        }
      : { issued: [] }),
  };
}

function restStatus(world: World, certificate: SandboxCertificate): string {
  if (isIssued(certificate, world.now())) return 'active';
  return certificate.configuredAt === null ? 'pending_ownership' : 'pending_validation';
}

export function iso(at: number): string {
  return new Date(at).toISOString();
}
