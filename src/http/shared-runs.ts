import type { CheckResult } from '../model/check.ts';
import type { TenantResult } from '../model/diagnosis.ts';
import type { Scheduler } from '../schedule/scheduler.ts';

/** Runs for everybody who asks over HTTP. */
export interface SharedRuns {
  /** Undefined when the tenant is gone, or the daemon stops. */
  readonly run: (
    tenant: string,
    facts: 'live' | 'swept',
    onCheck: (check: CheckResult) => void,
  ) => Promise<TenantResult | undefined>;
}

interface WaitingRun {
  readonly tenant: string;
  readonly facts: 'live' | 'swept';
  readonly listeners: ((check: CheckResult) => void)[];
  readonly result: Promise<TenantResult | undefined>;
  readonly settle: (result: TenantResult | undefined) => void;
}

/**
 * All of them together take no more than `places` at a time, however many verifications are asked for: who watches the fleet goes on.
 * Who asks for a tenant whose run has not begun shares that run. One that has begun may have missed what they want to know.
 */
export function createSharedRuns(scheduler: Pick<Scheduler, 'verifyNow'>, places: number): SharedRuns {
  /** By tenant and facts, in the order of asking. */
  const waiting = new Map<string, WaitingRun>();
  let busy = 0;

  const begin = ({ tenant, facts, listeners, settle }: WaitingRun): void => {
    const onCheck = (check: CheckResult): void => {
      for (const listener of listeners) listener(check);
    };
    busy += 1;
    void scheduler
      .verifyNow(tenant, 'gate', onCheck, facts)
      .then(settle)
      .finally(() => {
        busy -= 1;
        pump();
      });
  };

  const pump = (): void => {
    for (const [key, run] of waiting) {
      if (busy >= places) return;
      waiting.delete(key);
      begin(run);
    }
  };

  return {
    run: (tenant, facts, onCheck) => {
      const key = `${facts} ${tenant}`;
      const there = waiting.get(key);
      if (there !== undefined) {
        there.listeners.push(onCheck);
        return there.result;
      }
      const { promise: result, resolve: settle } = Promise.withResolvers<TenantResult | undefined>();
      waiting.set(key, { tenant, facts, listeners: [onCheck], result, settle });
      pump();
      return result;
    },
  };
}
