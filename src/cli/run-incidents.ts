import { toPlatform } from '../config/platform.ts';
import type { Config } from '../config/index.ts';
import type { Incident } from '../model/incident.ts';
import { namedTenants } from '../model/named-tenants.ts';
import type { OperatorAction } from '../model/operator-request.ts';
import { plainText } from '../model/text.ts';
import { incidentsText, incidentText } from '../reports/incidents.ts';
import { say } from '../reports/wording.ts';
import type { Store } from '../store/index.ts';
import type { CliContext } from './context.ts';
import type { DatabaseOptions } from './database-options.ts';
import { keptSources, keptTenants, print, withDatabase } from './database.ts';
import { EXIT } from './exit-code.ts';
import { gatherIncident } from './gather-incident.ts';
import type { IncidentActOptions, IncidentListOptions } from './operator-options.ts';
import { operatorName, saidText } from './operator.ts';
import { UsageError } from './usage-error.ts';

export async function listIncidents(context: CliContext, options: IncidentListOptions): Promise<void> {
  await withDatabase(context, options, 'read', ({ store, config }) => {
    const { state, tenant, limit } = options;
    const name = tenant === undefined ? undefined : tenantId(tenant, store, config);
    if (tenant !== undefined && name === undefined)
      throw new UsageError(`--tenant ${plainText(tenant, 80)} is no tenant`);
    const listed = store.incidents.list({
      ...(state === undefined ? {} : { state }),
      ...(name === undefined ? {} : { subject: { scope: 'tenant', name } }),
      limit,
    });
    // What is under way may be older than the newest of what is over.
    const alive = store.incidents
      .unresolved()
      .filter(
        (one) => (name === undefined || one.subject.name === name) && (state ?? one.state) === one.state,
      )
      .toReversed();
    const known = new Set(alive.map(({ id }) => id));
    const incidents = [...alive, ...listed.filter(({ id }) => !known.has(id))].slice(0, limit);
    const report = { schema: 'tenantwatch.incidents/1', at: context.clock.now(), incidents } as const;
    print(context, options, report, incidentsText);
  });
}

export async function showIncident(
  context: CliContext,
  name: string,
  options: DatabaseOptions,
): Promise<void> {
  await withDatabase(context, options, 'read', ({ store, config }) => {
    const incident = findIncident(name, store, config);
    print(context, options, gatherIncident(incident, store, config, context.clock.now()), incidentText);
  });
}

/** By its id, else the latest one of a tenant, of the platform or of the monitor. Throws UsageError. */
export function findIncident(name: string, store: Store, config: Config): Incident {
  const byId = store.incidents.get(name);
  if (byId !== null) return byId;
  const scope = name === 'platform' || name === 'monitor' ? name : 'tenant';
  const subject = scope === 'tenant' ? tenantId(name, store, config) : scope;
  const latest = subject === undefined ? null : store.incidents.latestOf({ scope, name: subject });
  if (latest !== null) return latest;
  throw new UsageError(
    `there is no incident ${plainText(name, 80)}, nor one of a tenant of that name: "tenantwatch incidents" shows them`,
  );
}

function tenantId(name: string, store: Store, config: Config): string | undefined {
  return namedTenants([name], keptTenants(keptSources(store)), toPlatform(config)).tenants[0]?.id;
}

/** A running daemon looks twice a second. */
const PATIENCE_MS = 3_000;
const LOOK_MS = 100;

const DOING: Readonly<Record<OperatorAction, string>> = {
  acknowledge: 'the acknowledgement',
  unacknowledge: 'taking the acknowledgement back',
  resolve: 'the end by hand',
  note: 'the note',
};

/**
 * Leaves a request for the daemon, which holds the incidents and alone changes them, and waits a little for its answer.
 */
export async function requestAct(
  context: CliContext,
  action: OperatorAction,
  name: string,
  options: IncidentActOptions,
): Promise<void> {
  const { clock, signal } = context;
  const by = operatorName(options.author, context);
  const note = options.note === undefined ? null : saidText(options.note, 'the note');
  await withDatabase(context, options, 'write', async ({ store, config }) => {
    const { id: incident, state } = findIncident(name, store, config);
    if (action !== 'note' && state === 'resolved')
      throw new UsageError(`the incident ${incident} is over: only a note can be added`);
    const at = clock.now();
    const detail = { note };
    store.audit.add({
      at,
      actor: by,
      action: `incident.${action}`,
      subject: incident,
      outcome: 'started',
      detail,
    });
    const request = store.requests.add({ action, incident, by, note, at });

    const deadlineMs = clock.monotonicMs() + PATIENCE_MS;
    let answer = store.requests.answerTo(request);
    while (answer === null && clock.monotonicMs() < deadlineMs) {
      await clock.sleep(LOOK_MS, signal);
      answer = store.requests.answerTo(request);
    }
    const outcome = answer?.outcome ?? 'waiting';
    const text =
      answer?.text ?? `no daemon took ${DOING[action]} yet: it will be taken when one runs on this database`;
    const document = {
      schema: 'tenantwatch.request/1',
      request,
      action,
      incident,
      by,
      note,
      outcome,
      text,
    } as const;
    print(
      context,
      options,
      document,
      () => `${incident}: ${outcome === 'refused' ? 'refused: ' : ''}${say(text)}\n`,
    );
    context.finish({ done: EXIT.passed, refused: EXIT.failed, waiting: EXIT.couldNotTell }[outcome]);
  });
}
