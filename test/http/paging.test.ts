import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Store } from '../../src/store/index.ts';
import { aClaim, anIncident, aRelease, aRun, entries, T0 } from '../store/fixtures.ts';
import { testApp } from './app.ts';

const TENANT = '999bc6549a64';

/** Three of everything in one millisecond, and one before and one after it. */
const MOMENTS = [T0 - 1, T0, T0, T0, T0 + 1];

interface List {
  readonly name: string;
  readonly path: string;
  readonly fill: (store: Store) => void;
  readonly count: number;
  /** What tells one entry from all others. */
  readonly idOf: (entry: never) => string;
}

const LISTS: readonly List[] = [
  {
    name: 'runs',
    path: `/tenants/${TENANT}/runs`,
    fill: ({ runs }) => {
      runs.append(entries(...MOMENTS.map((at, index) => aRun(TENANT, at, { durationMs: index }))));
    },
    count: 5,
    idOf: ({ at, durationMs }: { at: number; durationMs: number }) => `${String(at)} ${String(durationMs)}`,
  },
  {
    name: 'deploys',
    path: '/deploys',
    fill: ({ deploys }) => {
      for (const [index, at] of MOMENTS.entries()) {
        deploys.record('sp-a', aRelease(index, at), T0 + 5);
        deploys.record('sp-b', aRelease(index, at), T0 + 5 + (index % 2));
      }
    },
    count: 10,
    idOf: ({ app, release }: { app: string; release: { id: string } }) => `${app} ${release.id}`,
  },
  {
    name: 'incidents',
    path: '/incidents',
    fill: ({ commitIncidents }) => {
      commitIncidents(
        MOMENTS.map((firstFailedAt, index) => ({
          incident: anIncident(`incident-${String((index * 3) % 5)}`, {
            subject: { scope: 'tenant', name: `t${String(index)}` },
            state: 'resolved',
            firstFailedAt,
            openedAt: firstFailedAt,
            resolvedAt: T0 + 10,
          }),
          events: [],
          deliveries: [],
        })),
      );
    },
    count: 5,
    idOf: ({ id }: { id: string }) => id,
  },
  {
    name: 'claims',
    path: '/claims',
    fill: ({ claims }) => {
      const at = (apps: readonly string[]) =>
        apps.flatMap((app) => [
          aClaim('a.systemprompt.io', app),
          aClaim('b.systemprompt.io', app),
          aClaim('c.example.org', app),
        ]);
      claims.sweep(at(['sp-a', 'sp-b', 'management-api-prod']), T0);
      claims.sweep(at(['sp-a']), T0 + 1);
      claims.sweep(at(['sp-a', 'sp-b']), T0 + 2);
    },
    count: 6,
    idOf: ({ hostname, app, firstSeenAt }: { hostname: string; app: string; firstSeenAt: number }) =>
      `${hostname} ${app} ${String(firstSeenAt)}`,
  },
];

describe('pages of a list', () => {
  for (const { name, path, fill, count, idOf } of LISTS)
    it(`of ${name} hold each entry once, also those of one millisecond, and the last one says so`, async (context) => {
      const read = await reader(context, fill, name);
      const whole = (await read(`${path}?limit=500`)).entries.map((entry) => idOf(entry as never));
      assert.equal(whole.length, count);
      assert.equal(new Set(whole).size, count);
      for (const limit of [1, 2, 3, count - 1, count]) {
        const seen: string[] = [];
        let pages = 0;
        for (let cursor = ''; ;) {
          const page = await read(`${path}?limit=${String(limit)}${cursor}`);
          pages += 1;
          seen.push(...page.entries.map((entry) => idOf(entry as never)));
          if (page.next === null) break;
          cursor = `&cursor=${page.next}`;
        }
        assert.deepEqual(seen, whole, `${String(limit)} on a page`);
        assert.equal(pages, Math.ceil(count / limit), 'no page is empty');
      }
    });

  it('a cursor that is none of ours is refused, and never an error of ours', async (context) => {
    const { app } = await testApp(context);
    const cursors = [
      'x',
      '%00',
      'bnVsbA',
      Buffer.from('[1]').toString('base64url'),
      'W10',
      'e30',
      '-1',
      '[]',
    ];
    for (const path of ['/tenants', '/deploys', '/incidents', '/claims'])
      for (const cursor of cursors) {
        const { statusCode } = await app.inject(`/api/v1${path}?cursor=${cursor}`);
        assert.equal(statusCode, 400, `${path} ${cursor}`);
      }
  });

  it('of claims can be those that are gone, those of an app, and those that conflict, counted over all pages', async (context) => {
    const claims = LISTS[3];
    assert.ok(claims);
    const read = await reader(context, claims.fill, 'claims');
    const total = async (query: string): Promise<number> => {
      const { entries: found, total } = await read(`/claims?${query}`);
      assert.equal(found.length, Math.min(total ?? 0, query.includes('limit=2') ? 2 : 500), query);
      return total ?? 0;
    };
    assert.equal(await total(''), 6);
    assert.equal(await total('limit=2'), 6);
    assert.equal(await total('gone=true'), 12);
    assert.equal(await total('app=sp-b'), 3);
    assert.equal(await total('app=sp-b&gone=true'), 6);
    assert.equal(await total('hostname=A.SystemPrompt.io.'), 2);
    assert.equal(await total('conflicts=true'), 4);
    assert.equal(await total('conflicts=true&gone=true&limit=2'), 6);
    // The list's filter and the guard's rule of placement say the same of every claim.
    const all = (await read('/claims?gone=true')).entries as readonly { app: string; conflict: boolean }[];
    const conflicting = (await read('/claims?gone=true&conflicts=true')).entries;
    assert.deepEqual(
      conflicting,
      all.filter(({ conflict }) => conflict),
    );
  });
});

describe('the page of incidents', () => {
  it('leads through all that ended, also those of one millisecond, and from a cursor of nobody to the newest', async (context) => {
    const { app, context: daemon } = await testApp(context);
    const ids = Array.from({ length: 120 }, (_, index) => `i-${String(index)}`);
    daemon.store.commitIncidents(
      ids.map((id, index) => ({
        incident: anIncident(id, {
          subject: { scope: 'tenant', name: id },
          state: 'resolved',
          resolvedAt: T0 + 10_000,
          firstFailedAt: T0 + Math.floor(index / 70),
        }),
        events: [],
        deliveries: [],
      })),
    );
    const shownAt = async (path: string): Promise<{ ids: readonly string[]; older: string | undefined }> => {
      const { body } = await app.inject(path);
      const shown = [...body.matchAll(/href="\/incidents\/(i-\d+)"/gu)].map(([, id = '']) => id);
      return { ids: [...new Set(shown)], older: /href="(\/incidents\?before=[^"]+)"/u.exec(body)?.[1] };
    };
    const seen: string[] = [];
    for (let path: string | undefined = '/incidents'; path !== undefined;) {
      const page = await shownAt(path);
      assert.ok(page.ids.length > 0, 'no page is empty');
      seen.push(...page.ids);
      path = page.older;
    }
    assert.deepEqual(seen.toSorted(), ids.toSorted());
    const first = await shownAt('/incidents');
    for (const before of ['99', 'x', '%00', 'W10'])
      assert.deepEqual(await shownAt(`/incidents?before=${before}`), first);
  });
});

interface Page {
  readonly entries: readonly unknown[];
  readonly next: string | null;
  readonly total: number | undefined;
}

async function reader(
  context: TestContext,
  fill: (store: Store) => void,
  name: string,
): Promise<(path: string) => Promise<Page>> {
  const { app, context: daemon } = await testApp(context);
  fill(daemon.store);
  daemon.fleet.setTenants([
    { id: TENANT, hostname: `${TENANT}.systemprompt.io`, app: `sp-${TENANT}`, labels: {} },
  ]);
  return async (path) => {
    const answer = await app.inject(`/api/v1${path}`);
    assert.equal(answer.statusCode, 200, answer.body);
    const body = answer.json<Readonly<Record<string, unknown>>>();
    return {
      entries: body[name] as readonly unknown[],
      next: body.next as string | null,
      total: body.total as number | undefined,
    };
  };
}
