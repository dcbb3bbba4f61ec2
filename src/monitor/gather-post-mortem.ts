import { investigate } from '../forensics/investigate.ts';
import type { Incident } from '../model/incident.ts';
import type { Platform } from '../model/platform.ts';
import type { Tenant } from '../model/tenant.ts';
import { DAY_MS, HOUR_MS, type Clock } from '../model/time.ts';
import type { PostMortemFacts } from '../reports/post-mortem-facts.ts';
import type { Store } from '../store/index.ts';
import { gatherCase, type CaseSources } from './gather-case.ts';

export interface PostMortemSources extends Pick<CaseSources, 'fly'> {
  readonly store: Store;
  readonly platform: Platform;
  readonly clock: Pick<Clock, 'now'>;
  /** The tenant of a subject's name; undefined for one that is not known any more. */
  readonly tenantOf: (name: string) => Tenant | undefined;
}

const MANY = 500;
/** How long after its end what was changed still belongs to an incident. */
const AFTERWARDS_MS = HOUR_MS;

/** Collects what the draft of a post-mortem is made of. Throws StoreError. */
export async function gatherPostMortem(
  sources: PostMortemSources,
  incident: Incident,
  signal: AbortSignal,
): Promise<PostMortemFacts> {
  const { store, platform, clock } = sources;
  const writtenAt = clock.now();
  const tenant = tenantOf(incident, sources);
  const given = tenant === null ? null : await gatherCase(sources, tenant, incident, signal);
  const findings = given?.claim == null ? null : investigate(given);
  const worst =
    tenant === null ? null : worstOf(store, tenant, incident, findings?.runs.firstRefusedAt ?? null);
  const at = worst?.at ?? incident.firstFailedAt;
  const state = store.scopes.between('platform', at, at + 1, 1)[0];
  const subjects = [incident.id, ...(tenant === null ? [] : [tenant.id])];
  const end = (incident.resolvedAt ?? writtenAt) + AFTERWARDS_MS;
  return {
    writtenAt,
    incident,
    events: store.incidents.events(incident.id),
    platform,
    tenant,
    findings,
    worst,
    platformState: state?.scope === 'platform' ? state : null,
    claims:
      tenant === null
        ? []
        : store.claims
            .history({ hostname: tenant.hostname, limit: MANY })
            .filter(({ goneAt }) => goneAt === null || goneAt > incident.startedAt - DAY_MS)
            .toReversed(),
    deliveries: store.outbox.list({ group: incident.id, limit: MANY }),
    acts: subjects
      .flatMap((subject) => store.audit.list({ subject, limit: MANY }))
      .filter((act) => act.at >= incident.startedAt && act.at <= end && act.action.startsWith('fix'))
      .toSorted((one, other) => one.at - other.at),
  };
}

/** Of a storm the first member stands for all. */
function tenantOf(incident: Incident, { tenantOf: find }: PostMortemSources): Tenant | null {
  const { scope, name } = incident.subject;
  if (scope !== 'tenant') return null;
  return find(incident.members[0] ?? name) ?? null;
}

/** The run that visitors were refused in, else the first failing one. */
function worstOf(
  { evidence }: Store,
  { id }: Tenant,
  incident: Incident,
  refusedAt: number | null,
): PostMortemFacts['worst'] {
  const kept = evidence
    .between(id, incident.startedAt, incident.lastFailedAt + 1, MANY)
    .toReversed()
    .find(({ at }) => at >= (refusedAt ?? incident.startedAt));
  return kept === undefined ? null : { at: kept.at, result: kept.result };
}
