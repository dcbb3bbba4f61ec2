import type { Verdict } from '../../model/verdict.ts';

/** How the certificate is added. */
export type FindingKind = 'command' | 'call' | 'request' | 'graphql';

/** Why a place is judged as it is. */
export type FindingReason =
  // fail
  | 'tenant-app'
  | 'other-app'
  | 'custom-domain-belongs-on-management'
  // warn: a person has to look
  | 'target-unknown'
  | 'app-not-given'
  | 'hostname-unknown'
  // pass
  | 'management-app'
  | 'custom-domain'
  | 'unrelated'
  | 'guarded'
  // skipped
  | 'suppressed';

/** A place in a source that adds a certificate. Only `fail` is a finding against it, `warn` could not be told. */
export interface Finding {
  readonly path: string;
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
  readonly kind: FindingKind;
  readonly target: 'tenant-app' | 'management-app' | 'unknown';
  readonly verdict: Extract<Verdict, 'fail' | 'warn' | 'pass' | 'skipped'>;
  readonly reason: FindingReason;
  /** One sentence for people; for `skipped` the reason that the suppression gives. Plain text. */
  readonly text: string;
  /** The line, as plain text, at most 200 characters. */
  readonly excerpt: string;
}

/** A place before it is judged. Texts hold unresolved parts as `\u0001name\u0002`. */
export interface Place {
  readonly offset: number;
  readonly kind: FindingKind;
  /** Null: no app is given. */
  readonly app: string | null;
  /** Another tool, or a function of any client: alike by name only, so it counts where its target conflicts and never as a doubt. */
  readonly alike?: true;
  /** Null: no hostname is given. */
  readonly hostname: string | null;
}

/** What is not known when reading a source, by the name it has there. */
export function unresolved(name: string): string {
  return `\u0001${name.replace(/[\u0001\u0002]/g, '')}\u0002`;
}

export const UNRESOLVED = /\u0001([^\u0002]*)\u0002/g;
