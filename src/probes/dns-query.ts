import { randomInt } from 'node:crypto';
import { encodeQuery, type Question, type Response } from './dns-message.ts';
import { askOverTcp } from './dns-tcp.ts';
import { askOverUdp, type UdpReading } from './dns-udp.ts';
import type { Endpoint } from './endpoint.ts';
import { ProbeError } from './probe-error.ts';

/** How often a question is sent over UDP before the server counts as failing. */
const ATTEMPTS = 3;
/** One lost datagram must not cost the whole patience; resolvers need up to two seconds for a cold name. */
const MAX_ATTEMPT_MS = 2_000;

export interface QueryOptions {
  readonly recursion: boolean;
  /** Bound of the whole, milliseconds: what the datagrams leave of it is for TCP. */
  readonly timeoutMs: number;
}

/**
 * One question at one server: over UDP with EDNS, retried with a new socket and id; over TCP when truncated; without
 * EDNS when the server does not understand it. SERVFAIL and REFUSED are answers. Rejects with a ProbeError.
 */
export async function ask(
  question: Question,
  server: Endpoint,
  options: QueryOptions,
  signal: AbortSignal,
): Promise<Response> {
  const attemptMs = Math.min(MAX_ATTEMPT_MS, options.timeoutMs / ATTEMPTS);
  let edns = true;
  let last: ProbeError | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    // From the system's generator: whoever can guess the id can forge the answer.
    const query = encodeQuery(question, { id: randomInt(0x1_0000), recursion: options.recursion, edns });
    let reading: UdpReading;
    try {
      reading = await askOverUdp(query, server, attemptMs, signal);
    } catch (error) {
      if (!(error instanceof ProbeError) || FINAL.has(error.failure.code)) throw error;
      last = error;
      continue;
    }
    switch (reading.kind) {
      case 'response':
        return reading.response;
      case 'truncated':
        // The stream has its own retries: whatever comes of it is final.
        return askOverTcp(query, server, options.timeoutMs - attempt * attemptMs, signal);
      case 'no-edns':
        if (!edns) return { rcode: 'OTHER', authoritative: false, answers: [], authorities: [] };
        edns = false;
    }
  }
  throw (
    last ?? new ProbeError({ phase: 'resolve', code: 'protocol', detail: 'the server rejects the question' })
  );
}

/** What asking again cannot change, or must not: we were told to stop. */
const FINAL: ReadonlySet<string> = new Set(['aborted', 'no-route', 'internal']);
