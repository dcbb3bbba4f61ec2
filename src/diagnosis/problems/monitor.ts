/** The monitor's own problems: said first about us, never blamed on a tenant. */
import type { MonitorProblem } from '../../model/problem.ts';
import { problems } from '../problem.ts';
import {
  apiUnavailable,
  clockSkewed,
  networkDown,
  rateLimited,
  resolverFailing,
  throttled,
  tokenRejected,
} from '../remedies/monitor.ts';

export const MONITOR = problems<MonitorProblem>('monitor', {
  'monitor-network-down': {
    title: 'The monitor has no network',
    explanation:
      'Nothing can be reached from the machine that runs tenantwatch, not even places that have nothing to do with the platform. Users notice nothing of it; whether sites work is not known from here.',
    toldApartBy:
      'Every lookup, handshake and request fails, and so do all witnesses. A single success anywhere refutes it.',
    curedByWaiting: true,
    remedy: networkDown,
  },
  'fly-api-unavailable': {
    title: 'Fly’s API does not answer',
    explanation:
      'Fly’s API times out, or answers with errors or gaps, so certificates and machines cannot be read, or not all of them. Sites may be fine: names, handshakes and answers are still checked.',
    toldApartBy:
      'The API’s own answer: a timeout, a 5xx or unreadable text; not a rejected token (401, 403), not a limit (429).',
    curedByWaiting: true,
    remedy: apiUnavailable,
  },
  'fly-token-rejected': {
    title: 'Fly rejects the token',
    explanation:
      'The token that tenantwatch uses is expired, revoked or belongs to another organization. Misplaced certificates cannot be seen until it is replaced; names, handshakes and answers are still checked.',
    toldApartBy: 'The API answers and says 401, 403 or UNAUTHORIZED.',
    curedByWaiting: false,
    remedy: tokenRejected,
  },
  'fly-rate-limited': {
    title: 'Fly’s API limits our requests',
    explanation:
      'Fly’s API answers 429: too many requests for this action. What is known of certificates and machines gets older than it should be; sites are not affected.',
    toldApartBy: 'The API answers 429.',
    curedByWaiting: true,
    remedy: rateLimited,
  },
  'resolver-failing': {
    title: 'A resolver fails or lies',
    explanation:
      'A resolver that tenantwatch asks does not answer, or answers unlike all others. Users behind it may have trouble. The others decide about tenants; when none answers, nothing can be told of any site.',
    toldApartBy: 'One resolver fails or differs for names that no tenant owns, while the others agree.',
    curedByWaiting: true,
    remedy: resolverFailing,
  },
  'probe-throttled': {
    title: 'The edge limits our handshakes',
    explanation:
      'Fly’s edge aborts handshakes that come too fast from one address range. From here that looks like a certificate conflict at many sites; users elsewhere notice nothing.',
    toldApartBy: 'Many names fail at once, those that no tenant owns included, and work again after a pause.',
    curedByWaiting: true,
    remedy: throttled,
  },
  'monitor-clock-skewed': {
    title: 'The monitor’s clock is wrong',
    explanation:
      'The clock of the machine that runs tenantwatch differs from those of the servers it talks to. Dates of certificates and times in reports cannot be trusted; users notice nothing.',
    toldApartBy: 'The Date headers of several servers agree with one another and not with this clock.',
    curedByWaiting: false,
    remedy: clockSkewed,
  },
});
