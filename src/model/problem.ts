import type { Scope } from './verdict.ts';

/** The catalogue's codes by scope. Stable: scripts, silences and dashboards name them. */
export const MONITOR_PROBLEMS = [
  'monitor-network-down',
  'fly-api-unavailable',
  'fly-token-rejected',
  'fly-rate-limited',
  'resolver-failing',
  'probe-throttled',
  'monitor-clock-skewed',
] as const;

export const PLATFORM_PROBLEMS = [
  'wildcard-dns-broken',
  'wildcard-claimed-elsewhere',
  'platform-tls-outage',
  'wildcard-certificate-missing',
  'wildcard-certificate-invalid',
  'wildcard-certificate-expired',
  'wildcard-certificate-expiring',
  'management-app-down',
] as const;

export const TENANT_PROBLEMS = [
  'certificate-on-tenant-app',
  'certificate-on-foreign-app',
  'dns-override',
  'dns-propagating',
  'dns-wildcard-shadowed',
  'dns-nxdomain',
  'dns-lookup-failing',
  'certificate-awaiting-configuration',
  'certificate-awaiting-issuance',
  'served-certificate-expired',
  'served-certificate-not-yet-valid',
  'served-certificate-expiring',
  'served-certificate-mismatched',
  'served-certificate-untrusted',
  'edge-partial-outage',
  'handshake-refused',
  'tenant-app-missing',
  'tenant-app-stopped',
  'tenant-app-crashing',
  'tenant-app-wont-start',
  'tenant-not-routed',
  'proxy-routing-broken',
  'site-error',
  'site-unexpected-status',
  'direct-unreachable',
  'site-indistinguishable',
] as const;

export const PROBLEM_CODES = [...MONITOR_PROBLEMS, ...PLATFORM_PROBLEMS, ...TENANT_PROBLEMS] as const;

export type MonitorProblem = (typeof MONITOR_PROBLEMS)[number];
export type PlatformProblem = (typeof PLATFORM_PROBLEMS)[number];
export type TenantProblem = (typeof TENANT_PROBLEMS)[number];
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** A root of another scope that explains what fails here. */
export interface ProblemRef {
  readonly scope: Scope;
  readonly code: ProblemCode;
}
