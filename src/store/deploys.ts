import type { Release } from '../model/fly.ts';
import type { Deploy } from '../model/history.ts';
import type { Connection } from './connection.ts';
import type { DeployTable } from './store.ts';

interface Row {
  readonly app: string;
  readonly first_seen: number;
  readonly body: string;
}

export function createDeploys(connection: Connection): DeployTable {
  const insert = connection.prepare(
    `INSERT INTO deploys (app, release, created_at, first_seen, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (app, release) DO NOTHING`,
  );
  const update = connection.prepare(
    'UPDATE deploys SET body = @body WHERE app = @app AND release = @release AND body <> @body',
  );
  const order = 'created_at >= ? AND created_at < ? ORDER BY created_at DESC, first_seen DESC LIMIT ?';
  const ofAll = connection.prepare<Row>(`SELECT app, first_seen, body FROM deploys WHERE ${order}`);
  const ofApp = connection.prepare<Row>(
    `SELECT app, first_seen, body FROM deploys WHERE app = ? AND ${order}`,
  );
  // With max() the other columns are of the row that has it (https://sqlite.org/lang_select.html#bareagg).
  const current = connection.prepare<Row>(
    'SELECT app, first_seen, body, max(created_at) FROM deploys GROUP BY app',
  );
  return {
    record: (app, release, seenAt) =>
      connection.write(() => {
        const body = JSON.stringify(release);
        if (insert.run(app, release.id, release.createdAt, seenAt, body).changes === 1) return true;
        update.run({ body, app, release: release.id });
        return false;
      }),
    between: (app, since, until, limit) =>
      connection.read(() =>
        (app === null ? ofAll.all(since, until, limit) : ofApp.all(app, since, until, limit)).map(toDeploy),
      ),
    current: () => connection.read(() => new Map(current.all().map((row) => [row.app, toDeploy(row)]))),
  };
}

function toDeploy(row: Row): Deploy {
  return { app: row.app, release: JSON.parse(row.body) as Release, firstSeenAt: row.first_seen };
}
