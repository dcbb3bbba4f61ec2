/** The settings that checks and diagnosis judge by: the `platform` block of the configuration and the limits beside it. */
export interface Platform {
  readonly domain: string;
  readonly managementApp: string;
  /** App name of a tenant, with `{tenant}`. */
  readonly tenantApp: string;
  /** Host name of a tenant, with `{tenant}` and `{domain}`. */
  readonly tenantHost: string;
  /** Source of a regular expression without flags that a tenant's id matches. */
  readonly tenantIdPattern: string;
  /** Host name of the direct request, with `{app}`. */
  readonly directHost: string;
  /** First labels of names below the domain that are not tenants. */
  readonly otherHosts: readonly string[];
  readonly customDomainsOn: 'management' | 'tenant';
  readonly edge: 'direct' | 'proxied';
  readonly httpsPort: number;
  readonly expectedStatus: readonly number[];
  readonly dialect: 'fly' | 'systemprompt';
  /** Days left of a certificate below which it warns, and below which it fails. */
  readonly warnDays: number;
  readonly failDays: number;
  /** How long a certificate may be on its way before waiting is no cure. */
  readonly issuanceGraceMs: number;
  /** Base of the runbook links, absolute, without a final slash; `{code}` in it stands for the problem's code. */
  readonly runbookBaseUrl: string;
  /** The organization at Fly, for the commands that need it; null or absent where none is configured. */
  readonly flyOrg?: string | null;
}
