import { diagnoseShared, diagnoseTenant, verifyResult, type SharedResult } from '../diagnosis/index.ts';
import type { CheckResult } from '../model/check.ts';
import type { TenantResult, VerifyResult } from '../model/diagnosis.ts';
import type { Priority } from '../model/priority.ts';
import type { PlatformSnapshot, TenantSnapshot } from '../model/snapshot.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Trigger } from '../model/verdict.ts';
import { mapConcurrently } from './concurrency.ts';
import type { FlyView } from './fly-view.ts';
import { createLiveChecks } from './live-checks.ts';
import { observePlatform, type PlatformObserver } from './observe-platform.ts';
import { observeTenant } from './observe-tenant.ts';
import { isSuspect, secondLook, type SecondLookOptions } from './second-look.ts';
import type { ServerDirectory } from './servers.ts';

export interface VerifierOptions extends PlatformObserver {
  readonly servers: ServerDirectory;
  readonly concurrency: number;
  readonly budget: SecondLookOptions['budget'];
  /** The view for one round: live calls for a few tenants, a sweep for many or when claims are asked for. */
  readonly view: (round: {
    readonly tenants: readonly Tenant[];
    readonly claims: boolean;
    readonly signal: AbortSignal;
  }) => FlyView;
}

export interface RoundRequest {
  readonly tenants: readonly Tenant[];
  readonly trigger: Trigger;
  readonly priority: Priority;
  /** Ask for the whole inventory, so that claims of other apps are known. */
  readonly claims: boolean;
  /** May sleeping apps be woken? */
  readonly wake: boolean;
  /** Ends the round: what is not known by then is `unknown`. */
  readonly signal: AbortSignal;
  readonly onCheck?: (tenant: Tenant, result: CheckResult) => void;
  readonly onTenant?: (result: TenantResult) => void;
}

/** One verification of some tenants with everything it needs, as the gate does it: observe, judge, diagnose. */
export interface Verifier {
  readonly round: (request: RoundRequest) => Promise<VerifyResult>;
}

export function createVerifier(options: VerifierOptions): Verifier {
  const { clock, platform } = options;
  return {
    round: async (request) => {
      const startedAt = clock.now();
      const startedMs = clock.monotonicMs();
      const { tenants, trigger, priority, wake, signal } = request;
      const view = options.view({ tenants, claims: request.claims, signal });
      const servers = options.servers.servers(signal);
      const observe = (throttled: boolean): Promise<PlatformSnapshot> =>
        observePlatform(options, { view, servers, priority, throttled, previousAnswerUntil: null }, signal);
      const observed = observe(false);
      const suspects = new Map<TenantResult, TenantSnapshot>();
      const judged = observed.then((snapshot) => ({ snapshot, shared: diagnoseShared(snapshot, platform) }));

      const verifyOne = async (tenant: Tenant): Promise<TenantResult> => {
        const live = createLiveChecks(tenant, trigger, platform, (check) => request.onCheck?.(tenant, check));
        const snapshot = await observeTenant(
          options,
          {
            ...{ tenant, trigger, priority, view, servers, wake, handshakeOnly: false, shared: observed },
            onPart: request.onCheck === undefined ? undefined : live.take,
          },
          signal,
        );
        const result = diagnoseTenant(snapshot, (await judged).shared, platform);
        request.onTenant?.(result);
        if (isSuspect(result)) suspects.set(result, snapshot);
        return result;
      };

      const results = await mapConcurrently(tenants, options.concurrency, verifyOne);
      const { shared } = await judged;
      const document = (by: SharedResult, of: readonly TenantResult[]): VerifyResult =>
        verifyResult(startedAt, clock.monotonicMs() - startedMs, by, of);
      const looking = { ...options, observe };
      const later = await secondLook(looking, [...suspects.keys()], await observed, priority, signal);
      if (later === undefined) return document(shared, results);
      const then = diagnoseShared(later, platform);
      return document(
        then,
        results.map((result) => {
          const snapshot = suspects.get(result);
          return snapshot === undefined
            ? result
            : diagnoseTenant({ ...snapshot, platform: later }, then, platform);
        }),
      );
    },
  };
}
