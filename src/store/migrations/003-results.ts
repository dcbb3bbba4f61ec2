/** Whole documents of `verify --store`. */
export const results = `
CREATE TABLE results (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  data BLOB NOT NULL
);
CREATE INDEX results_by_time ON results (at);
`;
