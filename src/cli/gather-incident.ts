import { toPlatform } from '../config/platform.ts';
import type { Config } from '../config/index.ts';
import { isStorm } from '../incidents/index.ts';
import type { Message } from '../model/alert.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';
import { tenantById } from '../model/tenant-names.ts';
import type { Tenant } from '../model/tenant.ts';
import { MINUTE_MS } from '../model/time.ts';
import { whatCameBefore } from '../monitor/what-came-before.ts';
import { summarize } from '../reports/deliveries.ts';
import { durationOf, timelineOf, type IncidentReport } from '../reports/incidents.ts';
import type { Store } from '../store/index.ts';
import { keptSources, keptTenants } from './database.ts';

const MOST_DELIVERIES = 1_000;

/** Everything that the database has about an incident. */
export function gatherIncident(incident: Incident, store: Store, config: Config, at: number): IncidentReport {
  const tenant = tenantOf(incident, store, config);
  const kept = store.outbox.list({ group: incident.id, limit: MOST_DELIVERIES });
  const deliveries = kept.map(summarize).toReversed();
  const { deploy, origin } = whatCameBefore(store, toPlatform(config), tenant, incident);
  return {
    schema: 'tenantwatch.incident/1',
    at,
    incident,
    hostname: tenant?.hostname ?? null,
    // A storm has none of its own: its alerts carry what was made of its members'.
    diagnosis:
      incident.diagnosis ??
      kept.map(({ message }) => diagnosisIn(message)).find((one) => one !== null) ??
      null,
    observed: tenant === null ? [] : observedFirst(tenant, incident, store),
    deploy,
    origin,
    durationMs: durationOf(incident, at),
    timeline: timelineOf(incident, store.incidents.events(incident.id), deploy, deliveries),
    deliveries,
  };
}

/** As the daemon knows it, as the evidence calls it, or by the templates. */
function tenantOf(incident: Incident, store: Store, config: Config): Tenant | null {
  const { scope, name } = incident.subject;
  if (scope !== 'tenant' || isStorm(incident)) return null;
  const listed = keptTenants(keptSources(store)).find(({ id }) => id === name);
  if (listed !== undefined) return listed;
  const { hostname, app } =
    store.evidence.at(name, incident.lastFailedAt)?.result ?? tenantById(name, toPlatform(config));
  return { id: name, hostname, app, labels: {} };
}

/** Evidence of the same failure is kept every few minutes only: the nearest before it says the same. */
function observedFirst(
  { id }: Tenant,
  { firstFailedAt }: Incident,
  store: Store,
): IncidentReport['observed'] {
  const record = store.evidence.at(id, firstFailedAt);
  if (record === null || firstFailedAt - record.at > 5 * MINUTE_MS) return [];
  return record.result.checks.filter(({ verdict }) => verdict === 'fail' || verdict === 'unknown');
}

function diagnosisIn(message: Message): Diagnosis | null {
  return 'diagnosis' in message ? message.diagnosis : null;
}
