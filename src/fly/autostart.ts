import type { z } from 'zod';
import { machineConfigsAnswer } from './answers.ts';
import type { configuredMachines } from './answers.ts';
import { machineConfigs } from './documents.ts';
import { FlyError } from './error.ts';
import type { Graphql } from './graphql.ts';
import { autostartOf } from './machine.ts';
import type { MachinesApi, OrgMachine } from './rest.ts';

/** Apps in one request, and requests in one sweep: the rest is looked up in the next one. */
const APPS_PER_REQUEST = 50;
const MAX_REQUESTS = 40;
/** Apps that GraphQL is silent about, asked one by one. */
const MAX_SINGLE_APPS = 10;
export const MACHINES_PER_APP = 25;

type Machines = z.infer<typeof configuredMachines> | null | undefined;

/** What the proxy may start: read once for each version of a machine. Holds as many entries as there are machines. */
export interface AutostartCache {
  readonly isEmpty: () => boolean;
  readonly get: (machine: OrgMachine) => boolean | null;
  /** Looks up what is not known yet, `read` being what this sweep came across already. Failing lookups leave it unknown. */
  readonly fill: (
    machines: readonly OrgMachine[],
    read: ReadonlyMap<string, boolean | null>,
    signal: AbortSignal,
  ) => Promise<void>;
}

/** The bulk list names the version; it changes with every change of the configuration. */
function versionOf(machine: OrgMachine): string {
  return machine.version ?? machine.instance_id ?? machine.updated_at ?? '';
}

/** Autostart by machine id from a connection of configured machines. */
export function collectAutostart(connection: Machines, into: Map<string, boolean | null>): void {
  for (const node of connection?.nodes ?? []) if (node !== null) into.set(node.id, autostartOf(node.config));
}

export function createAutostartCache(graphql: Graphql, api: Pick<MachinesApi, 'machines'>): AutostartCache {
  const known = new Map<string, { readonly version: string; readonly autostart: boolean | null }>();

  const isKnown = (machine: OrgMachine): boolean => known.get(machine.id)?.version === versionOf(machine);

  function learn(machines: readonly OrgMachine[], read: ReadonlyMap<string, boolean | null>): void {
    for (const machine of machines) {
      const autostart = read.get(machine.id);
      if (autostart !== undefined) known.set(machine.id, { version: versionOf(machine), autostart });
    }
  }

  function appsMissing(machines: readonly OrgMachine[]): readonly string[] {
    return [...new Set(machines.filter((machine) => !isKnown(machine)).map((machine) => machine.app_name))];
  }

  async function askGraphql(
    apps: readonly string[],
    signal: AbortSignal,
  ): Promise<Map<string, boolean | null>> {
    const read = new Map<string, boolean | null>();
    const answer = await graphql(
      {
        document: machineConfigs(apps.length),
        variables: {
          machines: MACHINES_PER_APP,
          ...Object.fromEntries(apps.map((app, index) => [`a${index}`, app])),
        },
        schema: machineConfigsAnswer,
        what: `machine configurations of ${apps.length} apps`,
        aboutApp: true,
        tolerates: () => true,
      },
      signal,
    );
    for (const app of Object.values(answer)) collectAutostart(app?.machines, read);
    return read;
  }

  async function askSingly(app: string, signal: AbortSignal): Promise<Map<string, boolean | null>> {
    const machines = await api.machines(app, signal);
    return new Map(machines.map((machine) => [machine.id, machine.autostart]));
  }

  return {
    isEmpty: () => known.size === 0,
    get: (machine) => (isKnown(machine) ? (known.get(machine.id)?.autostart ?? null) : null),
    fill: async (machines, read, signal) => {
      const present = new Set(machines.map((machine) => machine.id));
      for (const id of known.keys()) if (!present.has(id)) known.delete(id);
      learn(machines, read);
      try {
        const apps = appsMissing(machines).slice(0, APPS_PER_REQUEST * MAX_REQUESTS);
        for (let start = 0; start < apps.length; start += APPS_PER_REQUEST)
          learn(machines, await askGraphql(apps.slice(start, start + APPS_PER_REQUEST), signal));
        for (const app of appsMissing(machines).slice(0, MAX_SINGLE_APPS)) {
          const found = await askSingly(app, signal);
          const silent = machines.filter((machine) => machine.app_name === app && !found.has(machine.id));
          learn(machines, new Map([...silent.map((machine) => [machine.id, null] as const), ...found]));
        }
      } catch (error) {
        // The machines' states are known all the same; what may start them is asked for again in the next sweep.
        if (!(error instanceof FlyError) || error.failure.code === 'aborted') throw error;
      }
    },
  };
}
