/** Handshakes that no claim explains. */
import { REACHING, NO_CLAIM, NO_KNOWN_CLAIM, NOT_FOREIGN, type TenantRule } from './words.ts';

export const EDGE: readonly TenantRule[] = [
  {
    code: 'edge-partial-outage',
    when: {
      handshake: ['some-fail', 'intermittent'],
      claim: NO_CLAIM,
      foreign: NOT_FOREIGN,
      dns: ['right', 'family-missing'],
    },
    certainty: 'certain',
    severity: 'critical',
    explains: REACHING,
  },
  {
    code: 'edge-partial-outage',
    when: { handshake: ['some-fail', 'intermittent'], claim: NO_KNOWN_CLAIM, foreign: NOT_FOREIGN },
    certainty: 'likely',
    severity: 'critical',
    explains: REACHING,
  },
  {
    code: 'edge-partial-outage',
    when: { handshake: ['recovered'] },
    certainty: 'likely',
    severity: 'info',
    explains: ['tls-handshake'],
  },
  // A reset or EOF alone proves nothing: without a claim in the list the symptom stays unexplained, and that is said.
  {
    code: 'handshake-refused',
    when: { handshake: ['all-fail'], claim: NO_KNOWN_CLAIM, foreign: NOT_FOREIGN },
    certainty: 'unexplained',
    severity: 'critical',
    explains: REACHING,
  },
];
