import type { RunningServer } from './third-party.ts';

export interface Pem {
  readonly certificate: string;
  readonly key: string;
}

/** What the edge does for some names. */
export interface Site {
  /** Host names; the first label may be an asterisk. An exact name goes before a wildcard. */
  readonly names: readonly string[];
  /** Null: the edge rejects the name in the handshake. */
  readonly shows: Pem | null;
  /** A page of its own, what the proxy says of tenants that it does not know, or what the edge says of a dead backend. */
  readonly answers: 'page' | 'no-such-tenant' | 'dead-backend';
}

export interface EdgePlan {
  readonly address: string;
  /** An address of somebody else, where every name gets this certificate and an empty page. */
  readonly elsewhere: { readonly address: string; readonly shows: Pem };
  readonly sites: readonly Site[];
}

export interface Edge extends RunningServer {
  readonly port: number;
}

/** No server of this machine listens there. */
export const DEAD_BACKEND = '127.0.0.1:1';
