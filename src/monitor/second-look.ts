import type { TenantResult } from '../model/diagnosis.ts';
import type { Priority } from '../model/priority.ts';
import type { PlatformSnapshot } from '../model/snapshot.ts';
import { controlName, type PlatformObserver } from './observe-platform.ts';
import { MIN_FAILING, PAUSE_MS } from './throttle.ts';

export interface SecondLookOptions extends Pick<
  PlatformObserver,
  'probes' | 'clock' | 'random' | 'platform'
> {
  readonly budget: {
    readonly pause: (durationMs: number) => void;
    /** Of the configured rate, above 0 to 1. */
    readonly setShare: (share: number) => void;
  };
  /** Takes the platform's snapshot once more. */
  readonly observe: (throttled: boolean) => Promise<PlatformSnapshot>;
}

/** As many at once as a round that is throttled makes in its first second. */
const VOLLEY = 24;
/** Made one after another in the pause: more than luck would let through where some handshakes fail at any pace. */
const QUIET = 6;
const QUIET_SPACING_MS = 300;

/** Failed in a way that many names share when the trouble is not theirs. */
export function isSuspect({ checks }: TenantResult): boolean {
  return checks.some(
    ({ id, verdict, reason }) =>
      verdict === 'fail' &&
      (id === 'tls-handshake' || (id === 'dns-wildcard' && reason === 'lookup-failing')),
  );
}

/**
 * Before many tenants are blamed at the end of a round, the platform is looked at once more: an outage may have begun after the first
 * look, and Fly's edge aborts handshakes that come too fast, which looks exactly like a certificate conflict. That is told apart by an
 * experiment with names that no tenant owns: do they fail when many are tried at once, and succeed one by one after a pause?
 *
 * @returns undefined where too few fail to ask, or the round's time is over: what was seen then stands
 */
export async function secondLook(
  options: SecondLookOptions,
  suspects: readonly TenantResult[],
  first: PlatformSnapshot,
  priority: Priority,
  signal: AbortSignal,
): Promise<PlatformSnapshot | undefined> {
  const isOver = (): boolean => signal.aborted;
  if (suspects.length < MIN_FAILING || isOver()) return undefined;
  const refused = suspects.filter(({ checks }) =>
    checks.some(({ id, verdict }) => id === 'tls-handshake' && verdict === 'fail'),
  );
  const throttled = refused.length >= MIN_FAILING && (await isThrottled(options, first, priority, signal));
  const snapshot = await options.observe(throttled);
  return isOver() ? undefined : snapshot;
}

async function isThrottled(
  { probes, clock, random, platform, budget }: SecondLookOptions,
  { controls }: PlatformSnapshot,
  priority: Priority,
  signal: AbortSignal,
): Promise<boolean> {
  const address = controls
    .flatMap(({ handshakes }) => handshakes)
    .find(({ attempt }) => attempt === 1)?.address;
  if (address === undefined) return false;
  const succeeds = async (): Promise<boolean> => {
    const serverName = controlName(platform, random);
    const target = { address, port: platform.httpsPort, serverName, attempt: 1, priority };
    return (await probes.handshake(target, signal)).result.outcome === 'observed';
  };
  const volley = await Promise.all(Array.from({ length: VOLLEY }, succeeds));
  if (volley.every(Boolean)) return false;
  budget.pause(PAUSE_MS);
  for (let attempt = 0; attempt < QUIET; attempt += 1) {
    if (!(await succeeds())) return false;
    await clock.sleep(QUIET_SPACING_MS, signal).catch(() => undefined);
  }
  // For the rounds that follow, where there are any.
  budget.setShare(0.5);
  return !signal.aborted;
}
