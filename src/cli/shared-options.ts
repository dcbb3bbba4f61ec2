import type { Command } from 'commander';
import type { ConfigFlags } from '../config/index.ts';

/** Options that every command with a configuration has, spelled alike. */
export interface ConfigOptions {
  readonly config?: string;
  readonly domain?: string;
  readonly managementApp?: string;
  readonly org?: string;
  /** commander's way with `--no-fly`. */
  readonly fly?: boolean;
}

/** For commands that only need to know the platform's names. */
export function addPlatformOptions(command: Command): Command {
  return command
    .option(
      '-c, --config <file>',
      'configuration (default: TENANTWATCH_CONFIG, else tenantwatch.yaml if there is one)',
    )
    .option('--domain <domain>', 'platform.domain (or TENANTWATCH_DOMAIN)')
    .option('--management-app <app>', 'platform.managementApp (or TENANTWATCH_MANAGEMENT_APP)');
}

export function addConfigOptions(command: Command): Command {
  return addPlatformOptions(command)
    .option('--org <slug>', 'fly.org (or TENANTWATCH_ORG)')
    .option('--no-fly', "leave Fly's API out: no token needed, its checks are skipped");
}

export function configFlags({ domain, managementApp, org, fly }: ConfigOptions): ConfigFlags {
  return { domain, managementApp, org, noFly: fly === false };
}
