import type { z } from 'zod';
import type { Machine, MachineState } from '../model/fly.ts';
import { plainText } from '../model/text.ts';
import { MINUTE_MS } from '../model/time.ts';
import { exitRequest, machineConfig } from './answers.ts';
import type { appMachinesPage, machine, machineEvent, orgMachine } from './answers.ts';
import { milliseconds } from './time.ts';

/** A started machine whose last crash is longer ago than this has recovered. */
const RECENT_CRASH_MS = 10 * MINUTE_MS;

const STATES: Readonly<Record<string, MachineState>> = {
  created: 'created',
  creating: 'created',
  launching: 'starting',
  starting: 'starting',
  restarting: 'starting',
  started: 'started',
  stopping: 'stopping',
  stopped: 'stopped',
  suspending: 'suspending',
  suspended: 'suspended',
  failed: 'failed',
  launch_failed: 'failed',
  updating: 'replacing',
  replacing: 'replacing',
  destroying: 'destroying',
  destroyed: 'destroyed',
  replaced: 'destroyed',
  migrated: 'destroyed',
};

export function machineState(text: string): MachineState {
  return STATES[text.toLowerCase()] ?? 'unknown';
}

/**
 * May the proxy start the machine: every service says so. A machine without services is never started by the proxy. A
 * service that does not say is not known: the API's default is not documented.
 */
export function autostartOf(config: unknown): boolean | null {
  const parsed = machineConfig.safeParse(typeof config === 'string' ? parseJson(config) : config);
  if (!parsed.success) return null;
  const { services, disable_machine_autostart: disabled } = parsed.data;
  const starts = (services ?? []).map(
    (service) => service.autostart ?? (disabled == null ? null : !disabled),
  );
  if (starts.length === 0 || starts.includes(false)) return false;
  return starts.includes(null) ? null : true;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Was the latest exit one that nobody asked for, and not clean? null: no exit on record, or no record at all. */
export function crashingOf(
  state: MachineState,
  events: readonly z.infer<typeof machineEvent>[] | null | undefined,
  now: number,
): boolean | null {
  if (events == null) return null;
  const exits = events
    .filter((event) => event.type === 'exit')
    .toSorted((a, b) => (b.timestamp ?? 0) - (a.timestamp ?? 0));
  const latest = exits[0];
  if (latest === undefined) return false;
  const exit = exitRequest.safeParse(latest.request).data?.exit_event;
  if (exit == null) return null;
  const unclean =
    exit.oom_killed === true ||
    [exit.exit_code, exit.guest_exit_code, exit.guest_signal].some((value) => value != null && value > 0);
  if (exit.requested_stop === true || !unclean) return false;
  return state !== 'started' || now - (latest.timestamp ?? 0) <= RECENT_CRASH_MS;
}

export function machineOf(raw: z.infer<typeof machine>, now: number): Machine {
  const state = machineState(raw.state);
  const config = raw.config ?? raw.incomplete_config;
  return {
    id: plainText(raw.id, 64),
    state,
    region: plainText(raw.region ?? '', 16),
    autostart: config == null ? null : autostartOf(config),
    crashing: crashingOf(state, raw.events, now),
    updatedAt: milliseconds(raw.updated_at),
  };
}

export function machineOfOrganization(raw: z.infer<typeof orgMachine>, autostart: boolean | null): Machine {
  return {
    id: plainText(raw.id, 64),
    state: machineState(raw.state),
    region: plainText(raw.region ?? '', 16),
    autostart,
    crashing: null,
    updatedAt: milliseconds(raw.updated_at),
  };
}

type GraphqlMachine = NonNullable<
  NonNullable<NonNullable<z.infer<typeof appMachinesPage>['app']>['machines']['nodes']>[number]
>;

export function machineOfGraphql(raw: GraphqlMachine): Machine {
  return {
    id: plainText(raw.id, 64),
    state: machineState(raw.state),
    region: plainText(raw.region ?? '', 16),
    autostart: autostartOf(raw.config),
    crashing: null,
    updatedAt: milliseconds(raw.updatedAt),
  };
}
