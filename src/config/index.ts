export { resolverAddresses } from './address.ts';
export { runbookBaseUrl, toPlatform } from './platform.ts';
export type {
  ChannelConfig,
  Config,
  RouteConfig,
  TenantEntry,
  TenantSourceConfig,
  TokenScope,
} from './schema.ts';
export { SecretError } from './secret.ts';
export type { Secret } from './secret.ts';
