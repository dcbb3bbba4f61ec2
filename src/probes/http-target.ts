import net from 'node:net';
import type { RawHeaders } from './http-facts.ts';

/** What is asked for. */
export interface HttpTarget {
  readonly scheme: 'http' | 'https';
  readonly hostname: string;
  readonly port: number;
  /** Path and query. */
  readonly path: string;
}

/** What a request under way tells its owner. It may go on talking after a failure; nobody listens then. */
export interface AnswerListener {
  readonly head: (status: number, headers: RawHeaders) => void;
  readonly data: (chunk: Buffer) => void;
  readonly end: () => void;
  readonly fail: (error: unknown) => void;
}

/** Bound of the header fields of one answer, octets. */
export const MAX_HEADER_BYTES = 16_384;
/** Interim answers (1xx) before the final one; more are a way to keep us busy. */
export const MAX_INTERIM_ANSWERS = 20;

/** Host and, unless it is the scheme's own, port. */
export function authorityOf(target: HttpTarget): string {
  const host = net.isIPv6(target.hostname) ? `[${target.hostname}]` : target.hostname;
  return target.port === (target.scheme === 'https' ? 443 : 80) ? host : `${host}:${target.port}`;
}
