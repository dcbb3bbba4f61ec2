/** What an entry of the catalogue consists of, and what its remedy is built from. */
import type { RemediationStep } from '../model/diagnosis.ts';
import type { Platform } from '../model/platform.ts';
import type { ProblemCode } from '../model/problem.ts';
import type { PlatformSnapshot, TenantSnapshot } from '../model/snapshot.ts';
import type { Scope } from '../model/verdict.ts';

/** One entry of the catalogue: words for people, and the way out. */
export interface Problem {
  readonly code: ProblemCode;
  readonly scope: Scope;
  /** A few words, for headings. */
  readonly title: string;
  /** What this is and what users of the site notice, for someone who never met it. */
  readonly explanation: string;
  /** The same for as long as it is a warning: a problem that is known before users notice it. */
  readonly latentExplanation?: string;
  /** Which facts separate it from its lookalikes. */
  readonly toldApartBy: string;
  /** Can it end without anybody acting? A gate that waits gives up early on what cannot. */
  readonly curedByWaiting: boolean;
  /** Ordered steps with the case's own values; a pure function of what was seen. */
  readonly remedy: (context: RemedyContext) => readonly RemediationStep[];
}

export interface RemedyContext {
  readonly platform: Platform;
  readonly shared: PlatformSnapshot;
  /** Null for a problem of the platform or of the monitor. */
  readonly tenant: TenantSnapshot | null;
  /** Every other problem found at the same subject, the root included where this one is not it: the order of repairs depends on them. */
  readonly alsoFound: readonly ProblemCode[];
  /** Many tenants have this at once: nothing is ordered from the certificate authority in bulk. */
  readonly storm: boolean;
}

/** The remedy of a tenant's problem, for a known tenant. */
export type TenantRemedy = (
  context: RemedyContext & { readonly tenant: TenantSnapshot },
) => readonly RemediationStep[];

export type Entry = Omit<Problem, 'code' | 'scope'>;

/** Adds code and scope to each entry; the key is the code. */
export function problems<Code extends ProblemCode>(
  scope: Scope,
  entries: Readonly<Record<Code, Entry>>,
): Readonly<Record<Code, Problem>> {
  const complete: Partial<Record<Code, Problem>> = {};
  for (const code of Object.keys(entries) as Code[]) complete[code] = { ...entries[code], code, scope };
  return complete as Record<Code, Problem>;
}

/** A tenant's remedy needs the tenant's values; without a snapshot of one there is nothing to say. */
export function ofTenant(remedy: TenantRemedy): Problem['remedy'] {
  return (context) => (context.tenant === null ? [] : remedy({ ...context, tenant: context.tenant }));
}
