import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { LoadedConfig } from '../../config/index.ts';
import type { Sandbox } from '../../sandbox/index.ts';

/** A folder of its own for the demo's configuration and database; `remove` takes it away. */
export interface Stage {
  readonly file: string;
  readonly config: LoadedConfig['config'];
  /** How the daemon and the commands find the sandbox instead of Fly. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly remove: () => void;
}

/** Shorter than the defaults, so that the story takes a minute; `config show` prints the defaults. */
export const DEMO_INTERVALS = { inventory: '3s', edge: '6s', platform: '3s', suspects: '2s' } as const;

export async function setStage(
  { addresses, tokens, world }: Sandbox,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Stage> {
  const { loadConfig } = await import('../../config/index.ts');
  const folder = mkdtempSync(join(tmpdir(), 'tenantwatch-demo-'));
  const file = join(folder, 'tenantwatch.yaml');
  const { domain, managementApp, organization } = world.options;
  const settings = {
    platform: {
      domain,
      managementApp,
      httpsPort: addresses.httpsPort,
      managementHealthUrl: addresses.managementHealthUrl,
    },
    fly: { org: organization },
    dns: { resolvers: addresses.resolvers, authoritative: addresses.authoritative },
    tls: { caFile: addresses.caFile },
    // Everything of the sandbox is on loopback, which probes refuse otherwise.
    network: { allowPrivateAddresses: true, witnesses: addresses.resolvers },
    watch: DEMO_INTERVALS,
    store: { path: join(folder, 'tenantwatch.db') },
    server: { listen: '127.0.0.1:0' },
    alerts: { channels: [{ name: 'on-call', type: 'slack', webhookUrl: '${DEMO_SLACK_WEBHOOK}' }] },
  };
  writeFileSync(file, `# Written by tenantwatch demo for its sandbox.\n${stringify(settings)}`, {
    mode: 0o600,
  });
  const sandboxed = {
    ...env,
    FLY_ACCESS_TOKEN: undefined,
    FLY_API_TOKEN: tokens.read,
    FLY_API_BASE_URL: addresses.flyApiBaseUrl,
    FLY_FLAPS_BASE_URL: addresses.flapsBaseUrl,
    DEMO_SLACK_WEBHOOK: addresses.slackWebhookUrl,
  };
  const { config } = loadConfig({ path: file, env: sandboxed, cwd: folder });
  return {
    file,
    config,
    env: sandboxed,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
