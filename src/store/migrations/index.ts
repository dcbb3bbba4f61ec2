import { history } from './001-history.ts';
import { incidents } from './002-incidents.ts';
import { results } from './003-results.ts';
import { operatorRequests } from './004-operator-requests.ts';

/** In order, forward only. The n-th takes a file from schema version n-1 to n; one that shipped is never edited. */
export const MIGRATIONS: readonly string[] = [history, incidents, results, operatorRequests];
