import type { Findings } from '../forensics/investigate.ts';
import type { AuditEntry } from '../model/audit.ts';
import type { Delivery, IncidentEvent } from '../model/delivery.ts';
import type { TenantResult } from '../model/diagnosis.ts';
import type { ClaimRecord, ScopeState } from '../model/history.ts';
import type { Incident } from '../model/incident.ts';
import type { Platform } from '../model/platform.ts';
import type { Tenant } from '../model/tenant.ts';

/** Everything that the draft is made of. Times are milliseconds since the epoch. */
export interface PostMortemFacts {
  readonly writtenAt: number;
  readonly incident: Incident;
  /** Oldest first. */
  readonly events: readonly IncidentEvent[];
  readonly platform: Platform;
  /** Null for an incident of the platform or of the monitor. */
  readonly tenant: Tenant | null;
  /** Null where no misplaced certificate is in question. */
  readonly findings: Findings | null;
  /** What one run saw when it was worst. */
  readonly worst: { readonly at: number; readonly result: TenantResult } | null;
  /** How the platform stood at that time. */
  readonly platformState: Extract<ScopeState, { scope: 'platform' }> | null;
  /** Every life of a certificate for the host name. */
  readonly claims: readonly ClaimRecord[];
  readonly deliveries: readonly Delivery[];
  /** What was changed through tenantwatch, oldest first. */
  readonly acts: readonly AuditEntry[];
}
