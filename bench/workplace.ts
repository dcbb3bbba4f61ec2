import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { SandboxProcess } from './sandbox-process.ts';

/** The sandbox's own choices, when nothing else is asked of it. */
export const DOMAIN = 'systemprompt.io';
const MANAGEMENT_APP = 'management-api-prod';
const ORGANIZATION = 'systemprompt';

/** A folder with a configuration for the sandbox, and the environment in which the program finds it. */
export interface Workplace {
  readonly folder: string;
  readonly file: string;
  readonly database: string;
  readonly env: NodeJS.ProcessEnv;
  readonly remove: () => void;
}

type Sections = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** @param changes merged into the sections; everything that is not needed to find the sandbox stays at its default */
export function workplaceFor({ addresses, tokens }: SandboxProcess, changes: Sections = {}): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'tenantwatch-bench-'));
  const file = join(folder, 'tenantwatch.yaml');
  const database = join(folder, 'tenantwatch.db');
  const base: Sections = {
    platform: { domain: DOMAIN, managementApp: MANAGEMENT_APP, httpsPort: addresses.httpsPort },
    fly: { org: ORGANIZATION },
    dns: { resolvers: addresses.resolvers, authoritative: addresses.authoritative },
    tls: { caFile: addresses.caFile },
    network: { allowPrivateAddresses: true, witnesses: addresses.resolvers },
    store: { path: database },
    server: { listen: '127.0.0.1:0' },
    alerts: { channels: [{ name: 'on-call', type: 'slack', webhookUrl: '${SLACK_WEBHOOK}' }] },
  };
  const sections = [...new Set([...Object.keys(base), ...Object.keys(changes)])];
  const merged = sections.map((name) => [name, { ...base[name], ...changes[name] }] as const);
  writeFileSync(file, stringify(Object.fromEntries(merged)));
  return {
    folder,
    file,
    database,
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
