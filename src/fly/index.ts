export { createFlyClient } from './client.ts';
export { FlyError } from './error.ts';
export type { FlyClient, FlyClientOptions, FlyTokenInfo } from './fly-client.ts';
export { flySettingsFromEnv } from './settings.ts';
export type { FlySettings } from './settings.ts';
export { createTransport } from './transport.ts';
export { createFlyWriter, type FlyWriter } from './writer.ts';
