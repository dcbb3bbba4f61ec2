export { createTenantDirectory } from './directory.ts';
export type { TenantDirectory } from './directory.ts';
export { TenantListError } from './entry.ts';
export { createFileSource } from './file.ts';
export { createFlySource } from './fly.ts';
export { createHttpSource } from './http.ts';
export { createListSource } from './list.ts';
export { excluder, excluding } from './source.ts';
export type { TenantSource } from './source.ts';
