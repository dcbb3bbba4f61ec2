import type { Release } from '../model/fly.ts';
import type { Deploy } from '../model/history.ts';
import type { Connection } from './connection.ts';

/** A place in the list of deploys; complete, since releases of many apps share a second. */
export interface DeployPosition {
  readonly createdAt: number;
  readonly firstSeenAt: number;
  readonly app: string;
  readonly release: string;
}

export interface ReleaseOfApp {
  readonly app: string;
  readonly release: Release;
}

export interface DeployTable {
  /** True when the release was not known. A release that is known is brought up to date. */
  readonly record: (app: string, release: Release, seenAt: number) => boolean;
  /** The same of many, in one transaction. */
  readonly recordAll: (releases: readonly ReleaseOfApp[], seenAt: number) => void;
  /** By the release's own time; of all apps with null. `after`: only those that the list has behind this one. */
  readonly between: (
    app: string | null,
    since: number,
    until: number,
    limit: number,
    after?: DeployPosition,
  ) => readonly Deploy[];
  /** The newest release of each app. */
  readonly current: () => ReadonlyMap<string, Deploy>;
}

const BEGINNING: DeployPosition = {
  createdAt: Number.MAX_SAFE_INTEGER,
  firstSeenAt: 0,
  app: '',
  release: '',
};

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
  const order = `created_at >= @since AND created_at < @until
    AND (created_at, first_seen, app, release) < (@createdAt, @firstSeenAt, @afterApp, @release)
    ORDER BY created_at DESC, first_seen DESC, app DESC, release DESC LIMIT @limit`;
  const ofAll = connection.prepare<Row>(`SELECT app, first_seen, body FROM deploys WHERE ${order}`);
  const ofApp = connection.prepare<Row>(
    `SELECT app, first_seen, body FROM deploys WHERE app = @app AND ${order}`,
  );
  // From app to app along the index: an app has one current release and hundreds of old ones.
  const current = connection.prepare<Row>(
    `WITH RECURSIVE apps (app) AS (
       SELECT min(app) FROM deploys
       UNION ALL SELECT (SELECT min(app) FROM deploys WHERE app > apps.app) FROM apps WHERE apps.app IS NOT NULL
     )
     SELECT deploys.app, first_seen, body FROM apps JOIN deploys ON deploys.app = apps.app AND release =
       (SELECT release FROM deploys AS newest WHERE newest.app = apps.app
        ORDER BY created_at DESC, first_seen DESC LIMIT 1)`,
  );

  /** A sweep asks every half minute, and hardly anything changed: kept until this or another process writes. */
  let known: { readonly version: number; readonly deploys: Map<string, Deploy> } | undefined;
  connection.onRollback(() => {
    known = undefined;
  });
  /** To read all of them again because one app was deployed would take a twentieth of a second in a large fleet. */
  const note = (app: string, deploy: Deploy): void => {
    const before = known?.deploys.get(app);
    if (before === undefined || isNewer(deploy, before)) known?.deploys.set(app, deploy);
  };
  const noteChange = (app: string, release: Release): void => {
    const before = known?.deploys.get(app);
    if (before?.release.id === release.id) known?.deploys.set(app, { ...before, release });
  };

  const record = (app: string, release: Release, seenAt: number): boolean => {
    const body = JSON.stringify(release);
    const isNew = insert.run(app, release.id, release.createdAt, seenAt, body).changes === 1;
    if (isNew) note(app, { app, release, firstSeenAt: seenAt });
    else if (update.run({ body, app, release: release.id }).changes === 1) noteChange(app, release);
    return isNew;
  };

  return {
    record: (app, release, seenAt) => connection.write(() => record(app, release, seenAt)),
    recordAll: (releases, seenAt) => {
      connection.write(() => {
        for (const { app, release } of releases) record(app, release, seenAt);
      });
    },
    between: (app, since, until, limit, after = BEGINNING) =>
      connection.read(() => {
        const { app: afterApp, ...position } = after;
        const range = { since, until, limit, afterApp, ...position };
        return (app === null ? ofAll.all(range) : ofApp.all({ ...range, app })).map(toDeploy);
      }),
    current: () =>
      connection.read(() => {
        const version = connection.dataVersion();
        if (known?.version !== version)
          known = { version, deploys: new Map(current.all().map((row) => [row.app, toDeploy(row)])) };
        return known.deploys;
      }),
  };
}

/** In the order in which `current` picks. */
function isNewer(one: Deploy, other: Deploy): boolean {
  return (
    one.release.createdAt > other.release.createdAt ||
    (one.release.createdAt === other.release.createdAt && one.firstSeenAt > other.firstSeenAt)
  );
}

function toDeploy(row: Row): Deploy {
  return { app: row.app, release: JSON.parse(row.body) as Release, firstSeenAt: row.first_seen };
}
