/** Which app and which name a place means, and whether that conflicts. */
import { isAppName, isHostname, isWithinDomain, normalizeHostname } from '../../model/hostname.ts';
import type { Platform } from '../../model/platform.ts';
import { tenantOfApp } from '../../model/tenant-names.ts';
import type { Finding, FindingReason } from './finding.ts';

type AppKind = 'tenant' | 'management' | 'other' | 'unknown';
type HostKind = 'platform' | 'custom' | 'unknown';
type Judgement = Pick<Finding, 'target' | 'verdict' | 'reason' | 'text'>;

const HOLE = /\u0001[^\u0002]*\u0002/g;

/** Texts with unresolved parts as `\u0001name\u0002`; null where nothing is given. */
export function judge(app: string | null, hostname: string | null, platform: Platform): Judgement {
  const host = hostname === null ? 'unknown' : hostKind(hostname, platform);
  const kind = app === null ? null : appKind(app, platform);
  const management = platform.managementApp;
  switch (kind) {
    case 'management':
      return say(
        'management-app',
        'pass',
        'management-app',
        `It adds to ${management}, where certificates of ${platform.domain} belong.`,
      );
    case 'tenant':
      if (host === 'custom') {
        return platform.customDomainsOn === 'tenant'
          ? say(
              'tenant-app',
              'pass',
              'custom-domain',
              'It adds a custom domain to a tenant’s app, which is configured so.',
            )
          : say(
              'tenant-app',
              'fail',
              'custom-domain-belongs-on-management',
              `It adds a custom domain to a tenant’s app; custom domains belong on ${management}.`,
            );
      }
      return host === 'unknown' && platform.customDomainsOn === 'tenant'
        ? say(
            'tenant-app',
            'warn',
            'hostname-unknown',
            `It adds to a tenant’s app; whether the name lies under ${platform.domain} cannot be told here.`,
          )
        : say(
            'tenant-app',
            'fail',
            'tenant-app',
            `It adds to a tenant’s app; certificates of ${platform.domain} belong on ${management}, and a second claim breaks handshakes.`,
          );
    case 'other':
      if (host === 'platform')
        return say(
          'unknown',
          'fail',
          'other-app',
          `It adds a name of ${platform.domain} to an app that is not ${management}.`,
        );
      return host === 'custom'
        ? say('unknown', 'pass', 'unrelated', 'Neither the name nor the app is part of the platform.')
        : say(
            'unknown',
            'warn',
            'hostname-unknown',
            `Whether the name lies under ${platform.domain} cannot be told here.`,
          );
    case 'unknown':
      return say(
        'unknown',
        'warn',
        'target-unknown',
        `Which app it adds to cannot be told here; for names of ${platform.domain} it must be ${management}.`,
      );
    case null:
      return say(
        'unknown',
        'warn',
        'app-not-given',
        `No app is named, so it is the one of the fly.toml at hand; for names of ${platform.domain} it must be ${management}.`,
      );
  }
}

function say(
  target: Finding['target'],
  verdict: 'fail' | 'warn' | 'pass',
  reason: FindingReason,
  text: string,
): Judgement {
  return { target, verdict, reason, text };
}

function appKind(text: string, platform: Platform): AppKind {
  const holes = [...text.matchAll(HOLE)];
  const literal = text.replace(HOLE, '');
  if (holes.length === 0) {
    if (literal === platform.managementApp) return 'management';
    if (tenantOfApp(literal, platform) !== null) return 'tenant';
    return isAppName(literal) ? 'other' : 'unknown';
  }
  if (literal === '') return byName(text);
  const [before = '', after = ''] = platform.tenantApp.split('{tenant}');
  const start = text.split('\u0001', 1)[0] ?? '';
  const tail = text.slice(text.lastIndexOf('\u0002') + 1);
  if (
    platform.managementApp.startsWith(start) &&
    platform.managementApp.endsWith(tail) &&
    start.length > before.length
  )
    return 'management';
  if (before + after !== '' && start.startsWith(before) && tail.endsWith(after)) return 'tenant';
  return byName(text);
}

/** What a name in the source says when its value is not there: `tenant_app_name`, `MANAGEMENT_APP`. */
function byName(text: string): AppKind {
  const name = text.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  if (/management|mgmt/.test(name)) return 'management';
  return /tenant|customer/.test(name) ? 'tenant' : 'unknown';
}

function hostKind(text: string, platform: Platform): HostKind {
  const name = normalizeHostname(text).replace(/^\*\./, '');
  const tail = name.slice(name.lastIndexOf('\u0002') + 1).replace(/^[^.]*(?=\.)/, '');
  if (!name.includes('\u0001')) {
    if (isWithinDomain(name, platform.domain)) return 'platform';
    return isHostname(name) ? 'custom' : 'unknown';
  }
  if (tail !== '' && isWithinDomain(`x${tail}`, platform.domain)) return 'platform';
  if (/^\.[a-z0-9-]+(?:\.[a-z0-9-]+)*$/.test(tail)) return 'custom';
  return /custom|vanity/.test(name) ? 'custom' : 'unknown';
}
