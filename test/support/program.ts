import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { Sandbox } from '../../src/sandbox/index.ts';

const BIN = fileURLToPath(new URL('../../src/bin.ts', import.meta.url));

/** A folder with a configuration for the sandbox, and the environment in which commands find it. */
export interface Workplace {
  readonly folder: string;
  readonly file: string;
  readonly env: NodeJS.ProcessEnv;
  readonly remove: () => void;
}

type Settings = Readonly<Record<string, unknown>>;

/** @param changes merged into the sections of the configuration, over what the sandbox needs */
export function workplaceFor(sandbox: Sandbox, changes: Readonly<Record<string, Settings>> = {}): Workplace {
  const { addresses, world, tokens } = sandbox;
  const folder = mkdtempSync(join(tmpdir(), 'tenantwatch-test-'));
  const file = join(folder, 'tenantwatch.yaml');
  const base: Readonly<Record<string, Settings>> = {
    platform: {
      domain: world.options.domain,
      managementApp: world.options.managementApp,
      httpsPort: addresses.httpsPort,
    },
    fly: { org: world.options.organization },
    dns: { resolvers: addresses.resolvers, authoritative: addresses.authoritative },
    tls: { caFile: addresses.caFile, timeout: '2s' },
    network: { allowPrivateAddresses: true, witnesses: addresses.resolvers },
    limits: { handshakesPerSecond: 1000 },
    watch: { inventory: '1s', edge: '2s', platform: '1s', suspects: '1s' },
    store: { path: join(folder, 'tenantwatch.db') },
    server: { listen: '127.0.0.1:0' },
    alerts: { channels: [{ name: 'on-call', type: 'slack', webhookUrl: '${SLACK_WEBHOOK}' }] },
  };
  const sections = [...new Set([...Object.keys(base), ...Object.keys(changes)])];
  const merged = Object.fromEntries(sections.map((name) => [name, { ...base[name], ...changes[name] }]));
  writeFileSync(file, stringify(merged));
  return {
    folder,
    file,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      FLY_API_TOKEN: tokens.read,
      FLY_API_BASE_URL: addresses.flyApiBaseUrl,
      FLY_FLAPS_BASE_URL: addresses.flapsBaseUrl,
      SLACK_WEBHOOK: addresses.slackWebhookUrl,
    },
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the program as a process of its own, from its source. */
export function startProgram(
  args: readonly string[],
  place: Pick<Workplace, 'env' | 'folder'>,
): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', BIN, ...args], {
    // tsx is found from the checkout; relative paths in the test's configuration from its own folder.
    env: { ...place.env, NODE_OPTIONS: '', TSX_TSCONFIG_PATH: join(BIN, '../../tsconfig.json') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export async function runProgram(
  args: readonly string[],
  place: Pick<Workplace, 'env' | 'folder'>,
): Promise<Finished> {
  const child = startProgram(args, place);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() };
}
