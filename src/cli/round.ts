import type { ConfigFlags } from '../config/index.ts';
import type { TenantResult, VerifyResult } from '../model/diagnosis.ts';

export interface RoundsRequest {
  readonly configPath: string | undefined;
  readonly flags: ConfigFlags;
  /** Names as the user gave them; null: all tenants. */
  readonly names: readonly string[] | null;
  readonly claims: boolean;
  readonly server: string | undefined;
  /** Undefined: 30 s, or what the number of tenants needs. */
  readonly timeoutMs: number | undefined;
}

export type Round =
  | { readonly kind: 'no-tenant'; readonly details: readonly string[] }
  /** Nobody could look: the daemon does not answer, and here nothing is set up for it. */
  | { readonly kind: 'not-looked'; readonly problem: string }
  | {
      readonly kind: 'result';
      readonly result: VerifyResult;
      readonly problem: string | null;
      /** How long a certificate on its way is worth waiting for; null: only the daemon knows. */
      readonly issuanceGraceMs: number | null;
    };

/** Where results come from: one round after another, from a daemon or from this machine. */
export interface Rounds {
  readonly next: () => Promise<Round>;
  /** What is known of tenants in the round that is running, when it is interrupted. */
  readonly finished: () => readonly TenantResult[];
  readonly close: () => Promise<void>;
}
