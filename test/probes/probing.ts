import {
  createHandshakeBudget,
  createProbes,
  type ProbeOptions,
  type Probes,
} from '../../src/probes/index.ts';
import { realClock } from '../support/clock.ts';

/** Long enough for a busy machine to answer at once, short enough to wait out silence. */
export const TIMEOUT_MS = 400;

/** Probes as main would make them, over loopback. */
export function testProbes(options: Partial<ProbeOptions> = {}): Probes {
  return createProbes({
    ca: null,
    timeoutMs: TIMEOUT_MS,
    allowPrivateAddresses: true,
    userAgent: 'tenantwatch/test',
    clock: realClock,
    handshakes: createHandshakeBudget({ perSecond: 10_000, clock: realClock }),
    resolvers: [],
    ...options,
  });
}

/** A signal that nobody aborts. */
export function never(): AbortSignal {
  return new AbortController().signal;
}
