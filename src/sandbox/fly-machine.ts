import type { SandboxApp, SandboxMachine } from './app.ts';
import { iso } from './fly-certificate.ts';

/** A machine's configuration as the API returns it; what autostarts is said by its services only. */
export function machineConfig(app: SandboxApp, machine: SandboxMachine): object {
  const { autostart } = machine;
  const service = (port: number, handlers: readonly string[]) => ({ port, handlers });
  return {
    image: imageOf(app),
    guest: { cpu_kind: 'shared', cpus: 1, memory_mb: 256 },
    metadata: { fly_process_group: 'app' },
    restart: { policy: 'on-failure', max_retries: 10 },
    ...(autostart === null
      ? {}
      : {
          services: [
            {
              protocol: 'tcp',
              internal_port: 8080,
              autostart,
              autostop: autostart ? 'stop' : 'off',
              min_machines_running: 0,
              ports: [service(80, ['http']), service(443, ['tls', 'http'])],
            },
          ],
        }),
  };
}

/** One machine as the list and the detail of an app give it. */
export function machineDetail(app: SandboxApp, machine: SandboxMachine): object {
  return {
    ...identity(app, machine),
    host_status: 'ok',
    checks: [],
    config: machineConfig(app, machine),
    events: [
      ...machine.exits.toReversed().map(({ at, exitCode, oomKilled, requestedStop }) => ({
        id: `${machine.id}-${at}`,
        type: 'exit',
        status: 'stopped',
        source: 'flyd',
        timestamp: at,
        request: {
          exit_event: { exit_code: exitCode, oom_killed: oomKilled, requested_stop: requestedStop },
        },
      })),
      {
        id: `${machine.id}-launch`,
        type: 'launch',
        status: 'created',
        source: 'user',
        timestamp: machine.createdAt,
      },
    ],
  };
}

/** One machine as the list of a whole organization gives it: no services in it. */
export function organizationMachine(app: SandboxApp, machine: SandboxMachine): object {
  return {
    ...identity(app, machine),
    app_name: app.name,
    version: machine.instanceId,
    config: { image: imageOf(app), guest: { cpu_kind: 'shared', cpus: 1, memory_mb: 256 }, metadata: {} },
  };
}

function identity(app: SandboxApp, machine: SandboxMachine): object {
  return {
    id: machine.id,
    name: `quiet-${machine.id.slice(-4)}`,
    state: machine.state,
    region: machine.region,
    instance_id: machine.instanceId,
    private_ip: app.addresses.private,
    created_at: iso(machine.createdAt),
    updated_at: iso(machine.updatedAt),
  };
}

function imageOf(app: SandboxApp): string {
  return app.releases.at(-1)?.imageRef ?? `registry.fly.io/${app.name}:latest`;
}
