export type {
  ClockSample,
  FlyClient,
  FlyClientOptions,
  FlyOrganization,
  FlyTokenInfo,
  LogLine,
  LogPage,
  LogQuery,
} from './client.ts';
export { FlyError } from './error.ts';
