/** Runs and what is kept of them, and what sweeps saw. Large tables are keyed so that one tenant's rows lie together. */
export const history = `
-- Names of the closed sets (verdicts, checks, reasons, …) as small numbers, given once and never changed: an enum that
-- is reordered or renamed in the code never changes what an old row says.
CREATE TABLE codes (
  kind TEXT NOT NULL,
  code INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (kind, code),
  UNIQUE (kind, name)
) WITHOUT ROWID;

CREATE TABLE tenants (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  -- Runs up to this time are in the rollups.
  rolled_until INTEGER NOT NULL DEFAULT 0,
  -- The newest run, so that the state of all tenants is one small scan.
  latest_at INTEGER NOT NULL DEFAULT 0,
  latest BLOB
);

CREATE TABLE runs (
  tenant INTEGER NOT NULL,
  at INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (tenant, at)
) WITHOUT ROWID;

CREATE TABLE evidence (
  id INTEGER PRIMARY KEY,
  tenant INTEGER NOT NULL,
  at INTEGER NOT NULL,
  data BLOB NOT NULL
);
CREATE UNIQUE INDEX evidence_by_tenant ON evidence (tenant, at);

CREATE TABLE transitions (
  id INTEGER PRIMARY KEY,
  tenant INTEGER NOT NULL,
  at INTEGER NOT NULL,
  from_verdict TEXT,
  from_code TEXT,
  to_verdict TEXT NOT NULL,
  to_code TEXT
);
CREATE INDEX transitions_by_tenant ON transitions (tenant, at);
CREATE INDEX transitions_by_time ON transitions (at);

-- Counts and histograms apart: availability of all tenants reads the counts of a month at once.
CREATE TABLE hourly (
  tenant INTEGER NOT NULL,
  at INTEGER NOT NULL,
  pass INTEGER NOT NULL,
  warn INTEGER NOT NULL,
  fail INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  PRIMARY KEY (tenant, at)
) WITHOUT ROWID;
CREATE TABLE hourly_latency (
  tenant INTEGER NOT NULL,
  at INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (tenant, at)
) WITHOUT ROWID;
CREATE TRIGGER hourly_goes_whole AFTER DELETE ON hourly
BEGIN DELETE FROM hourly_latency WHERE tenant = OLD.tenant AND at = OLD.at; END;

CREATE TABLE daily (
  tenant INTEGER NOT NULL,
  at INTEGER NOT NULL,
  pass INTEGER NOT NULL,
  warn INTEGER NOT NULL,
  fail INTEGER NOT NULL,
  unknown INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  PRIMARY KEY (tenant, at)
) WITHOUT ROWID;
CREATE TABLE daily_latency (
  tenant INTEGER NOT NULL,
  at INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (tenant, at)
) WITHOUT ROWID;
CREATE TRIGGER daily_goes_whole AFTER DELETE ON daily
BEGIN DELETE FROM daily_latency WHERE tenant = OLD.tenant AND at = OLD.at; END;

CREATE TABLE deploys (
  app TEXT NOT NULL,
  release TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (app, release)
) WITHOUT ROWID;
CREATE INDEX deploys_by_app ON deploys (app, created_at);
CREATE INDEX deploys_by_time ON deploys (created_at);

CREATE TABLE claims (
  id INTEGER PRIMARY KEY,
  hostname TEXT NOT NULL,
  app TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  -- While it is there, the last sweep is its last sighting: a row is written when something changed, not each sweep.
  last_seen INTEGER,
  gone_at INTEGER,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX claims_present ON claims (hostname, app) WHERE gone_at IS NULL;
CREATE INDEX claims_by_hostname ON claims (hostname, first_seen);
CREATE INDEX claims_by_app ON claims (app, first_seen);
CREATE INDEX claims_gone ON claims (gone_at) WHERE gone_at IS NOT NULL;

CREATE TABLE scope_states (
  scope TEXT NOT NULL,
  at INTEGER NOT NULL,
  until INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  code TEXT,
  data BLOB NOT NULL,
  PRIMARY KEY (scope, at)
) WITHOUT ROWID;

CREATE TABLE due_times (
  loop TEXT NOT NULL,
  -- '' is the loop's own slot.
  tenant TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  PRIMARY KEY (loop, tenant)
) WITHOUT ROWID;

CREATE TABLE small_state (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID;
`;
