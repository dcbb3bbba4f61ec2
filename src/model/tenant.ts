/** One customer's site. */
export interface Tenant {
  readonly id: string;
  /** Normalized host name, below the platform's domain or a custom domain. */
  readonly hostname: string;
  /** Name of the tenant's Fly app. */
  readonly app: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** `labels.suspended: true` means down on purpose: skipped, no page at night. */
export function isSuspended(tenant: Tenant): boolean {
  return tenant.labels.suspended === 'true';
}
