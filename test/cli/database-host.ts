import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { CliHost } from '../../src/cli/context.ts';
import type { Clock } from '../../src/model/time.ts';
import { TENANT_LISTS, type TenantListOfSource } from '../../src/model/tenant-list.ts';
import type { Store } from '../../src/store/index.ts';
import { openDatabase } from '../../src/wiring/open-store.ts';
import { T0, temporaryStore } from '../store/fixtures.ts';
import { run, type Ran } from './host.ts';

export interface DatabaseHost {
  /** The connection of somebody else, as a daemon's would be. */
  readonly store: Store;
  readonly folder: string;
  readonly command: (...args: readonly string[]) => Promise<Ran>;
  /** The document of a command that succeeds. */
  readonly json: (...args: readonly string[]) => Promise<unknown>;
}

export interface DatabaseHostOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly host?: Partial<CliHost>;
  /** More of the configuration, YAML. */
  readonly config?: string;
  /** Milliseconds since the epoch; sleeping passes at once. */
  readonly now?: number;
}

const CONFIG = `
platform: { domain: example.test, managementApp: management, tenantIdPattern: '^[a-z0-9]+$' }
fly: { org: acme }
store: { path: tenantwatch.db }
`;

export const TENANTS: readonly TenantListOfSource[] = [
  {
    name: 'fly',
    tenants: ['a1', 'b2', 'c3'].map((id) => ({
      id,
      hostname: `${id}.example.test`,
      app: `sp-${id}`,
      labels: {},
    })),
    reason: null,
    failingSince: null,
  },
];

/** A folder with a configuration and a database, and commands that run on them in this process. */
export function databaseHost(context: TestContext, options: DatabaseHostOptions = {}): DatabaseHost {
  const { now = T0, env = { USER: 'ada' } } = options;
  const store = temporaryStore(context);
  const folder = dirname(store.path);
  const file = join(folder, 'tenantwatch.yaml');
  writeFileSync(file, `${CONFIG}${options.config ?? ''}`);
  store.smallState.set(TENANT_LISTS, JSON.parse(JSON.stringify(TENANTS)) as never);
  const command = (...args: readonly string[]): Promise<Ran> =>
    run(args, {
      env: { ...env, TENANTWATCH_CONFIG: file },
      cwd: folder,
      clock: hurriedClock(now),
      host: {
        openStore: (config, mode) =>
          Promise.resolve().then(() => openDatabase(config, mode, { ...hurriedClock(now) })),
        ...options.host,
      },
    });
  return {
    store,
    folder,
    command,
    json: async (...args) => {
      const { exitCode, stdout, stderr } = await command(...args, '--json');
      if (exitCode !== 0) throw new Error(`${args.join(' ')}: ${String(exitCode)} ${stderr}`);
      return JSON.parse(stdout) as unknown;
    },
  };
}

/** Stands still, but for sleeps, which pass at once. */
function hurriedClock(now: number): Clock {
  let slept = 0;
  return {
    now: () => now + slept,
    monotonicMs: () => slept,
    sleep: async (durationMs) => {
      slept += durationMs;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
