import type { ConfigOptions } from './shared-options.ts';

/** What the command line of `verify` says; durations are milliseconds. */
export interface VerifyOptions extends ConfigOptions {
  readonly all?: true;
  readonly tenants?: string;
  readonly wait: number;
  readonly interval?: number;
  readonly successes: number;
  readonly timeout?: number;
  readonly strict?: true;
  readonly claims?: true;
  readonly baseline?: string;
  readonly save?: string;
  readonly server?: string;
  readonly store?: string;
  readonly quiet?: true;
}
