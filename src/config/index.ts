export { resolverAddresses } from './address.ts';
export { ConfigError } from './error.ts';
export { loadConfig, type LoadedConfig, type LoadOptions } from './load.ts';
export type { ConfigFlags } from './overrides.ts';
export { toPlatform } from './platform.ts';
export type {
  ChannelConfig,
  Config,
  RouteConfig,
  TenantEntry,
  TenantSourceConfig,
  TokenScope,
} from './schema.ts';
export { SecretError, type Secret } from './secret.ts';
export type { Cadence } from './value-schemas.ts';
