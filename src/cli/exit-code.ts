import type { VerifyResult } from '../model/diagnosis.ts';
import { gateVerdict, type GateRules } from '../reports/weight.ts';
import type { StopSignal } from './interrupted.ts';

/** The exit codes that scripts depend on (DESIGN: contracts). */
export const EXIT = {
  passed: 0,
  failed: 1,
  usage: 2,
  couldNotTell: 3,
  noTenant: 4,
  SIGINT: 130,
  SIGTERM: 143,
} as const;

/** How a verification ended. */
export type VerifyOutcome =
  | { readonly kind: 'no-tenant' }
  | { readonly kind: 'interrupted'; readonly by: StopSignal }
  | {
      readonly kind: 'judged';
      readonly result: VerifyResult;
      /** Are these all the tenants that were asked for? A list that could not be read hides the others. */
      readonly complete: boolean;
      /** Did it pass as often in a row as was asked? */
      readonly confirmed: boolean;
    };

/** 1 means a judged failure and nothing else; a failed check of the monitor leaves others unknown and is 3. */
export function exitCode(outcome: VerifyOutcome, rules: GateRules): number {
  switch (outcome.kind) {
    case 'no-tenant':
      return EXIT.noTenant;
    case 'interrupted':
      return EXIT[outcome.by];
    case 'judged': {
      const verdict = gateVerdict(outcome.result, rules);
      if (verdict === 'failed') return EXIT.failed;
      return verdict === 'passed' && outcome.complete && outcome.confirmed ? EXIT.passed : EXIT.couldNotTell;
    }
  }
}
