import type { CheckId } from '../../model/check.ts';
import type { Verdict } from '../../model/verdict.ts';

/** What the pages call things. Texts are escaped by the renderer, never here. */

/** How a tenant stands for a reader: its verdict, or nothing yet. */
export type Standing = Verdict | 'waiting';

/** What needs a person first. */
export const STANDINGS: readonly Standing[] = ['fail', 'unknown', 'warn', 'waiting', 'pass', 'skipped'];

export const STANDING_WORDS: Readonly<Record<Standing, string>> = {
  fail: 'failing',
  unknown: 'unknown',
  warn: 'warning',
  waiting: 'not verified yet',
  pass: 'passing',
  skipped: 'skipped',
};

export const CHECK_LABELS: Readonly<Record<CheckId, string>> = {
  'dns-wildcard': 'DNS',
  'tls-handshake': 'TLS handshake',
  'certificate-validity': 'Certificate',
  'site-response': 'Site',
  'direct-response': 'Direct',
  'tenant-certificates': 'Own claims',
  'management-certificate': 'Proxy cert',
  'machines-started': 'Machines',
  'hostname-claims': 'Other claims',
  'wildcard-dns': 'Wildcard DNS',
  'control-handshake': 'Control handshake',
  'wildcard-certificate': 'Wildcard certificate',
  'wildcard-claims': 'Wildcard claims',
  'management-app': 'Management app',
  'fly-api': 'Fly API',
  resolvers: 'Resolvers',
  'monitor-network': 'Network',
  'monitor-clock': 'Clock',
};
