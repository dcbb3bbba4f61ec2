import { createRouter } from '../alerts/index.ts';
import type { Config } from '../config/index.ts';
import { runbookUrl } from '../diagnosis/catalogue.ts';
import { stormDiagnosis } from '../diagnosis/storm.ts';
import { isStorm, type IncidentPolicy } from '../incidents/index.ts';
import type { AlertLinks } from '../model/alert.ts';
import type { Incident } from '../model/incident.ts';
import type { Logger } from '../model/logger.ts';
import type { Platform } from '../model/platform.ts';
import type { Clock } from '../model/time.ts';
import type { Fleet } from '../monitor/fleet.ts';
import { createTracker, type Tracker, type TrackerOptions } from '../monitor/tracker.ts';
import { whatCameBefore } from '../monitor/what-came-before.ts';
import type { Store } from '../store/index.ts';

export interface TrackingHost extends Pick<TrackerOptions, 'silences' | 'committed'> {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly platform: Platform;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The tracker of this configuration, with the incidents that the database holds. Throws StoreError. */
export function createTracking(config: Config, host: TrackingHost): Tracker {
  const { store, fleet, platform, clock, logger, silences, committed } = host;
  const channels = config.alerts.channels.map(({ name }) => name);
  return createTracker({
    policy: policyOf(config),
    clock,
    logger,
    known: [
      ...store.incidents.resolvedSince(clock.now() - config.incidents.reopenWithinMs),
      ...store.incidents.unresolved(),
    ],
    past: (id) => store.incidents.get(id) ?? undefined,
    commit: store.commitIncidents,
    silences,
    tenant: fleet.tenant,
    fleetSize: () => fleet.tenants().length,
    channelsFor: createRouter(config.alerts.routes, channels),
    hasChannel: (name) => channels.includes(name),
    before: (incident) =>
      whatCameBefore(store, platform, fleet.tenant(incident.subject.name) ?? null, incident),
    links: (incident) => linksOf(incident, config, platform),
    stormDiagnosis: ({ code, members }) => {
      const results = members.flatMap((id) => fleet.result(id) ?? []);
      return results.length === 0 ? null : stormDiagnosis(code, results, platform);
    },
    committed,
  });
}

function policyOf({ incidents, alerts }: Config): IncidentPolicy {
  return {
    openAfter: incidents.openAfter,
    resolveAfter: incidents.resolveAfter,
    reopenWithinMs: incidents.reopenWithinMs,
    stormShare: incidents.stormShare,
    stormCount: incidents.stormCount,
    reminders: alerts.remindersMs,
  };
}

function linksOf(incident: Incident, config: Config, platform: Platform): AlertLinks {
  const { publicUrl } = config.server;
  const runbook = runbookUrl(incident.code, platform);
  if (publicUrl === null) return { runbook, incident: null, verify: null };
  const { scope, name } = incident.subject;
  const isTenant = scope === 'tenant' && !isStorm(incident);
  return {
    runbook,
    incident: `${publicUrl}/incidents/${encodeURIComponent(incident.id)}`,
    verify: isTenant ? `${publicUrl}/tenants/${encodeURIComponent(name)}` : null,
  };
}
