import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import {
  TenantListError,
  createFileSource,
  createFlySource,
  createHttpSource,
  createListSource,
  excluding,
} from '../../src/tenants/index.ts';
import { serveFly } from '../fly/fly-server.ts';
import type { Behaviour } from '../fly/fly-server.ts';
import { hurriedClock } from '../fly/hurried-clock.ts';
import { PLAN, fleet } from './plan.ts';

const A = '00000000000a';
const B = '00000000000b';
const never = new AbortController().signal;

async function problemsOf(load: () => unknown): Promise<readonly string[]> {
  try {
    await load();
  } catch (error) {
    assert.ok(error instanceof TenantListError, String(error));
    return error.problems;
  }
  return assert.fail('it should have been refused');
}

describe('a list', () => {
  it('takes ids, and entries with what differs from the templates', async () => {
    const source = createListSource(
      [
        A,
        {
          id: B,
          hostname: 'Shop.Example.COM.',
          app: 'custom',
          labels: { suspended: true, plan: 'gold', seats: 3 },
        },
        { id: '999bc654-9a64-49bc-98be-db976fc84e76' },
      ],
      PLAN,
    );
    assert.deepEqual(await source.load(never), [
      { id: A, hostname: `${A}.example.io`, app: `sp-${A}`, labels: {} },
      {
        id: B,
        hostname: 'shop.example.com',
        app: 'custom',
        labels: { suspended: 'true', plan: 'gold', seats: '3' },
      },
      { id: '999bc6549a64', hostname: '999bc6549a64.example.io', app: 'sp-999bc6549a64', labels: {} },
    ]);
  });

  const bad: readonly (readonly [string, readonly unknown[], RegExp])[] = [
    ['an id that matches nothing', [A, 'nobody'], /^list: entry 2: "nobody" is no tenant: .*\{12\}/],
    ['a number', [123456789012], /^list: entry 1: 123456789012 is a number: put the id in quotes$/],
    ['a missing id', [{ hostname: 'x.io' }], /^list: entry 1, key id: nothing is no id/],
    ['an unknown key', [{ id: A, host: 'x.io' }], /^list: entry 1, key host: unknown key; known are id, /],
    [
      'a host name that is none',
      [{ id: A, hostname: 'x_y.io' }],
      /^list: entry 1, key hostname: "x_y.io" is no host name$/,
    ],
    ['an app name that is none', [{ id: A, app: '-y' }], /^list: entry 1, key app: "-y" is no app name$/],
    ['labels that are a list', [{ id: A, labels: ['x'] }], /^list: entry 1, key labels: /],
    ['a label that is an object', [{ id: A, labels: { a: {} } }], /^list: entry 1, key labels\.a: /],
    [
      'an id twice, with different sites',
      [A, { id: A, app: 'other' }],
      /^list: entry 2, key id: .* is in entry 1/,
    ],
    ['a host name twice', [A, { id: B, hostname: `${A}.example.io` }], /^list: entry 2, key hostname: /],
    ['a control character', ['\u001b[31mx'], /^list: entry 1: "[^\u001b]*" is no tenant/],
  ];
  for (const [name, entries, expected] of bad) {
    it(`refuses ${name}, and says where`, async () => {
      const [problem] = await problemsOf(() => createListSource(entries, PLAN));
      assert.match(problem ?? '', expected);
    });
  }

  it('names every mistake at once', async () => {
    const problems = await problemsOf(() => createListSource(['x', A, { id: 'y', app: '_' }], PLAN));
    assert.equal(problems.length, 3);
  });
});

describe('a file', () => {
  async function folder(t: TestContext): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), 'tenants-'));
    t.after(() => rm(path, { recursive: true }));
    return path;
  }

  it('of YAML keeps ids that look like numbers as they were written', async (t) => {
    const path = join(await folder(t), 'tenants.yaml');
    await writeFile(
      path,
      `# ours\n- 012345678901\n- 12e456789012\n- id: 000000000001\n  hostname: null\n  labels: { suspended: true }\n`,
    );
    const tenants = await createFileSource(path, PLAN).load(never);
    assert.deepEqual(
      tenants.map(({ id, labels }) => [id, labels]),
      [
        ['012345678901', {}],
        ['12e456789012', {}],
        ['000000000001', { suspended: 'true' }],
      ],
    );
  });

  it('of JSON may hold the list under "tenants"', async (t) => {
    const path = join(await folder(t), 'tenants.json');
    await writeFile(path, JSON.stringify({ tenants: [A, { id: B }] }));
    assert.equal((await createFileSource(path, PLAN).load(never)).length, 2);
  });

  it('is read again when it has changed, and only then', async (t) => {
    const path = join(await folder(t), 'tenants.yaml');
    await writeFile(path, `[${A}]`);
    const source = createFileSource(path, PLAN);
    const first = await source.load(never);
    assert.equal(await source.load(never), first);
    await writeFile(`${path}.new`, `[${B}]`);
    await rename(`${path}.new`, path);
    assert.deepEqual(
      (await source.load(never)).map(({ id }) => id),
      [B],
    );
  });

  it('names itself, the entry and the key of what is wrong', async (t) => {
    const path = join(await folder(t), 'tenants.yaml');
    await writeFile(path, `- ${A}\n- id: ${B}\n  app: "no app"\n`);
    assert.deepEqual(await problemsOf(() => createFileSource(path, PLAN).load(never)), [
      `file ${path}: entry 2, key app: "no app" is no app name`,
    ]);
  });

  it('names the place of an error of syntax', async (t) => {
    const path = join(await folder(t), 'tenants.yaml');
    await writeFile(path, `- ${A}\n- {id: ${B}\n`);
    const [problem] = await problemsOf(() => createFileSource(path, PLAN).load(never));
    assert.match(problem ?? '', /^file .*tenants\.yaml: is no YAML: .*line/);
  });

  it('that is empty is no list', async (t) => {
    const path = join(await folder(t), 'tenants.yaml');
    await writeFile(path, '');
    assert.match(
      (await problemsOf(() => createFileSource(path, PLAN).load(never)))[0] ?? '',
      /expected a list/,
    );
  });

  it('that is missing is an error that names it', async (t) => {
    const path = join(await folder(t), 'none.yaml');
    await assert.rejects(createFileSource(path, PLAN).load(never), /none\.yaml/);
  });
});

describe('a list over HTTP', () => {
  async function source(
    t: TestContext,
    behave: Behaviour,
    path = '/tenants',
    timeoutMs = 30_000,
    credentials = 'user:p%40ss',
  ) {
    const server = await serveFly(behave);
    const url = `${server.url.replace('://', `://${credentials}@`)}${path}`;
    const http = createHttpSource({
      url,
      plan: PLAN,
      userAgent: 'tenantwatch/test',
      clock: hurriedClock(),
      timeoutMs,
    });
    t.after(async () => {
      await excluding(http, ['x']).close?.();
      await server.close();
    });
    return { http, server };
  }

  it('is asked with its ETag and kept when nothing changed', async (t) => {
    let etag = '"1"';
    const { http, server } = await source(t, ({ headers }) =>
      headers['if-none-match'] === etag
        ? { status: 304 }
        : { headers: { etag }, body: [etag === '"1"' ? A : B] },
    );
    const first = await http.load(never);
    assert.equal(await http.load(never), first);
    etag = '"2"';
    assert.deepEqual(
      (await http.load(never)).map(({ id }) => id),
      [B],
    );
    assert.deepEqual(
      server.received.map(({ headers }) => headers['if-none-match']),
      [undefined, '"1"', '"1"'],
    );
    assert.equal(
      server.received[0]?.headers.authorization,
      `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
    );
  });

  it('takes a password with a bare percent sign as it is written', async (t) => {
    const { http, server } = await source(t, () => ({ body: [A] }), '/tenants', 30_000, 'user:100%');
    await http.load(never);
    assert.equal(
      server.received[0]?.headers.authorization,
      `Basic ${Buffer.from('user:100%').toString('base64')}`,
    );
  });

  it('may be YAML', async (t) => {
    const { http } = await source(t, () => ({ headers: { 'content-type': 'text/yaml' }, body: `- ${A}\n` }));
    assert.equal((await http.load(never)).length, 1);
  });

  const failing: readonly (readonly [string, Behaviour, RegExp])[] = [
    ['a redirect', () => ({ status: 302, headers: { location: '/x' } }), /HTTP 302$/],
    ['a fault', () => ({ status: 503 }), /HTTP 503$/],
    ['an unasked "not modified"', () => ({ status: 304 }), /HTTP 304$/],
    ['garbage', () => ({ body: '<html>' }), /is no JSON/],
    ['a bad entry', () => ({ body: [A, 7] }), /entry 2: 7 is a number/],
    ['no answer', () => undefined, /\(timeout\)$/],
    ['too much', () => ({ body: 'x'.repeat(16_000_001) }), /\(too-large\)$/],
  ];
  for (const [name, behave, expected] of failing) {
    it(`that is ${name} is refused, without telling secrets`, async (t) => {
      // Only what never answers is to wait for its end.
      const timeoutMs = name === 'no answer' ? 500 : 30_000;
      const { http, server } = await source(t, behave, '/tenants?key=s3cret', timeoutMs);
      await assert.rejects(http.load(never), (error: Error) => {
        assert.match(error.message, expected);
        assert.match(error.message, /^http 127\.0\.0\.1:\d+\/tenants: /);
        assert.doesNotMatch(`${error.message} ${http.name}`, /s3cret|p@ss|p%40ss/);
        return true;
      });
      assert.equal(server.received.length, 1);
    });
  }
});

describe('the apps of the organization', () => {
  it('takes no app of another host of the domain, though its id fits the pattern', async () => {
    const plan = { ...PLAN, tenantIdPattern: '[a-z0-9]+' };
    const tenants = await createFlySource(() => Promise.resolve(['sp-www', 'sp-a1']), plan).load(never);
    assert.deepEqual(
      tenants.map(({ id }) => id),
      ['a1'],
    );
  });

  it('are tenants where name and id fit', async () => {
    const apps = ['mgmt', `sp-${B}`, `sp-${A}`, 'sp-postgres', 'fly-builder', `xsp-${A}`];
    const tenants = await createFlySource(() => Promise.resolve(apps), PLAN).load(never);
    assert.deepEqual(
      tenants.map(({ id }) => id),
      [A, B],
    );
  });
});

describe('excludes', () => {
  const table: readonly (readonly [string, string, number])[] = [
    ['by id', '000000000000', 9],
    ['by host name in any spelling', '000000000001.EXAMPLE.io.', 9],
    ['by app', 'sp-000000000002', 9],
    ['by glob', '*.example.io', 0],
    ['by glob of ids', '00000000000*', 0],
    ['with nothing but the star special', '00000000000.', 10],
    ['of someone else', 'sp-x', 10],
  ];
  for (const [name, exclude, left] of table) {
    it(`${name}: ${exclude}`, async () => {
      const all = { name: 'all', load: () => Promise.resolve(fleet(10)) };
      assert.equal((await excluding(all, [exclude]).load(never)).length, left);
    });
  }
});
