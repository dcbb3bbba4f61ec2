import type { Claim } from '../model/fly.ts';
import type { ClaimRecord } from '../model/history.ts';
import type { Connection } from './connection.ts';

/** A place in the list of claims. */
export interface ClaimPosition {
  readonly hostname: string;
  readonly firstSeenAt: number;
  readonly id: number;
}

export interface ClaimFilter {
  readonly hostname?: string;
  readonly app?: string;
  /** Only names of this domain on any other app than this one. */
  readonly misplaced?: { readonly domain: string; readonly managementApp: string };
  /** Also those that are gone. */
  readonly gone: boolean;
}

export interface ClaimPage {
  readonly records: readonly ClaimRecord[];
  /** Behind this one the next page begins; null on the last page. */
  readonly next: ClaimPosition | null;
  /** On all pages. */
  readonly total: number;
}

export interface ClaimTable {
  /** Takes a complete sweep: what appeared, changed and went. Of the apps in `unread` nothing is known: theirs stay as they were. */
  readonly sweep: (
    claims: readonly Claim[],
    at: number,
    unread?: ReadonlySet<string>,
  ) => { readonly appeared: readonly Claim[]; readonly gone: readonly Claim[] };
  /** By hostname, then app. */
  readonly current: () => readonly ClaimRecord[];
  /** By hostname, the first seen first. Reads no more than it returns. */
  readonly page: (filter: ClaimFilter, limit: number, after?: ClaimPosition) => ClaimPage;
  /** All lives of the claims of a hostname or an app, or of everything. */
  readonly history: (filter: {
    readonly hostname?: string;
    readonly app?: string;
    readonly limit: number;
  }) => readonly ClaimRecord[];
}

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
  const update = connection.prepare('UPDATE claims SET body = ?, last_seen = NULL WHERE id = ?');
  /** There, as far as is known, but not seen since. */
  const hold = connection.prepare('UPDATE claims SET last_seen = ? WHERE id = ?');
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
    sweep: (claims, at, unread = new Set()) =>
      connection.write(() => {
        const before = lastSweep();
        const missing = new Map(present.all().map((row) => [keyOf(row), row]));
        const taken = new Set<string>();
        const appeared: Claim[] = [];
        for (const claim of claims) {
          if (unread.has(claim.app)) continue;
          const key = keyOf(claim);
          if (taken.has(key)) continue; // An app holds a name once; a page that repeats itself adds nothing.
          taken.add(key);
          const row = missing.get(key);
          missing.delete(key);
          const body = JSON.stringify(claim);
          if (row === undefined) {
            insert.run(claim.hostname, claim.app, at, body);
            appeared.push(claim);
          } else if (row.body !== body || row.last_seen !== null) update.run(body, row.id);
        }
        const gone: Claim[] = [];
        for (const row of missing.values()) {
          const lastSeen = row.last_seen ?? Math.max(before ?? at, row.first_seen);
          if (unread.has(row.app)) {
            if (row.last_seen === null) hold.run(lastSeen, row.id);
            continue;
          }
          end.run(lastSeen, at, row.id);
          gone.push(JSON.parse(row.body) as Claim);
        }
        setSweep.run(LAST_SWEEP_KEY, String(at), at);
        return { appeared, gone };
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
