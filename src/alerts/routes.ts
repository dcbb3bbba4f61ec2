import { globMatches } from '../incidents/index.ts';
import type { Incident } from '../model/incident.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Route } from './options.ts';

/**
 * Who is told of an incident: the channels of every route that matches, each once, in the order of the routes. Without any
 * routes everybody is told everything; with routes, what no route matches is told to nobody.
 */
export function createRouter(
  routes: readonly Route[],
  channels: readonly string[],
): (incident: Pick<Incident, 'severity' | 'subject'>, tenant: Tenant | null) => readonly string[] {
  if (routes.length === 0) return () => channels;
  return (incident, tenant) => {
    const chosen = new Set<string>();
    for (const route of routes) {
      if (!matches(route, incident, tenant)) continue;
      for (const channel of route.channels) chosen.add(channel);
    }
    return Array.from(chosen);
  };
}

function matches(
  { match }: Route,
  { severity, subject }: Pick<Incident, 'severity' | 'subject'>,
  tenant: Tenant | null,
): boolean {
  if (match.severity !== undefined && !match.severity.includes(severity)) return false;
  if (match.scope !== undefined && !match.scope.includes(subject.scope)) return false;
  return Object.entries(match.labels ?? {}).every(([name, pattern]) => {
    const value = tenant?.labels[name];
    return value !== undefined && globMatches(pattern, value);
  });
}
