import type { Claim } from '../model/fly.ts';
import type { ClaimRecord } from '../model/history.ts';
import type { Connection } from './connection.ts';
import type { ClaimPosition, ClaimTable } from './store.ts';

/** When the last complete sweep was: the last sighting of everything that is there. */
const LAST_SWEEP_KEY = 'claims.last-sweep';

const BEGINNING: ClaimPosition = { hostname: '', firstSeenAt: 0, id: 0 };

interface Row {
  readonly id: number;
  readonly hostname: string;
  readonly app: string;
  readonly first_seen: number;
  readonly last_seen: number | null;
  readonly gone_at: number | null;
  readonly body: string;
}

export function createClaims(connection: Connection): ClaimTable {
  const columns = 'id, hostname, app, first_seen, last_seen, gone_at, body';
  const present = connection.prepare<Row>(
    `SELECT ${columns} FROM claims WHERE gone_at IS NULL ORDER BY hostname, app`,
  );
  const insert = connection.prepare(
    'INSERT INTO claims (hostname, app, first_seen, body) VALUES (?, ?, ?, ?)',
  );
  const update = connection.prepare('UPDATE claims SET body = ? WHERE id = ?');
  const end = connection.prepare('UPDATE claims SET last_seen = ?, gone_at = ? WHERE id = ?');
  const getSweep = connection.prepare<{ value: string }>('SELECT value FROM small_state WHERE key = ?');
  const setSweep = connection.prepare(
    'INSERT OR REPLACE INTO small_state (key, value, updated_at) VALUES (?, ?, ?)',
  );
  const order = 'ORDER BY first_seen DESC, id DESC LIMIT ?';
  const histories = {
    all: connection.prepare<Row>(`SELECT ${columns} FROM claims ${order}`),
    hostname: connection.prepare<Row>(`SELECT ${columns} FROM claims WHERE hostname = ? ${order}`),
    app: connection.prepare<Row>(`SELECT ${columns} FROM claims WHERE app = ? ${order}`),
    both: connection.prepare<Row>(`SELECT ${columns} FROM claims WHERE hostname = ? AND app = ? ${order}`),
  };

  const matching = `(@hostname IS NULL OR hostname = @hostname) AND (@app IS NULL OR app = @app)
    AND (@gone OR gone_at IS NULL)
    AND (@domain IS NULL OR (app <> @managementApp AND
      (hostname = @domain OR substr(hostname, -length(@domain) - 1) = '.' || @domain)))`;
  const page = connection.prepare<Row>(
    `SELECT ${columns} FROM claims WHERE (hostname, first_seen, id) > (@afterHostname, @afterSeen, @afterId) AND ${matching}
     ORDER BY hostname, first_seen, id LIMIT @limit`,
  );
  const count = connection.prepare<{ total: number }>(
    `SELECT count(*) AS total FROM claims WHERE ${matching}`,
  );

  const lastSweep = (): number | null => {
    const value = getSweep.get(LAST_SWEEP_KEY)?.value;
    return value === undefined ? null : Number(value);
  };

  const toRecord = (row: Row, swept: number | null): ClaimRecord => ({
    claim: JSON.parse(row.body) as Claim,
    firstSeenAt: row.first_seen,
    lastSeenAt: row.last_seen ?? Math.max(swept ?? row.first_seen, row.first_seen),
    goneAt: row.gone_at,
  });

  return {
    sweep: (claims, at) =>
      connection.write(() => {
        const before = lastSweep();
        const missing = new Map(present.all().map((row) => [keyOf(row), row]));
        const taken = new Set<string>();
        const appeared: Claim[] = [];
        for (const claim of claims) {
          const key = keyOf(claim);
          if (taken.has(key)) continue; // An app holds a name once; a page that repeats itself adds nothing.
          taken.add(key);
          const row = missing.get(key);
          missing.delete(key);
          const body = JSON.stringify(claim);
          if (row === undefined) {
            insert.run(claim.hostname, claim.app, at, body);
            appeared.push(claim);
          } else if (row.body !== body) update.run(body, row.id);
        }
        for (const row of missing.values()) end.run(Math.max(before ?? at, row.first_seen), at, row.id);
        setSweep.run(LAST_SWEEP_KEY, String(at), at);
        return { appeared, gone: [...missing.values()].map((row) => JSON.parse(row.body) as Claim) };
      }),
    current: () =>
      connection.read(() => {
        const swept = lastSweep();
        return present.all().map((row) => toRecord(row, swept));
      }),
    page: ({ hostname = null, app = null, misplaced, gone }, limit, after = BEGINNING) =>
      connection.read(() => {
        const swept = lastSweep();
        const filter = {
          hostname,
          app,
          gone: gone ? 1 : 0,
          domain: misplaced?.domain ?? null,
          managementApp: misplaced?.managementApp ?? null,
        };
        const position = { afterHostname: after.hostname, afterSeen: after.firstSeenAt, afterId: after.id };
        const rows = page.all({ ...filter, ...position, limit: limit + 1 });
        const last = rows.length > limit ? rows[limit - 1] : undefined;
        return {
          records: rows.slice(0, limit).map((row) => toRecord(row, swept)),
          next:
            last === undefined
              ? null
              : { hostname: last.hostname, firstSeenAt: last.first_seen, id: last.id },
          total: count.get(filter)?.total ?? 0,
        };
      }),
    history: ({ hostname, app, limit }) =>
      connection.read(() => {
        const swept = lastSweep();
        const rows =
          hostname === undefined
            ? app === undefined
              ? histories.all.all(limit)
              : histories.app.all(app, limit)
            : app === undefined
              ? histories.hostname.all(hostname, limit)
              : histories.both.all(hostname, app, limit);
        return rows.map((row) => toRecord(row, swept));
      }),
  };
}

function keyOf({ hostname, app }: Pick<Claim, 'hostname' | 'app'>): string {
  return JSON.stringify([hostname, app]);
}
