export { StoreError, type StoreErrorCode } from './error.ts';
export type * from './store.ts';
