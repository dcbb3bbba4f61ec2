import { randomUUID } from 'node:crypto';
import { verifyResult } from '../diagnosis/index.ts';
import type { CheckResult } from '../model/check.ts';
import type { TenantResult, VerifyResult } from '../model/diagnosis.ts';
import { namedTenants, type NamedTenants } from '../model/named-tenants.ts';
import type { Tenant } from '../model/tenant.ts';
import { MINUTE_MS, SECOND_MS } from '../model/time.ts';
import { waitAtMost } from '../model/wait-at-most.ts';
import { mapConcurrently } from '../monitor/concurrency.ts';
import type { HttpContext } from './context.ts';
import { HttpError } from './errors.ts';
import { createSharedRuns, type SharedRuns } from './shared-runs.ts';

/** Verifications that somebody asked for: they run in the daemon, whether or not anybody still waits. */
export interface Verifications {
  /**
   * Throws HttpError when a name means no tenant, or too many are running. All tenants are verified for one caller at a time; who asks
   * for them meanwhile shares the next time.
   */
  readonly start: (request: VerificationRequest) => Promise<Verification>;
  readonly get: (id: string) => Verification | undefined;
}

export interface VerificationRequest {
  /** Null: all tenants. */
  readonly names: readonly string[] | null;
  /** Sweep the organization first, so that claims of other apps are those of this moment. */
  readonly claims: boolean;
  readonly by: string;
}

export interface Verification {
  readonly id: string;
  readonly createdAt: number;
  readonly total: number;
  /** In the order in which they ended. */
  readonly finished: () => readonly TenantResult[];
  /** Checks that ended of tenants that have not. */
  readonly underWay: () => ReadonlyMap<Tenant, readonly CheckResult[]>;
  readonly result: () => VerifyResult | null;
  readonly state: () => 'running' | 'finished' | 'aborted';
  /** Resolves when it is over: with null when the daemon stopped before. */
  readonly over: Promise<VerifyResult | null>;
  /** Calls back whenever one of the above has changed; returns how to stop. A listener must not throw. */
  readonly listen: (listener: () => void) => () => void;
}

/** Up to so many are asked about one by one at Fly's API; more are cheaper to sweep. As the gate on the command line does it. */
const ASKED_ONE_BY_ONE = 10;
const MAX_RUNNING = 50;
/** All that run hold their results: together at most so many, or so many for each tenant of the fleet. */
const MAX_RUNNING_TENANTS = 5_000;
const MAX_RUNNING_TIMES = 5;
/** What is over is kept for who comes to fetch it, within bounds: a result of 10,000 tenants is about 40 MB. */
const KEEP_MS = 10 * MINUTE_MS;
const MAX_KEPT = 100;
const MAX_KEPT_TENANTS = 20_000;
/** A sweep that takes longer is not waited for: the last one has to do. */
const SWEEP_MS = 30 * SECOND_MS;

type VerificationsContext = Pick<
  HttpContext,
  'fleet' | 'scheduler' | 'platform' | 'config' | 'clock' | 'logger'
>;

export function createVerifications(context: VerificationsContext): Verifications {
  const { fleet, scheduler, platform, clock, logger } = context;
  // Half of the places for all verifications together: who watches the fleet goes on.
  const runs = createSharedRuns(scheduler, Math.ceil(context.config.limits.concurrency / 2));
  const kept = new Map<string, Kept>();

  const sweep = async (): Promise<void> => {
    await waitAtMost(
      SWEEP_MS,
      scheduler.sweepNow().catch(() => undefined),
      clock,
    );
  };

  const targetsOf = async (names: readonly string[] | null): Promise<readonly Tenant[]> => {
    if (!fleet.loaded()) throw new HttpError('unavailable', 'The list of tenants is not known yet.');
    if (names === null) return fleet.tenants();
    let named = namedTenants(names, fleet.tenants(), platform);
    // A tenant that was made a moment ago may not be discovered yet.
    if (named.unmatched.length === 0 && missing(named).length > 0) {
      await sweep();
      named = namedTenants(names, fleet.tenants(), platform);
    }
    const wrong = [
      ...named.unmatched.map(({ name, reason }) => `"${name}" is no tenant: ${reason}`),
      ...missing(named).map(({ id }) => `"${id}" is not among the tenants`),
    ];
    if (wrong.length > 0) throw new HttpError('no-such-tenant', wrong.slice(0, 5).join('; '));
    return named.tenants;
  };

  const missing = ({ tenants }: NamedTenants): readonly Tenant[] =>
    tenants.filter(({ id }) => fleet.tenant(id) === undefined);

  const forgetOld = (): void => {
    const over = [...kept].filter(([, { overAt }]) => overAt !== null);
    let tenants = over.reduce((sum, [, { verification }]) => sum + verification.total, 0);
    let count = over.length;
    for (const [id, { verification, overAt }] of over) {
      const old = clock.now() - (overAt ?? 0) > KEEP_MS;
      // The newest one stays however large it is: somebody is about to fetch it.
      const tooMuch = count > 1 && (count > MAX_KEPT || tenants > MAX_KEPT_TENANTS);
      if (!old && !tooMuch) continue;
      kept.delete(id);
      count -= 1;
      tenants -= verification.total;
    }
  };

  return {
    get: (id) => {
      forgetOld();
      return kept.get(id)?.verification;
    },
    start: async ({ names, claims, by }) => {
      const tenants = await targetsOf(names);
      forgetOld();
      const running = [...kept.values()].filter(({ overAt }) => overAt === null);
      const ofAll = names === null ? running.filter(({ all }) => all) : [];
      // One that has begun may have passed the tenant that this caller has just deployed.
      const next = ofAll.find(({ begun }) => !begun);
      if (next !== undefined) return next.verification;
      const together = running.reduce((sum, { verification }) => sum + verification.total, tenants.length);
      const most = Math.max(MAX_RUNNING_TENANTS, MAX_RUNNING_TIMES * fleet.tenants().length);
      if (running.length >= MAX_RUNNING || together > most)
        throw new HttpError('rate-limited', 'Too many verifications are running; try again later.');
      const swept = claims || tenants.length > ASKED_ONE_BY_ONE;
      const before = ofAll.at(-1)?.verification.over;
      const verification = run(context, runs, tenants, { before, sweep: swept ? sweep : null });
      const { id } = verification;
      logger.info({ verification: id, tenants: tenants.length, by }, 'verification asked for');
      const entry: Kept = { verification, all: names === null, begun: before === undefined, overAt: null };
      kept.set(id, entry);
      void before?.then(() => {
        entry.begun = true;
      });
      void verification.over.then(() => {
        entry.overAt = clock.now();
      });
      return verification;
    },
  };
}

interface Kept {
  readonly verification: Verification;
  readonly all: boolean;
  begun: boolean;
  overAt: number | null;
}

interface Course {
  /** Begins when this is over. */
  readonly before: Promise<unknown> | undefined;
  /** Null: Fly is asked about each tenant. */
  readonly sweep: (() => Promise<void>) | null;
}

function run(
  { fleet, config, clock, logger }: VerificationsContext,
  runs: SharedRuns,
  tenants: readonly Tenant[],
  { before, sweep }: Course,
): Verification {
  const id = randomUUID();
  const createdAt = clock.now();
  const finished: TenantResult[] = [];
  const underWay = new Map<Tenant, CheckResult[]>();
  const listeners = new Set<() => void>();
  let state: 'running' | 'finished' | 'aborted' = 'running';
  let result: VerifyResult | null = null;

  const tell = (): void => {
    for (const listener of listeners) listener();
  };

  const one = async (tenant: Tenant): Promise<void> => {
    const checks: CheckResult[] = [];
    underWay.set(tenant, checks);
    const onCheck = (check: CheckResult): void => {
      checks.push(check);
      tell();
    };
    const verified = await runs.run(tenant.id, sweep === null ? 'live' : 'swept', onCheck);
    underWay.delete(tenant);
    if (verified === undefined) {
      // The tenant went away meanwhile, which is no trouble, or the daemon stops.
      if (fleet.tenant(tenant.id) !== undefined) state = 'aborted';
      return;
    }
    finished.push(verified);
    tell();
  };

  const all = async (): Promise<VerifyResult | null> => {
    await before;
    const startedAt = clock.now();
    const startedMs = clock.monotonicMs();
    await sweep?.();
    // No more at a time than there are places, so that another verification waits for a few of ours, not for all.
    await mapConcurrently(tenants, Math.ceil(config.limits.concurrency / 2), one);
    const shared = fleet.shared();
    if (shared === undefined || state === 'aborted') return null;
    const order = new Map(tenants.map((tenant, index) => [tenant.id, index]));
    const inOrder = finished.toSorted((a, b) => (order.get(a.tenant) ?? 0) - (order.get(b.tenant) ?? 0));
    return verifyResult(startedAt, clock.monotonicMs() - startedMs, shared.result, inOrder);
  };

  const over = all()
    .catch((error: unknown) => {
      logger.error({ verification: id, error: String(error) }, 'a verification broke: a fault of ours');
      return null;
    })
    .then((document) => {
      result = document;
      state = document === null ? 'aborted' : 'finished';
      tell();
      listeners.clear();
      return document;
    });

  return {
    id,
    createdAt,
    total: tenants.length,
    finished: () => finished,
    underWay: () => underWay,
    result: () => result,
    state: () => state,
    over,
    listen: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
  };
}
