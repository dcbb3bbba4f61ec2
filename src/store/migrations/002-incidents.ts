/** What must never be lost: incidents, what was promised to be told, silences, the audit trail. */
export const incidents = `
-- The body is the incident; the columns beside it are read out of it and cannot say anything else.
CREATE TABLE incidents (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL CHECK (json_valid(body)),
  scope TEXT NOT NULL AS (body ->> '$.subject.scope') VIRTUAL,
  subject TEXT NOT NULL AS (body ->> '$.subject.name') VIRTUAL,
  state TEXT NOT NULL AS (body ->> '$.state') VIRTUAL,
  first_failed_at INTEGER NOT NULL AS (body ->> '$.firstFailedAt') VIRTUAL,
  opened_at INTEGER AS (body ->> '$.openedAt') VIRTUAL,
  resolved_at INTEGER AS (body ->> '$.resolvedAt') VIRTUAL
);
-- Identity is (scope, subject): two lives at once would page twice.
CREATE UNIQUE INDEX incidents_alive ON incidents (scope, subject) WHERE state <> 'resolved';
CREATE INDEX incidents_by_subject ON incidents (scope, subject, first_failed_at);
CREATE INDEX incidents_by_time ON incidents (first_failed_at);
CREATE INDEX incidents_resolved ON incidents (resolved_at) WHERE state = 'resolved';

CREATE TABLE incident_events (
  id INTEGER PRIMARY KEY,
  incident TEXT NOT NULL REFERENCES incidents (id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  kind TEXT NOT NULL,
  by TEXT,
  text TEXT NOT NULL
);
CREATE INDEX incident_events_by_incident ON incident_events (incident, at);

CREATE TABLE silences (
  id TEXT PRIMARY KEY,
  body TEXT NOT NULL CHECK (json_valid(body)),
  starts_at INTEGER NOT NULL AS (body ->> '$.startsAt') VIRTUAL,
  ends_at INTEGER NOT NULL AS (body ->> '$.endsAt') VIRTUAL
);
CREATE INDEX silences_by_end ON silences (ends_at);

-- seq is the order in which things were promised.
CREATE TABLE deliveries (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  channel TEXT NOT NULL,
  grp TEXT NOT NULL,
  message TEXT NOT NULL CHECK (json_valid(message)),
  created_at INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'leased', 'sent', 'dead')),
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at INTEGER NOT NULL,
  leased_until INTEGER,
  sent_at INTEGER,
  last_error TEXT,
  possible_repeat INTEGER NOT NULL DEFAULT 0
);
-- Only what is not delivered yet is looked through.
CREATE INDEX deliveries_undelivered ON deliveries (channel, grp, seq) WHERE state IN ('waiting', 'leased');
CREATE INDEX deliveries_by_group ON deliveries (grp, seq);
CREATE INDEX deliveries_by_age ON deliveries (state, created_at);

CREATE TABLE delivery_handles (
  channel TEXT NOT NULL,
  grp TEXT NOT NULL,
  handle TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (channel, grp)
) WITHOUT ROWID;

CREATE TABLE disabled_channels (
  channel TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  reason TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  outcome TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (json_valid(detail))
);
CREATE INDEX audit_by_subject ON audit (subject, id);
CREATE TRIGGER audit_keeps_rows BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
-- REPLACE deletes without asking the trigger above.
CREATE TRIGGER audit_replaces_nothing BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
CREATE TRIGGER audit_keeps_values BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END;
`;
