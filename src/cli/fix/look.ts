import type { TenantResult } from '../../model/diagnosis.ts';
import { notTaken } from '../../model/observation.ts';
import type { Platform } from '../../model/platform.ts';
import type { Tenant } from '../../model/tenant.ts';
import { inventoryView } from '../../monitor/fly-view.ts';
import { planRepair, type RepairDecision, type RepairSight, type RepairStep } from '../../repair/plan.ts';
import type { CliContext, FlyAccess, GateVerifier } from '../context.ts';

export interface Looking {
  readonly context: Pick<CliContext, 'clock' | 'signal'>;
  readonly verifier: GateVerifier;
  readonly fly: FlyAccess;
  readonly settings: Platform;
  readonly timeoutMs: number;
}

export interface LookedAt {
  readonly tenant: Tenant;
  readonly result: TenantResult;
  readonly decision: RepairDecision;
}

/** One verification, with the claims of the whole organization. */
export async function verifyTenants(
  { context, verifier, timeoutMs }: Omit<Looking, 'fly' | 'settings'>,
  tenants: readonly Tenant[],
): Promise<ReadonlyMap<string, TenantResult>> {
  const { tenants: results } = await verifier.round({
    tenants,
    trigger: 'manual',
    priority: 'gate',
    claims: true,
    wake: true,
    signal: AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]),
  });
  context.signal.throwIfAborted();
  return new Map(results.map((result) => [result.tenant, result]));
}

/** Verifies, reads the lists of certificates once more, and decides for each tenant. */
export async function lookAt(
  looking: Looking,
  tenants: readonly Tenant[],
  unfinished: (tenant: Tenant) => readonly RepairStep[],
): Promise<readonly LookedAt[]> {
  const { settings, timeoutMs, context, fly } = looking;
  const results = await verifyTenants(looking, tenants);
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]);
  const swept = await fly.probe.inventory(signal);
  context.signal.throwIfAborted();
  const view = inventoryView({
    inventory: () => Promise.resolve(swept),
    addresses: () =>
      Promise.resolve({ outcome: 'observed', at: context.clock.now(), durationMs: 0, facts: [] }),
    platform: settings,
    status: () => notTaken('not-needed'),
  });
  const { certificates } = await view.management(signal);
  const looked: LookedAt[] = [];
  for (const tenant of tenants) {
    const result = results.get(tenant.id);
    if (result === undefined) continue;
    const facts = await view.tenant(tenant, signal);
    const sight: RepairSight = { tenant, ...facts, platform: { management: { certificates } } };
    const bulk = tenants.length > 1;
    looked.push({
      tenant,
      result,
      decision: planRepair({ result, sight, settings, unfinished: unfinished(tenant), bulk }),
    });
  }
  return looked;
}
