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

/** JSON as it came: its shape is what the tests are about. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Json;
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
  return { status: answer.statusCode, headers: answer.headers, body: text === '' ? null : JSON.parse(text) };
}

async function graphql(query: string, variables: object = {}, token = sandbox.tokens.read): Promise<Json> {
  const answer = await request(`${sandbox.addresses.flyApiBaseUrl}/graphql`, {
    method: 'POST',
    headers: { authorization: token, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  assert.equal(answer.statusCode, 200);
  return answer.body.json();
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
      const { body } = await rest(`${path}?limit=3${cursor}`);
      assert.equal(body.total_count, 7);
      seen.push(...body.certificates.map(({ hostname }: Json) => hostname));
      if (body.next_cursor === undefined) break;
      cursor = `&cursor=${body.next_cursor}`;
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 7 }, (_, index) => `host${index}.example.com`),
    );
    assert.equal((await rest(`${path}?filter=host3`)).body.total_count, 1);
    assert.equal((await rest(path)).body.certificates.length, 7);
    sandbox.world.removeApp('many-certificates');
  });

  it('tells an issued certificate by an active entry that has not expired', async () => {
    const { body } = await rest(`/v1/apps/${MANAGEMENT}/certificates/%2A.systemprompt.io`);
    assert.equal(body.hostname, '*.systemprompt.io');
    assert.equal(body.certificates[0].status, 'active');
    assert.ok(Date.parse(body.certificates[0].expires_at) > Date.now());
  });

  it('adds, checks and removes a certificate with a token that may write', async () => {
    const { write } = sandbox.tokens;
    const added = await rest(`/v1/apps/${APP}/certificates/acme`, 'POST', write, { hostname: SITE });
    assert.equal(added.status, 201);
    assert.equal(added.body.configured, false);
    assert.match(added.body.validation_errors[0].remediation, /A record/);
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
    assert.equal((await rest('/v1/tokens/current')).body.tokens[0].org_slug, 'systemprompt');
  });

  it('knows a missing app and a missing route', async () => {
    assert.equal((await rest('/v1/apps/sp-nobody/machines')).status, 404);
    assert.equal((await rest('/v1/nothing')).status, 404);
  });

  it('tells whether a machine may be started, and how it ended', async () => {
    sandbox.world.crash(APP, 137);
    const { body } = await rest(`/v1/apps/${APP}/machines`);
    assert.equal(body[0].config.services[0].autostart, true);
    assert.equal(body[0].events[0].request.exit_event.oom_killed, true);
    sandbox.world.setMachines(APP, 'started');
  });

  it('lists addresses, private ones among them', async () => {
    const { body } = await rest(`/v1/apps/${MANAGEMENT}/ip_assignments`);
    assert.deepEqual(
      body.ips.map(({ ip }: Json) => ip.split(':')[0]),
      ['127.0.0.1', 'fdaa'],
    );
    assert.equal((await rest(`/v1/apps/${APP}/ip_assignments`)).body.ips[0].shared, true);
  });

  it('lists the machines of the organization without their services', async () => {
    const { body } = await rest('/v1/orgs/systemprompt/machines?limit=5');
    assert.equal(body.machines.length, 5);
    assert.equal(body.machines[0].config.services, undefined);
    assert.deepEqual(body.error_regions, []);
    assert.equal(
      (await rest(`/v1/orgs/systemprompt/machines?cursor=${body.next_cursor}`)).body.machines.length,
      8,
    );
    assert.equal((await rest('/v1/orgs/other/machines')).status, 404);
    assert.equal((await rest('/v1/apps?org_slug=systemprompt')).body.total_apps, 13);
  });

  it('returns logs after a token only', async () => {
    sandbox.world.logs.write(APP, 'one line');
    const first = await rest(`/api/v1/apps/${APP}/logs`);
    assert.equal(first.body.data.at(-1).attributes.message, 'one line');
    const next = await rest(`/api/v1/apps/${APP}/logs?next_token=${first.body.meta.next_token}`);
    assert.deepEqual(next.body.data, []);
  });

  it('answers the one metric that it has', async () => {
    sandbox.world.handshakeErrors.set(SITE, 3);
    const query = encodeURIComponent('sum by (servername) (increase(fly_edge_tls_handshake_errors[5m]))');
    const { body } = await rest(`/prometheus/systemprompt/api/v1/query?query=${query}`);
    assert.deepEqual(body.data.result[0].metric, { servername: SITE });
    assert.equal((await rest('/prometheus/systemprompt/api/v1/query?query=up')).body.data.result.length, 0);
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
  const APPS = `query($first: Int, $after: String) { organization(slug: "systemprompt") { id apps(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor } nodes { name certificates(first: 10) { totalCount nodes { hostname clientStatus } }
    currentReleaseUnprocessed { version user { email } } machines(first: 5) { nodes { id config } } } } } }`;

  it('pages through all apps with everything nested in them', async () => {
    const names: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 5; page += 1) {
      const { data } = await graphql(APPS, { first: 5, after });
      const { apps } = data.organization;
      assert.equal(apps.totalCount, 13);
      names.push(...apps.nodes.map(({ name }: Json) => name));
      assert.equal(apps.nodes[0].machines.nodes[0].config.services[0].autostart, true);
      if (!apps.pageInfo.hasNextPage) break;
      after = apps.pageInfo.endCursor;
    }
    assert.deepEqual(names.toSorted(), [...sandbox.world.apps.keys()].toSorted());
  });

  it('speaks the older vocabulary of certificates', async () => {
    sandbox.world.addCertificate(APP, SITE);
    const one = `{ app(name: "${APP}") { certificate(hostname: "${SITE}") { clientStatus isWildcard } } }`;
    assert.equal((await graphql(one)).data.app.certificate.clientStatus, 'Awaiting configuration');
    const wildcard = `{ app(name: "${MANAGEMENT}") { certificates { nodes { hostname clientStatus } } } }`;
    assert.equal((await graphql(wildcard)).data.app.certificates.nodes[0].clientStatus, 'Ready');
    sandbox.world.removeCertificate(APP, SITE);
  });

  it('a missing app among aliases is null with an error that names it', async () => {
    const { data, errors } = await graphql(
      `{ a: app(name: "${APP}") { name } b: app(name: "sp-nobody") { name } }`,
    );
    assert.deepEqual([data.a.name, data.b], [APP, null]);
    assert.deepEqual([errors[0].path, errors[0].extensions.code], [['b'], 'NOT_FOUND']);
  });

  it('a bad token is an error with status 200', async () => {
    const { data, errors } = await graphql('{ viewer { email } }', {}, 'Bearer nonsense');
    assert.deepEqual([data, errors[0].extensions.code], [null, 'UNAUTHORIZED']);
    assert.equal(
      (await graphql('{ viewer { email } }', {}, `Bearer ${sandbox.tokens.personal}`)).errors,
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
    assert.equal((await graphql(mutation('addCertificate'))).errors[0].extensions.code, 'FORBIDDEN');
    const { write } = sandbox.tokens;
    const added = await graphql(mutation('addCertificate'), {}, write);
    assert.equal(added.data.addCertificate.certificate.clientStatus, 'Awaiting configuration');
    assert.equal(
      (await graphql(mutation('deleteCertificate'), {}, write)).data.deleteCertificate.certificate.hostname,
      SITE,
    );
  });

  it('releases come newest first', async () => {
    sandbox.world.deploy(APP, { reason: 'manual' });
    const { data } = await graphql(
      `{ app(name: "${APP}") { releasesUnprocessed(first: 2) { nodes { version reason } } } }`,
    );
    assert.deepEqual(data.app.releasesUnprocessed.nodes, [
      { version: 2, reason: 'manual' },
      { version: 1, reason: 'initial deployment' },
    ]);
  });

  it('an unknown field and a broken document are errors, not failures', async () => {
    assert.match((await graphql('{ app(name: "x") { nonsense } }')).errors[0].message, /nonsense/);
    assert.match((await graphql('{ app(')).errors[0].message, /Syntax Error/);
  });

  it('api-page-limit: large pages fail, smaller ones do not', async () => {
    sandbox.faults.on('api-page-limit', { value: 10 });
    assert.equal((await graphql(APPS, { first: 200 })).errors[0].extensions.code, 'TOO_COMPLEX');
    assert.equal((await graphql(APPS, { first: 10 })).errors, undefined);
  });

  it('api-partial: one app is null, with the path in the error', async () => {
    sandbox.faults.on('api-partial', { value: APP });
    const { data, errors } = await graphql(APPS, { first: 50 });
    assert.equal(data.organization.apps.nodes.filter((node: Json) => node === null).length, 1);
    assert.equal(errors[0].path.at(-1), 'certificates');
  });

  it('api-empty-page and api-lost-entries: an empty page leads on, a count does not add up', async () => {
    sandbox.faults.on('api-empty-page');
    const empty = (await graphql(APPS, { first: 50 })).data.organization.apps;
    assert.deepEqual([empty.nodes, empty.pageInfo.hasNextPage], [[], true]);
    const full = (await graphql(APPS, { first: 50, after: empty.pageInfo.endCursor })).data.organization.apps;
    assert.deepEqual([full.nodes.length, full.pageInfo.hasNextPage], [13, false]);
    const machines = await rest('/v1/orgs/systemprompt/machines');
    assert.equal(machines.body.machines.length, 0);
    assert.equal(
      (await rest(`/v1/orgs/systemprompt/machines?cursor=${machines.body.next_cursor}`)).body.machines.length,
      13,
    );
    sandbox.faults.clear();
    sandbox.faults.on('api-lost-entries');
    const { body } = await rest(`/v1/apps/${MANAGEMENT}/certificates`);
    assert.deepEqual([body.certificates.length, body.total_count], [2, 3]);
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
    ['api-truncated', {}, 'SocketError'],
    ['api-reset', {}, 'ECONNRESET'],
  ];
  for (const [fault, scope, expected] of rows)
    it(`${fault} ${JSON.stringify(scope)}: ${expected}`, async () => {
      sandbox.faults.on(fault, { ...scope, name: '/v1/*' });
      const seen = await rest(`/v1/apps/${MANAGEMENT}/certificates`).then(
        ({ status, headers }) => `${status} retry-after=${String(headers['retry-after'])}`,
        (error: Error & { code?: string }) =>
          error.code === 'UND_ERR_SOCKET' ? 'SocketError' : (error.code ?? error.name),
      );
      assert.equal(seen, expected);
      assert.equal((await graphql('{ viewer { email } }')).errors, undefined);
    });

  it('api-silent keeps the caller waiting', async () => {
    sandbox.faults.on('api-silent');
    const signal = AbortSignal.timeout(150);
    await assert.rejects(request(`${sandbox.addresses.flapsBaseUrl}/v1/apps`, { signal }), {
      name: 'TimeoutError',
    });
  });

  it('api-missing-region names the region and leaves its machines out', async () => {
    sandbox.faults.on('api-missing-region');
    const { body } = await rest('/v1/orgs/systemprompt/machines');
    assert.deepEqual([body.machines, body.error_regions], [[], ['fra']]);
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
