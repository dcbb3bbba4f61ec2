import { PRIORITIES, type Priority } from '../model/priority.ts';

/** Work by tenant with priorities and a bound: a tenant is in it once, and more urgent work for it goes forward. */
export interface WorkQueue<Job> {
  /** False when the tenant is in work or waits already at the same or a higher priority: dropped, not queued up. */
  readonly push: (key: string, priority: Priority, job: Job) => boolean;
  readonly waiting: () => number;
  /** What has waited longest at this priority. */
  readonly first: (priority: Priority) => Job | undefined;
  readonly running: () => number;
  /** Resolves when nothing waits and nothing runs. */
  readonly idle: () => Promise<void>;
  /** Forgets what waits; what runs goes on. */
  readonly clear: () => void;
}

export function createWorkQueue<Job>(
  concurrency: number,
  work: (key: string, priority: Priority, job: Job) => Promise<void>,
): WorkQueue<Job> {
  const lanes = new Map(PRIORITIES.map((priority) => [priority, new Map<string, Job>()]));
  const laneOf = new Map<string, Priority>();
  const active = new Set<string>();
  let idleWaiters: (() => void)[] = [];

  const next = (): { key: string; priority: Priority; job: Job } | undefined => {
    for (const [priority, lane] of lanes) {
      for (const [key, job] of lane) {
        // Urgent work for a tenant that is being verified waits for the end of that run.
        if (!active.has(key)) return { key, priority, job };
      }
    }
    return undefined;
  };

  const pump = (): void => {
    while (active.size < concurrency) {
      const one = next();
      if (one === undefined) break;
      lanes.get(one.priority)?.delete(one.key);
      laneOf.delete(one.key);
      active.add(one.key);
      void work(one.key, one.priority, one.job).finally(() => {
        active.delete(one.key);
        pump();
      });
    }
    if (active.size === 0 && laneOf.size === 0) {
      for (const resolve of idleWaiters) resolve();
      idleWaiters = [];
    }
  };

  return {
    push: (key, priority, job) => {
      const current = laneOf.get(key);
      if (current !== undefined && PRIORITIES.indexOf(current) <= PRIORITIES.indexOf(priority)) return false;
      if (active.has(key) && (priority === 'routine' || priority === 'failing')) return false;
      if (current !== undefined) lanes.get(current)?.delete(key);
      lanes.get(priority)?.set(key, job);
      laneOf.set(key, priority);
      pump();
      return true;
    },
    waiting: () => laneOf.size,
    first: (priority) => lanes.get(priority)?.values().next().value,
    running: () => active.size,
    idle: () =>
      active.size === 0 && laneOf.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => idleWaiters.push(resolve)),
    clear: () => {
      for (const lane of lanes.values()) lane.clear();
      laneOf.clear();
    },
  };
}
