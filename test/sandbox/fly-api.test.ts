import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { request } from 'undici';
import { startSandbox } from '../../src/sandbox/index.ts';
import type { FaultName, FaultScope, Sandbox } from '../../src/sandbox/index.ts';

const APP = 'sp-999bc6549a64';
const SITE = '999bc6549a64.systemprompt.io';
const MANAGEMENT = 'management-api-prod';

let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox({ tenants: 12 });
});
afterEach(() => {
  sandbox.faults.clear();
});
after(() => sandbox.close());

/** Walks JSON: `certificates.0.status`; `*` is every entry of a list. Undefined where nothing is. */
function walk(value: unknown, path: string): unknown {
  const [step = '', ...rest] = path.split('.');
  if (typeof value !== 'object' || value === null) return undefined;
  if (step === '*')
    return Object.values(value).map((entry: unknown) =>
      rest.length > 0 ? walk(entry, rest.join('.')) : entry,
    );
  const next = (value as Readonly<Record<string, unknown>>)[step];
  return rest.length > 0 ? walk(next, rest.join('.')) : next;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly at: (path: string) => unknown;
}

async function rest(
  path: string,
  method: 'GET' | 'POST' | 'DELETE' = 'GET',
  token?: string,
  body?: object,
): Promise<Answer> {
  const answer = await request(`${sandbox.addresses.flapsBaseUrl}${path}`, {
    method,
    headers: { authorization: token ?? sandbox.tokens.read },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await answer.body.text();
  const json = text === '' ? null : (JSON.parse(text) as unknown);
  return { status: answer.statusCode, headers: answer.headers, at: (where) => walk(json, where) };
}

async function graphql(
  query: string,
  variables: object = {},
  token = sandbox.tokens.read,
): Promise<Pick<Answer, 'at'>> {
  const answer = await request(`${sandbox.addresses.flyApiBaseUrl}/graphql`, {
    method: 'POST',
    headers: { authorization: token, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  assert.equal(answer.statusCode, 200);
  const json = await answer.body.json();
  return { at: (where) => walk(json, where) };
}

describe('Machines API of the sandbox', () => {
  it('lists certificates in pages of the asked size, with a cursor and the whole count', async () => {
    sandbox.world.addApp('many-certificates');
    for (let index = 0; index < 7; index += 1)
      sandbox.world.addCertificate('many-certificates', `host${index}.example.com`);
    const path = '/v1/apps/many-certificates/certificates';
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 5; page += 1) {
      const { at } = await rest(`${path}?limit=3${cursor}`);
      assert.equal(at('total_count'), 7);
      seen.push(...(at('certificates.*.hostname') as string[]));
      if (at('next_cursor') === undefined) break;
      cursor = `&cursor=${String(at('next_cursor'))}`;
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 7 }, (_, index) => `host${index}.example.com`),
    );
    assert.equal((await rest(`${path}?filter=host3`)).at('total_count'), 1);
    assert.equal((await rest(path)).at('certificates.length'), 7);
    sandbox.world.removeApp('many-certificates');
  });

  it('tells an issued certificate by an active entry that has not expired', async () => {
    const { at } = await rest(`/v1/apps/${MANAGEMENT}/certificates/%2A.systemprompt.io`);
    assert.equal(at('hostname'), '*.systemprompt.io');
    assert.equal(at('certificates.0.status'), 'active');
    assert.ok(Date.parse(String(at('certificates.0.expires_at'))) > Date.now());
  });

  it('adds, checks and removes a certificate with a token that may write', async () => {
    const { write } = sandbox.tokens;
    const added = await rest(`/v1/apps/${APP}/certificates/acme`, 'POST', write, { hostname: SITE });
    assert.equal(added.status, 201);
    assert.equal(added.at('configured'), false);
    assert.match(String(added.at('validation_errors.0.remediation')), /A record/);
    assert.equal(
      (await rest(`/v1/apps/${APP}/certificates/acme`, 'POST', write, { hostname: SITE })).status,
      422,
    );
    const checks = sandbox.world.revalidations();
    assert.equal((await rest(`/v1/apps/${APP}/certificates/${SITE}/check`, 'POST', write)).status, 200);
    assert.equal(sandbox.world.revalidations(), checks + 1);
    assert.equal((await rest(`/v1/apps/${APP}/certificates/${SITE}`, 'DELETE', write)).status, 204);
    assert.equal((await rest(`/v1/apps/${APP}/certificates/${SITE}`)).status, 404);
  });

  it('refuses a token that may only read to change anything', async () => {
    assert.equal(
      (await rest(`/v1/apps/${APP}/certificates/acme`, 'POST', undefined, { hostname: SITE })).status,
      403,
    );
    assert.equal((await rest(`/v1/apps/${MANAGEMENT}/certificates/systemprompt.io`, 'DELETE')).status, 403);
  });

  it('rejects bad tokens and personal ones', async () => {
    for (const token of ['FlyV1 fm2_wrong', 'Bearer x', `Bearer ${sandbox.tokens.personal}`])
      assert.equal((await rest('/v1/tokens/current', 'GET', token)).status, 401);
    assert.equal((await rest('/v1/tokens/current')).at('tokens.0.org_slug'), 'systemprompt');
  });

  it('knows a missing app and a missing route', async () => {
    assert.equal((await rest('/v1/apps/sp-nobody/machines')).status, 404);
    assert.equal((await rest('/v1/nothing')).status, 404);
  });

  it('tells whether a machine may be started, and how it ended', async () => {
    sandbox.world.crash(APP, 137);
    const { at } = await rest(`/v1/apps/${APP}/machines`);
    assert.equal(at('0.config.services.0.autostart'), true);
    assert.equal(at('0.events.0.request.exit_event.oom_killed'), true);
    sandbox.world.setMachines(APP, 'started');
  });

  it('lists addresses, private ones among them', async () => {
    const { at } = await rest(`/v1/apps/${MANAGEMENT}/ip_assignments`);
    assert.deepEqual(
      (at('ips.*.ip') as string[]).map((ip) => ip.split(':')[0]),
      ['127.0.0.1', 'fdaa'],
    );
    assert.equal((await rest(`/v1/apps/${APP}/ip_assignments`)).at('ips.0.shared'), true);
  });

  it('lists the machines of the organization without their services', async () => {
    const { at } = await rest('/v1/orgs/systemprompt/machines?limit=5');
    assert.equal(at('machines.length'), 5);
    assert.equal(at('machines.0.config.services'), undefined);
    assert.deepEqual(at('error_regions'), []);
    assert.equal(
      (await rest(`/v1/orgs/systemprompt/machines?cursor=${String(at('next_cursor'))}`)).at(
        'machines.length',
      ),
      8,
    );
    assert.equal((await rest('/v1/orgs/other/machines')).status, 404);
    assert.equal((await rest('/v1/apps?org_slug=systemprompt')).at('total_apps'), 13);
  });

  it('returns logs after a token only', async () => {
    sandbox.world.logs.write(APP, 'one line');
    const first = await rest(`/api/v1/apps/${APP}/logs`);
    assert.equal((first.at('data.*.attributes.message') as string[]).at(-1), 'one line');
    const next = await rest(`/api/v1/apps/${APP}/logs?next_token=${String(first.at('meta.next_token'))}`);
    assert.deepEqual(next.at('data'), []);
  });

  it('answers the one metric that it has', async () => {
    sandbox.world.handshakeErrors.set(SITE, 3);
    const query = encodeURIComponent('sum by (servername) (increase(fly_edge_tls_handshake_errors[5m]))');
    const { at } = await rest(`/prometheus/systemprompt/api/v1/query?query=${query}`);
    assert.deepEqual(at('data.result.0.metric'), { servername: SITE });
    assert.equal((await rest('/prometheus/systemprompt/api/v1/query?query=up')).at('data.result.length'), 0);
  });

  it('keeps a log of requests without the token', async () => {
    await rest('/v1/apps/sp-logged/machines?x=1');
    const last = sandbox.apiRequests().at(-1);
    assert.deepEqual(
      [last?.method, last?.path, last?.tokenPresent, last?.status],
      ['GET', '/v1/apps/sp-logged/machines?x=1', true, 404],
    );
    assert.ok(!JSON.stringify(sandbox.apiRequests()).includes('fm2_'));
  });
});

describe('GraphQL of the sandbox', () => {
  const APPS_AT = 'data.organization.apps';
  const APPS = `query($first: Int, $after: String) { organization(slug: "systemprompt") { id apps(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } nodes { name certificates(first: 10) { totalCount nodes { hostname clientStatus } }
    currentReleaseUnprocessed { version user { email } } machines(first: 5) { nodes { id config } } } } } }`;

  it('pages through all apps with everything nested in them', async () => {
    const names: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 5; page += 1) {
      const { at } = await graphql(APPS, { first: 5, after });
      assert.equal(at(`${APPS_AT}.totalCount`), 13);
      names.push(...(at(`${APPS_AT}.nodes.*.name`) as string[]));
      assert.equal(at(`${APPS_AT}.nodes.0.machines.nodes.0.config.services.0.autostart`), true);
      if (at(`${APPS_AT}.pageInfo.hasNextPage`) !== true) break;
      after = String(at(`${APPS_AT}.pageInfo.endCursor`));
    }
    assert.deepEqual(names.toSorted(), [...sandbox.world.apps.keys()].toSorted());
  });

  it('speaks the older vocabulary of certificates', async () => {
    sandbox.world.addCertificate(APP, SITE);
    const one = `{ app(name: "${APP}") { certificate(hostname: "${SITE}") { clientStatus isWildcard } } }`;
    assert.equal((await graphql(one)).at('data.app.certificate.clientStatus'), 'Awaiting configuration');
    const wildcard = `{ app(name: "${MANAGEMENT}") { certificates { nodes { hostname clientStatus } } } }`;
    assert.equal((await graphql(wildcard)).at('data.app.certificates.nodes.0.clientStatus'), 'Ready');
    sandbox.world.removeCertificate(APP, SITE);
  });

  it('a missing app among aliases is null with an error that names it', async () => {
    const { at } = await graphql(`{ a: app(name: "${APP}") { name } b: app(name: "sp-nobody") { name } }`);
    assert.deepEqual([at('data.a.name'), at('data.b')], [APP, null]);
    assert.deepEqual([at('errors.0.path'), at('errors.0.extensions.code')], [['b'], 'NOT_FOUND']);
  });

  it('a bad token is an error with status 200', async () => {
    const { at } = await graphql('{ viewer { email } }', {}, 'Bearer nonsense');
    assert.deepEqual([at('data'), at('errors.0.extensions.code')], [null, 'UNAUTHORIZED']);
    assert.equal(
      (await graphql('{ viewer { email } }', {}, `Bearer ${sandbox.tokens.personal}`)).at('errors'),
      undefined,
    );
  });

  it('selecting `check` in a query asks for a re-validation, and is counted', async () => {
    const checks = sandbox.world.revalidations();
    await graphql(`{ app(name: "${MANAGEMENT}") { certificates { nodes { check } } } }`);
    assert.equal(sandbox.world.revalidations(), checks + 2);
  });

  it('adds and deletes certificates with a token that may write', async () => {
    const mutation = (name: string) =>
      `mutation { ${name}(appId: "${APP}", hostname: "${SITE}") { certificate { hostname clientStatus } } }`;
    assert.equal((await graphql(mutation('addCertificate'))).at('errors.0.extensions.code'), 'FORBIDDEN');
    const { write } = sandbox.tokens;
    const added = await graphql(mutation('addCertificate'), {}, write);
    assert.equal(added.at('data.addCertificate.certificate.clientStatus'), 'Awaiting configuration');
    assert.equal(
      (await graphql(mutation('deleteCertificate'), {}, write)).at(
        'data.deleteCertificate.certificate.hostname',
      ),
      SITE,
    );
  });

  it('releases come newest first', async () => {
    sandbox.world.deploy(APP, { reason: 'manual' });
    const { at } = await graphql(
      `{ app(name: "${APP}") { releasesUnprocessed(first: 2) { nodes { version reason } } } }`,
    );
    assert.deepEqual(at('data.app.releasesUnprocessed.nodes'), [
      { version: 2, reason: 'manual' },
      { version: 1, reason: 'initial deployment' },
    ]);
  });

  it('an unknown field and a broken document are errors, not failures', async () => {
    assert.match(
      String((await graphql('{ app(name: "x") { nonsense } }')).at('errors.0.message')),
      /nonsense/,
    );
    assert.match(String((await graphql('{ app(')).at('errors.0.message')), /Syntax Error/);
  });

  it('api-page-limit: large pages fail, smaller ones do not', async () => {
    sandbox.faults.on('api-page-limit', { value: 10 });
    assert.equal((await graphql(APPS, { first: 200 })).at('errors.0.extensions.code'), 'TOO_COMPLEX');
    assert.equal((await graphql(APPS, { first: 10 })).at('errors'), undefined);
  });

  it('api-partial: one app is null, with the path in the error', async () => {
    sandbox.faults.on('api-partial', { value: APP });
    const { at } = await graphql(APPS, { first: 50 });
    assert.equal((at(`${APPS_AT}.nodes`) as unknown[]).filter((node) => node === null).length, 1);
    assert.equal((at('errors.0.path') as unknown[]).at(-1), 'certificates');
  });

  it('api-empty-page and api-lost-entries: an empty page leads on, a count does not add up', async () => {
    sandbox.faults.on('api-empty-page');
    const empty = await graphql(APPS, { first: 50 });
    assert.deepEqual([empty.at(`${APPS_AT}.nodes`), empty.at(`${APPS_AT}.pageInfo.hasNextPage`)], [[], true]);
    const full = await graphql(APPS, { first: 50, after: empty.at(`${APPS_AT}.pageInfo.endCursor`) });
    assert.deepEqual(
      [full.at(`${APPS_AT}.nodes.length`), full.at(`${APPS_AT}.pageInfo.hasNextPage`)],
      [13, false],
    );
    const machines = await rest('/v1/orgs/systemprompt/machines');
    assert.equal(machines.at('machines.length'), 0);
    assert.equal(
      (await rest(`/v1/orgs/systemprompt/machines?cursor=${String(machines.at('next_cursor'))}`)).at(
        'machines.length',
      ),
      13,
    );
    sandbox.faults.clear();
    sandbox.faults.on('api-lost-entries');
    const { at } = await rest(`/v1/apps/${MANAGEMENT}/certificates`);
    assert.deepEqual([at('certificates.length'), at('total_count')], [2, 3]);
  });
});

describe('faults of the API on the wire', () => {
  const rows: readonly (readonly [FaultName, FaultScope, string])[] = [
    ['api-rate-limited', { value: 7 }, '429 retry-after=7'],
    ['api-rate-limited', { value: 0 }, '429 retry-after=undefined'],
    ['api-error', { value: 502 }, '502 retry-after=undefined'],
    ['api-unauthorized', {}, '401 retry-after=undefined'],
    ['api-redirect', {}, '302 retry-after=undefined'],
    ['api-garbage', {}, 'SyntaxError'],
    ['api-truncated', {}, 'UND_ERR_SOCKET'],
    ['api-reset', {}, 'ECONNRESET'],
  ];
  for (const [fault, scope, expected] of rows)
    it(`${fault} ${JSON.stringify(scope)}: ${expected}`, async () => {
      sandbox.faults.on(fault, { ...scope, name: '/v1/*' });
      const seen = await rest(`/v1/apps/${MANAGEMENT}/certificates`).then(
        ({ status, headers }) => `${status} retry-after=${String(headers['retry-after'])}`,
        (error: unknown) =>
          error instanceof Error && 'code' in error ? error.code : String(error).split(':')[0],
      );
      assert.equal(seen, expected);
      assert.equal((await graphql('{ viewer { email } }')).at('errors'), undefined);
    });

  it('api-silent keeps the caller waiting', async () => {
    sandbox.faults.on('api-silent');
    const signal = AbortSignal.timeout(150);
    await assert.rejects(request(`${sandbox.addresses.flapsBaseUrl}/v1/apps`, { signal }), {
      name: 'TimeoutError',
    });
  });

  it('api-slow answers late, whole', async () => {
    sandbox.faults.on('api-slow', { value: 120, times: 1 });
    const signal = AbortSignal.timeout(30);
    await assert.rejects(request(`${sandbox.addresses.flapsBaseUrl}/v1/apps`, { signal }), {
      name: 'TimeoutError',
    });
    sandbox.faults.on('api-slow', { value: 5 });
    assert.equal((await rest('/v1/tokens/current')).status, 200);
  });

  it('api-missing-region names the region and leaves its machines out', async () => {
    sandbox.faults.on('api-missing-region');
    const { at } = await rest('/v1/orgs/systemprompt/machines');
    assert.deepEqual([at('machines'), at('error_regions')], [[], ['fra']]);
  });

  it('api-clock-skew moves the Date header', async () => {
    sandbox.faults.on('api-clock-skew', { value: 600_000 });
    const { headers } = await rest('/v1/tokens/current');
    const ahead = Date.parse(String(headers.date)) - Date.now();
    assert.ok(ahead > 590_000 && ahead <= 600_000);
  });

  it('with limits of requests the fourth in a row for one app is refused, other apps are not', async () => {
    const limited = await startSandbox({ tenants: 2, rateLimits: true });
    const ask = async (app: string): Promise<number> => {
      const { statusCode, body } = await request(
        `${limited.addresses.flapsBaseUrl}/v1/apps/${app}/machines`,
        {
          headers: { authorization: limited.tokens.read },
        },
      );
      await body.dump();
      return statusCode;
    };
    const statuses = await Promise.all([1, 2, 3, 4].map(() => ask(APP)));
    assert.deepEqual(statuses.toSorted(), [200, 200, 200, 429]);
    assert.equal(await ask(MANAGEMENT), 200);
    await limited.close();
  });
});
