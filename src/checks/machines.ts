import type { Machine } from '../model/fly.ts';
import type { JsonObject } from '../model/json.ts';

/**
 * What the machines of an app say together: `started` at least one; `asleep` none, and the proxy may start every one;
 * `starting` none yet, and some are on their way; `stopped` none, and not every one may be started by the proxy;
 * `crashing` every one that could serve restarted by itself or ended in a crash.
 */
export type MachinesState =
  | 'started'
  | 'crashing'
  | 'asleep'
  | 'starting'
  | 'stopped'
  | 'no-machines'
  | 'autostart-unknown'
  | 'unknown';

/** Machines that are no more, or about to be, say nothing of the app. */
export function liveMachines(machines: readonly Machine[]): readonly Machine[] {
  return machines.filter(({ state }) => state !== 'destroyed' && state !== 'destroying');
}

export function machinesState(machines: readonly Machine[]): MachinesState {
  const live = liveMachines(machines);
  if (live.length === 0) return 'no-machines';
  const started = live.filter(({ state }) => state === 'started');
  if (started.length > 0) return started.every(({ crashing }) => crashing === true) ? 'crashing' : 'started';
  // A state that we cannot read may be "started".
  if (live.some(({ state }) => state === 'unknown')) return 'unknown';
  if (live.some(({ state }) => state === 'starting' || state === 'created' || state === 'replacing')) {
    return 'starting';
  }
  if (live.some(({ state, crashing }) => state === 'failed' || crashing === true)) return 'crashing';
  if (live.some(({ autostart }) => autostart === false)) return 'stopped';
  return live.some(({ autostart }) => autostart === null) ? 'autostart-unknown' : 'asleep';
}

/** `3 machines: 1 started, 2 stopped`. */
export function machinesText(machines: readonly Machine[]): string {
  const live = liveMachines(machines);
  const states = new Map<string, number>();
  for (const { state } of live) states.set(state, (states.get(state) ?? 0) + 1);
  const parts = [...states].map(([state, n]) => `${n} ${state}`);
  return `${live.length} ${live.length === 1 ? 'machine' : 'machines'}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
}

export function machinesEvidence(machines: readonly Machine[]): readonly JsonObject[] {
  return machines.slice(0, 20).map(({ id, state, region, autostart, crashing }) => ({
    id,
    state,
    region,
    autostart,
    crashing,
  }));
}
