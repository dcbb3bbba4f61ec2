import type { IncidentChange, IncidentEvent } from '../model/delivery.ts';
import type { Incident, Subject, IncidentState } from '../model/incident.ts';
import type { Connection } from './connection.ts';

export interface IncidentTable {
  readonly get: (id: string) => Incident | null;
  /** Pending and open ones, oldest first: what the daemon holds in memory. */
  readonly unresolved: () => readonly Incident[];
  /** The latest incident of a subject, whatever its state. */
  readonly latestOf: (subject: Subject) => Incident | null;
  /** By first failing run. Only those that were opened, unless pending is asked for. */
  readonly list: (filter: {
    readonly state?: IncidentState;
    readonly subject?: Subject;
    readonly before?: number;
    /** Only those that the list has behind this one; many may have begun in the same millisecond. */
    readonly after?: { readonly firstFailedAt: number; readonly id: string };
    readonly limit?: number;
  }) => readonly Incident[];
  /** Oldest first. */
  readonly events: (incident: string) => readonly IncidentEvent[];
  /** Latest resolved ones since then, for reopening. */
  readonly resolvedSince: (since: number) => readonly Incident[];
}

export interface IncidentWriter extends IncidentTable {
  /** The incident and its events. Only inside a write transaction. */
  readonly put: (change: Pick<IncidentChange, 'incident' | 'events'>) => void;
}

interface Row {
  readonly body: string;
}

const DEFAULT_LIMIT = 100;
const END_OF_TIME = Number.MAX_SAFE_INTEGER;
const BEGINNING = { firstFailedAt: END_OF_TIME, id: '' };

export function createIncidents(connection: Connection): IncidentWriter {
  const upsert = connection.prepare(
    'INSERT INTO incidents (id, body) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body',
  );
  const addEvent = connection.prepare(
    'INSERT INTO incident_events (incident, at, kind, by, text) VALUES (?, ?, ?, ?, ?)',
  );
  const one = connection.prepare<Row>('SELECT body FROM incidents WHERE id = ?');
  const alive = connection.prepare<Row>(
    `SELECT body FROM incidents WHERE state <> 'resolved' ORDER BY first_failed_at, id`,
  );
  const latest = connection.prepare<Row>(
    'SELECT body FROM incidents WHERE scope = ? AND subject = ? ORDER BY first_failed_at DESC, rowid DESC LIMIT 1',
  );
  const resolvedSince = connection.prepare<Row>(
    `SELECT body FROM incidents WHERE state = 'resolved' AND resolved_at >= ? ORDER BY resolved_at DESC`,
  );
  const list = connection.prepare<Row>(
    `SELECT body FROM incidents
     WHERE first_failed_at < @before
       AND (first_failed_at, rowid) < (@afterAt, (SELECT rowid FROM incidents WHERE id = @afterId))
       AND (@scope IS NULL OR scope = @scope) AND (@name IS NULL OR subject = @name)
       AND CASE WHEN @state IS NULL THEN opened_at IS NOT NULL ELSE state = @state END
     ORDER BY first_failed_at DESC, rowid DESC LIMIT @limit`,
  );
  const events = connection.prepare<IncidentEvent>(
    'SELECT incident, at, kind, by, text FROM incident_events WHERE incident = ? ORDER BY at, id',
  );

  return {
    put: ({ incident, events: happened }) => {
      upsert.run(incident.id, JSON.stringify(incident));
      for (const event of happened) addEvent.run(event.incident, event.at, event.kind, event.by, event.text);
    },
    get: (id) => connection.read(() => firstOf(one.all(id))),
    unresolved: () => connection.read(() => alive.all().map(toIncident)),
    latestOf: ({ scope, name }) => connection.read(() => firstOf(latest.all(scope, name))),
    list: ({ state = null, subject, before = END_OF_TIME, after = BEGINNING, limit = DEFAULT_LIMIT }) =>
      connection.read(() =>
        list
          .all({
            before,
            afterAt: after.firstFailedAt,
            afterId: after.id,
            scope: subject?.scope ?? null,
            name: subject?.name ?? null,
            state,
            limit,
          })
          .map(toIncident),
      ),
    events: (incident) => connection.read(() => events.all(incident)),
    resolvedSince: (since) => connection.read(() => resolvedSince.all(since).map(toIncident)),
  };
}

function firstOf(rows: readonly Row[]): Incident | null {
  const [row] = rows;
  return row === undefined ? null : toIncident(row);
}

function toIncident(row: Row): Incident {
  return JSON.parse(row.body) as Incident;
}
