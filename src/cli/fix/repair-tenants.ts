import type { TenantResult } from '../../model/diagnosis.ts';
import type { Tenant } from '../../model/tenant.ts';
import { SECOND_MS } from '../../model/time.ts';
import type { RepairStep } from '../../repair/plan.ts';
import { planDetail, REPAIR_ACTION } from '../../repair/record.ts';
import type { MadeStep, TenantRepair } from '../../repair/report.ts';
import type { CliContext } from '../context.ts';
import { applyStep, type Applying } from './apply.ts';
import { verifyTenants, type LookedAt, type Looking } from './look.ts';

export interface Repairing extends Looking, Omit<Applying, 'fly' | 'clock'> {
  readonly clock: CliContext['clock'];
  /** How long a verification may take to pass. */
  readonly waitMs: number;
}

const AGAIN_MS = 3 * SECOND_MS;

/**
 * Applies the plans: everywhere what is always to be done first, then a look, then the rest only where it still fails. A tenant whose step
 * failed is left as it is.
 */
export async function repairTenants(
  looked: readonly LookedAt[],
  repairing: Repairing,
): Promise<ReadonlyMap<string, Pick<TenantRepair, 'made' | 'verdict'>>> {
  const { clock, actor, repair } = repairing;
  const work = looked.flatMap(({ tenant, decision }) =>
    decision.decision === 'plan' ? [{ tenant, steps: decision.plan.steps, made: [] as MadeStep[] }] : [],
  );
  const note = (
    tenant: Tenant,
    outcome: 'started' | 'done' | 'failed',
    steps: readonly RepairStep[],
  ): void => {
    repair.audit.add({
      at: clock.now(),
      actor,
      action: REPAIR_ACTION,
      subject: tenant.id,
      outcome,
      detail: planDetail(steps),
    });
  };
  const make = async (when: RepairStep['when'], some: typeof work): Promise<void> => {
    for (const { tenant, steps, made } of some)
      for (const step of steps.filter((one) => one.when === when)) {
        // A step builds on the one before it: nothing is added while the conflict stands.
        if (repairing.signal.aborted || made.some(({ outcome }) => outcome === 'failed')) break;
        made.push(await applyStep(repairing, tenant, step));
      }
  };

  for (const { tenant, steps } of work) note(tenant, 'started', steps);
  await make('always', work);
  repairing.signal.throwIfAborted();
  const tenants = work.map(({ tenant }) => tenant);
  const later = work.filter(({ steps }) => steps.some(({ when }) => when === 'if-still-failing'));
  const broken = work.some(({ made }) => made.some(({ outcome }) => outcome === 'failed'));
  // What failed does not pass by waiting.
  const patienceMs = later.length > 0 ? Math.min(repairing.waitMs, PATIENCE_MS) : repairing.waitMs;
  let results = await untilPassed(repairing, tenants, broken ? 0 : patienceMs);
  const failing = later.filter(({ tenant }) => results.get(tenant.id)?.verdict === 'fail');
  if (failing.length > 0) {
    await make('if-still-failing', failing);
    results = await untilPassed(repairing, tenants, repairing.waitMs);
  }
  return new Map(
    work.map(({ tenant, steps, made }) => {
      const verdict = results.get(tenant.id)?.verdict ?? 'unknown';
      const passed = isGood(results.get(tenant.id)) && !made.some(({ outcome }) => outcome === 'failed');
      note(tenant, passed ? 'done' : 'failed', steps);
      return [tenant.id, { made, verdict }];
    }),
  );
}

/** In bulk: how long a site gets to recover from the removal alone. */
const PATIENCE_MS = 30 * SECOND_MS;

/** Looks until all pass or the time is over; the results of the last look. */
async function untilPassed(
  repairing: Repairing,
  tenants: readonly Tenant[],
  waitMs: number,
): Promise<ReadonlyMap<string, TenantResult>> {
  const { clock, signal } = repairing;
  const deadlineMs = clock.monotonicMs() + waitMs;
  for (;;) {
    const results = await verifyTenants(repairing, tenants);
    if (tenants.every(({ id }) => isGood(results.get(id))) || clock.monotonicMs() >= deadlineMs)
      return results;
    await clock.sleep(Math.min(AGAIN_MS, Math.max(0, deadlineMs - clock.monotonicMs())), signal);
  }
}

function isGood(result: TenantResult | undefined): boolean {
  return result?.verdict === 'pass' || result?.verdict === 'warn';
}
