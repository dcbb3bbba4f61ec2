import { loadConfig, toPlatform, type Config, type ConfigFlags } from '../config/index.ts';
import type { Platform } from '../model/platform.ts';
import type { CliContext } from './context.ts';
import { UsageError } from './usage-error.ts';

/** For commands that judge where a certificate belongs: these cannot do without the name of the management app. */
export function loadPlatform(
  { env, cwd }: Pick<CliContext, 'env' | 'cwd'>,
  path: string | undefined,
  flags: ConfigFlags,
): { readonly config: Config; readonly platform: Platform } {
  const { config } = loadConfig({ path, env, cwd, flags });
  const platform = toPlatform(config);
  if (platform.managementApp === '')
    throw new UsageError(
      'which app ends TLS? Set platform.managementApp (or --management-app, or TENANTWATCH_MANAGEMENT_APP)',
    );
  return { config, platform };
}

export function hasToken({
  FLY_ACCESS_TOKEN: access = '',
  FLY_API_TOKEN: api = '',
}: CliContext['env']): boolean {
  return access !== '' || api !== '';
}

/** A command that asks Fly's API ends here without a token, before anything else is done. */
export function requireToken(env: CliContext['env'], otherwise: string): void {
  if (!hasToken(env))
    throw new UsageError(
      `no Fly token: set FLY_ACCESS_TOKEN or FLY_API_TOKEN (\`fly tokens create readonly -o ORG\`), ${otherwise}`,
    );
}
