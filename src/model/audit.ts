import type { JsonObject } from './json.ts';

/** Someone changed something through us, or tried to. Written before and after each step, never altered. */
export interface AuditEntry {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Who asked: a user of the command line, or the name of an API token. */
  readonly actor: string;
  /** For example `fix.remove-certificate`, `silence.add`. */
  readonly action: string;
  /** What it was done to: a tenant, a hostname, an incident. */
  readonly subject: string;
  readonly outcome: 'started' | 'done' | 'failed' | 'refused';
  readonly detail: JsonObject;
}
