export type { SourceState, TenantDirectory, TenantDirectoryOptions, TenantList } from './directory.ts';
export type { TenantSource } from './source.ts';
