import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, loadConfig, type LoadedConfig, type LoadOptions } from '../../src/config/index.ts';

/** A folder of its own, gone afterwards. */
export function inFolder<Value>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Value,
): Value {
  const folder = mkdtempSync(join(tmpdir(), 'tenantwatch-config-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function load(yaml: string, options: Partial<LoadOptions> = {}): LoadedConfig {
  return inFolder({ 'tenantwatch.yaml': yaml }, (cwd) => loadConfig({ env: {}, cwd, ...options }));
}

/** What is wrong, one line each, as people see it. */
export function complaints(yaml: string, options: Partial<LoadOptions> = {}): readonly string[] {
  try {
    load(yaml, options);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
}

export const MINIMAL = `platform:
  domain: example.com
  managementApp: proxy
fly:
  org: acme
`;
