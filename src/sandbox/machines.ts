import type { MachineExit, MutableApp, SandboxMachine, SandboxMachineState } from './app.ts';
import type { Ids } from './ids.ts';

/** The machines of apps, and what happens when a request reaches them. */
export interface Machines {
  readonly newMachine: (state: SandboxMachineState) => SandboxMachine;
  readonly setMachines: (app: string, state: SandboxMachineState, autostart?: boolean | null) => void;
  readonly setMachineCount: (app: string, count: number) => void;
  /** The machine crash-loops: it counts as started, its latest exits are failures, nothing answers. */
  readonly crash: (app: string, exitCode?: number) => void;
  /** The app starts and fails to: requests wake its machines in vain. */
  readonly breakStart: (app: string, broken: boolean) => void;
  /** A request reached the app. Starts sleeping machines where it may, and counts that. */
  readonly request: (app: string) => Reached;
  /** How often a request woke a machine, of one app or of all. */
  readonly wakeups: (app?: string) => number;
}

/** What became of a request that reached an app. */
export type Reached = 'running' | 'woken' | 'asleep' | 'crashing' | 'wont-start' | 'missing';

export interface MachinesContext {
  readonly apps: ReadonlyMap<string, MutableApp>;
  readonly app: (name: string) => MutableApp;
  readonly ids: Ids;
  readonly now: () => number;
}

export function createMachines({ apps, app: find, ids, now }: MachinesContext): Machines {
  const machine = (state: SandboxMachineState): SandboxMachine => {
    const at = now();
    return {
      id: ids.machine(),
      instanceId: ids.ulid(),
      region: 'fra',
      state,
      autostart: true,
      exits: [],
      createdAt: at,
      updatedAt: at,
    };
  };

  const machines: Machines = {
    newMachine: machine,
    setMachines: (name, state, autostart) => {
      const app = find(name);
      app.machines = app.machines.map((each) => ({
        ...each,
        state,
        ...(autostart === undefined ? {} : { autostart, instanceId: ids.ulid() }),
        exits: state === 'started' ? [] : each.exits,
        updatedAt: now(),
      }));
    },
    setMachineCount: (name, count) => {
      const app = find(name);
      app.machines = Array.from({ length: count }, (_, index) => app.machines[index] ?? machine('started'));
    },
    crash: (name, exitCode = 1) => {
      const app = find(name);
      const exit: MachineExit = { at: now(), exitCode, oomKilled: exitCode === 137, requestedStop: false };
      app.machines = app.machines.map((each) => ({
        ...each,
        state: 'started',
        exits: [...each.exits, exit].slice(-5),
        updatedAt: now(),
      }));
    },
    breakStart: (name, broken) => {
      find(name).broken = broken;
    },
    request: (name) => {
      const app = apps.get(name);
      if (app === undefined) return 'missing';
      if (app.machines.some(({ state, exits }) => state === 'started' && exits.length === 0))
        return 'running';
      if (app.machines.some(({ state }) => state === 'started')) return 'crashing';
      const sleeping = app.machines.filter(
        ({ state, autostart }) => (state === 'stopped' || state === 'suspended') && autostart === true,
      );
      if (sleeping.length === 0) return 'asleep';
      if (app.broken) return 'wont-start';
      app.wakeups += 1;
      machines.setMachines(name, 'started');
      return 'woken';
    },
    wakeups: (name) =>
      name === undefined ? [...apps.values()].reduce((sum, app) => sum + app.wakeups, 0) : find(name).wakeups,
  };
  return machines;
}
