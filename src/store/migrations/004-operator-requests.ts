/** What people ask the daemon to do, through the database that both open. */
export const operatorRequests = `
CREATE TABLE operator_requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  action TEXT NOT NULL,
  incident TEXT NOT NULL,
  by TEXT NOT NULL,
  note TEXT,
  at INTEGER NOT NULL,
  outcome TEXT CHECK (outcome IN ('done', 'refused')),
  answer TEXT,
  answered_at INTEGER
);
CREATE INDEX operator_requests_waiting ON operator_requests (id) WHERE outcome IS NULL;
CREATE INDEX operator_requests_answered ON operator_requests (answered_at) WHERE answered_at IS NOT NULL;
`;
