export { resolverAddresses } from './address.ts';
export { ConfigError } from './error.ts';
export { configHints } from './hints.ts';
export { loadConfig, type LoadedConfig, type LoadOptions } from './load.ts';
export type { ConfigFlags } from './overrides.ts';
export { toPlatform } from './platform.ts';
export type { Config, TokenScope } from './schema.ts';
export { shownSettings } from './shown.ts';
export type { Cadence } from './value-schemas.ts';
