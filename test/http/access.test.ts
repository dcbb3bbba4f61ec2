import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SESSION_COOKIE } from '../../src/http/auth.ts';
import { bearer, testApp, TOKENS, WITH_TOKENS } from './app.ts';

const ELSEWHERE = '203.0.113.7';

describe('who may call what', () => {
  it('is said by every route: nothing is public but health, assets and signing in', async (context) => {
    const slackActions = { isSigned: () => false, parse: () => undefined, answer: () => undefined };
    const { routes } = await testApp(context, { server: WITH_TOKENS, slackActions });
    const open = routes.filter(({ access, method }) => access === 'public' && method !== 'HEAD');
    assert.deepEqual(open.map(({ method, url }) => `${method} ${url}`).sort(), [
      'GET /assets/:file',
      'GET /livez',
      'GET /readyz',
      'GET /sign-in',
      'POST /sign-in',
    ]);
    assert.deepEqual(
      routes.filter(({ access }) => access === 'signed').map(({ url }) => url),
      ['/slack/actions'],
    );
  });

  it('needs a token for everything else, and tells nothing without one', async (context) => {
    const { app, routes } = await testApp(context, { server: WITH_TOKENS });
    for (const { method, url, access } of routes) {
      if (access === 'public' || access === 'signed' || access === 'page') continue;
      const path = url.replace(/:\w+/g, 'x');
      for (const headers of [{}, bearer('wrong'), bearer(''), { authorization: `Basic ${TOKENS.read}` }]) {
        const answer = await app.inject({ method: method as 'GET', url: path, headers });
        assert.equal(answer.statusCode, 401, `${method} ${path}`);
        // Forms of the pages are answered on a page.
        if (!path.startsWith('/api/') || method === 'HEAD') continue;
        assert.equal(answer.headers['www-authenticate'], 'Bearer realm="tenantwatch"');
        assert.deepEqual(answer.json(), {
          error: { code: 'unauthenticated', message: 'A valid token is needed: Authorization: Bearer …' },
        });
      }
    }
  });

  it('needs the scope that the route names', async (context) => {
    const { app, routes } = await testApp(context, { server: WITH_TOKENS });
    for (const { method, url, access } of routes) {
      if (access !== 'read' && access !== 'verify' && access !== 'operate') continue;
      const path = url.replace(/:\w+/g, 'x');
      for (const [scope, token] of Object.entries(TOKENS)) {
        const { statusCode } = await app.inject({
          method: method as 'GET',
          url: path,
          headers: bearer(token),
        });
        if (scope === access) assert.notEqual(statusCode, 403, `${method} ${path} with ${scope}`);
        else assert.equal(statusCode, 403, `${method} ${path} with ${scope}`);
      }
    }
  });

  it('a route that does not say who may call it cannot be registered', async (context) => {
    const { app } = await testApp(context);
    assert.ok(app.hasRoute({ method: 'GET', url: '/livez' }));
    const { guardRoutes } = await import('../../src/http/access.ts');
    const { default: Fastify } = await import('fastify');
    const { createAuth } = await import('../../src/http/auth.ts');
    const bare = Fastify();
    const auth = createAuth(
      { tokens: [] } as never,
      { now: () => 0 },
      { has: () => false, add: () => undefined },
    );
    guardRoutes(bare, { auth, publicUrl: null, publicRead: false, listenHost: '127.0.0.1' });
    assert.throws(() => bare.get('/open', () => 'x'), /does not say who may call it/u);
  });
});

describe('without tokens', () => {
  const facts: readonly [string, object, number][] = [
    ['serves this machine', { remoteAddress: '127.0.0.1' }, 200],
    ['serves this machine over IPv6', { remoteAddress: '::1' }, 200],
    [
      'serves this machine under an IPv4 address mapped into IPv6',
      { remoteAddress: '::ffff:127.8.9.1' },
      200,
    ],
    ['serves nobody else', { remoteAddress: ELSEWHERE }, 403],
    ['serves nobody whose proxy runs on this machine', { headers: { 'x-forwarded-for': ELSEWHERE } }, 403],
    [
      'believes no header that claims loopback',
      { remoteAddress: ELSEWHERE, headers: { 'x-real-ip': '127.0.0.1' } },
      403,
    ],
    ['refuses a name that was made to resolve to us', { headers: { host: 'evil.example' } }, 403],
    ['takes an address for its name', { headers: { host: '[::1]:9480' } }, 200],
    ['takes localhost for its name', { headers: { host: 'localhost:9480' } }, 200],
    ['takes no name that only begins like an address', { headers: { host: '127.0.0.1.evil.example' } }, 403],
  ];
  for (const [fact, request, status] of facts)
    it(fact, async (context) => {
      const { app } = await testApp(context);
      const { statusCode } = await app.inject({ url: '/api/v1/tenants', ...request });
      assert.equal(statusCode, status);
    });

  it('health is for everybody, under any name', async (context) => {
    const { app } = await testApp(context);
    for (const url of ['/livez', '/readyz']) {
      const answer = await app.inject({ url, remoteAddress: ELSEWHERE, headers: { host: 'app.internal' } });
      assert.notEqual(answer.statusCode, 403, url);
    }
  });

  it('a page of another site can send nothing', async (context) => {
    const { app } = await testApp(context);
    const send = (headers: Readonly<Record<string, string>>) =>
      app.inject({
        method: 'POST',
        url: '/api/v1/guard/certificates',
        headers,
        payload: { hostname: 'x', app: 'y' },
      });
    assert.equal((await send({ origin: 'https://evil.example' })).statusCode, 403);
    assert.equal((await send({ origin: 'null' })).statusCode, 403);
    assert.equal((await send({ 'sec-fetch-site': 'cross-site' })).statusCode, 403);
    assert.equal((await send({ origin: 'http://localhost', host: 'localhost' })).statusCode, 400);
    const plain = await app.inject({
      method: 'POST',
      url: '/api/v1/guard/certificates',
      headers: { 'content-type': 'text/plain' },
      payload: '{"hostname":"x","app":"y"}',
    });
    assert.equal(plain.statusCode, 415, 'plain text, which needs no preflight, is nobody’s body');
  });
});

describe('with tokens', () => {
  const server = { ...WITH_TOKENS, publicUrl: 'https://watch.example.com' };
  const facts: readonly [string, object, number][] = [
    ['serves everybody who has one', { remoteAddress: ELSEWHERE }, 200],
    ['takes any name from who has one', { headers: { host: 'tenantwatch:9480' } }, 200],
    ['this machine needs one, too', { headers: { authorization: '' } }, 401],
  ];
  for (const [fact, { headers, ...request }, status] of facts as readonly [
    string,
    { headers?: object },
    number,
  ][])
    it(fact, async (context) => {
      const { app } = await testApp(context, { server });
      const { statusCode } = await app.inject({
        url: '/api/v1/tenants',
        headers: { ...bearer(TOKENS.read), ...headers },
        ...request,
      });
      assert.equal(statusCode, status);
    });

  it('a browser signs in with a token, and its cookie does as much', async (context) => {
    const tokens = [{ name: 'on-call', token: TOKENS.operate, scopes: ['read', 'operate'] }];
    const { app, auth } = await testApp(context, { server: { ...server, tokens } });
    const cookie = await signedIn(app, auth, TOKENS.operate);
    assert.match(cookie.header, /HttpOnly/u);
    assert.match(cookie.header, /SameSite=Strict/u);
    assert.match(cookie.header, /Path=\//u);
    const own = { host: 'watch.example.com', cookie: cookie.pair };
    const end = (headers: object) =>
      app.inject({ method: 'DELETE', url: '/api/v1/silences/x', headers: { ...own, ...headers } });
    assert.equal((await app.inject({ url: '/api/v1/tenants', headers: own })).statusCode, 200);
    const verify = await app.inject({ method: 'POST', url: '/api/v1/verifications', headers: own });
    assert.equal(verify.json<{ error: { code: string } }>().error.code, 'forbidden', 'it lacks verify');
    assert.equal((await end({})).json<{ error: { code: string } }>().error.code, 'csrf-token');
    assert.equal((await end({ 'x-csrf-token': 'x'.repeat(43) })).statusCode, 403);
    assert.equal((await end({ 'x-csrf-token': cookie.csrf })).statusCode, 404, 'the silence is unknown');
    const foreign = await end({ 'x-csrf-token': cookie.csrf, origin: 'https://evil.example' });
    assert.equal(foreign.json<{ error: { code: string } }>().error.code, 'foreign-origin');
    const rebound = await end({ 'x-csrf-token': cookie.csrf, host: 'evil.example' });
    assert.equal(rebound.json<{ error: { code: string } }>().error.code, 'unknown-host');
  });

  it('a forged, an altered and an old session are none', async (context) => {
    const { app, auth } = await testApp(context, { server });
    const { pair } = await signedIn(app, auth, TOKENS.read);
    const read = async (cookie: string): Promise<number> =>
      (await app.inject({ url: '/api/v1/tenants', headers: { host: 'watch.example.com', cookie } }))
        .statusCode;
    assert.equal(await read(pair), 200);
    const [name = '', expiry = '', mac = ''] = pair.slice(SESSION_COOKIE.length + 1).split('.');
    const operator = Buffer.from('operate-er').toString('base64url');
    for (const forged of [
      `${operator}.${expiry}.${mac}`,
      `${name}.${(Date.now() + 1e12).toString(36)}.${mac}`,
      `${name}.${expiry}.${'A'.repeat(mac.length)}`,
      `${name}.${expiry}`,
      '...',
      '',
    ])
      assert.equal(await read(`${SESSION_COOKIE}=${forged}`), 401, forged);
    const late = { ...Date, now: () => Date.now() + 8 * 24 * 3_600_000 };
    const { createAuth } = await import('../../src/http/auth.ts');
    const { context: http } = await testApp(context, { server });
    const later = createAuth(http.config.server, late, { has: () => false, add: () => undefined });
    assert.equal(
      later.authenticate({
        headers: {},
        cookies: { [SESSION_COOKIE]: pair.slice(SESSION_COOKIE.length + 1) },
      } as never),
      undefined,
    );
  });

  it('a link from another site to a page loads it again as our own, then asks to sign in', async (context) => {
    const { app } = await testApp(context, { server });
    const headers = {
      host: 'watch.example.com',
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
    };
    const first = await app.inject({ url: '/incidents', headers });
    assert.equal(first.statusCode, 200);
    assert.match(first.body, /http-equiv="refresh"/u);
    const second = await app.inject({ url: '/incidents', headers: { host: headers.host } });
    assert.equal(second.statusCode, 303);
    assert.equal(second.headers.location, '/sign-in?next=%2Fincidents');
  });

  it('pages are public to read when the configuration says so, and nothing else is', async (context) => {
    const { app } = await testApp(context, { server: { ...server, publicRead: true } });
    const own = { host: 'watch.example.com' };
    assert.equal((await app.inject({ url: '/', headers: own })).statusCode, 200);
    assert.equal((await app.inject({ url: '/api/v1/tenants', headers: own })).statusCode, 401);
    assert.equal((await app.inject({ url: '/metrics', headers: own })).statusCode, 401);
    const acted = await app.inject({ method: 'POST', url: '/api/v1/silences', headers: own, payload: {} });
    assert.equal(acted.statusCode, 401);
  });
});

describe('bounds', () => {
  it('guessing tokens is limited, and says for how long', async (context) => {
    const { app } = await testApp(context, { server: WITH_TOKENS });
    let last = await app.inject({ url: '/metrics', headers: bearer('guess') });
    for (let count = 0; count < 1_200 && last.statusCode === 401; count++)
      last = await app.inject({ url: '/metrics', headers: bearer(`guess-${String(count)}`) });
    assert.equal(last.statusCode, 429);
    assert.equal(last.json<{ error: { code: string } }>().error.code, 'rate-limited');
    assert.ok(Number(last.headers['retry-after']) > 0);
    // Behind a proxy all come from one address: who has a token must not pay for who guesses one.
    const holder = await app.inject({ url: '/metrics', headers: bearer(TOKENS.read) });
    assert.equal(holder.statusCode, 200, 'who has a token is not affected, from the same address either');
    const other = await app.inject({ url: '/metrics', headers: bearer('guess'), remoteAddress: '127.0.0.9' });
    assert.equal(other.statusCode, 401, 'nor is who comes from another one');
  });

  it('large bodies, wrong JSON and unknown paths are answered in the words of the catalogue', async (context) => {
    const { app } = await testApp(context);
    const post = (payload: string, headers: object = { 'content-type': 'application/json' }) =>
      app.inject({ method: 'POST', url: '/api/v1/guard/certificates', headers: { ...headers }, payload });
    const codes = {
      large: await post(JSON.stringify({ hostname: 'x'.repeat(100_000), app: 'y' })),
      broken: await post('{"hostname":'),
      poisoned: await post('{"__proto__":{"x":1},"hostname":"a.b","app":"c"}'),
      xml: await post('<x/>', { 'content-type': 'application/xml' }),
      unknown: await app.inject({ url: '/api/v1/nothing' }),
      method: await app.inject({ method: 'DELETE', url: '/api/v1/tenants' }),
    };
    const said = Object.entries(codes).map(([name, answer]) => {
      const { error } = answer.json<{ error: { code: string; message: string } }>();
      assert.doesNotMatch(answer.body, /node_modules|\.ts|stack|Error:/u);
      return [name, answer.statusCode, error.code];
    });
    assert.deepEqual(said, [
      ['large', 413, 'too-large'],
      ['broken', 400, 'bad-request'],
      ['poisoned', 400, 'bad-request'],
      ['xml', 415, 'unsupported-media-type'],
      ['unknown', 404, 'not-found'],
      ['method', 404, 'not-found'],
    ]);
  });

  it('every answer carries the headers that bound what a browser does with it', async (context) => {
    const { app } = await testApp(context);
    for (const url of ['/livez', '/', '/api/v1/tenants', '/nothing']) {
      const { headers } = await app.inject({ url });
      const policy = String(headers['content-security-policy']);
      assert.match(policy, /default-src 'none'/u, url);
      assert.match(policy, /frame-ancestors 'none'/u);
      assert.doesNotMatch(policy, /unsafe|\*|data:/u);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      // Under no-referrer a browser sends `Origin: null` with the forms of our own pages.
      assert.equal(headers['referrer-policy'], url === '/' ? 'same-origin' : 'no-referrer', url);
    }
  });

  it('tokens stand neither in answers nor in the log', async (context) => {
    const { app, logged } = await testApp(context, { server: WITH_TOKENS });
    const bodies: string[] = [];
    for (const url of ['/', '/settings', '/api/v1/openapi.json', '/metrics', '/api/v1/tenants', '/nothing']) {
      const answer = await app.inject({ url, headers: bearer(TOKENS.read) });
      bodies.push(answer.body, JSON.stringify(answer.headers));
    }
    for (const token of Object.values(TOKENS)) {
      assert.ok(!bodies.join().includes(token));
      assert.ok(!logged().includes(token));
    }
  });
});

async function signedIn(
  app: Awaited<ReturnType<typeof testApp>>['app'],
  auth: Awaited<ReturnType<typeof testApp>>['auth'],
  token: string,
): Promise<{ readonly header: string; readonly pair: string; readonly csrf: string }> {
  const answer = await app.inject({
    method: 'POST',
    url: '/sign-in',
    headers: { host: 'watch.example.com', 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ token }).toString(),
  });
  const header = [answer.headers['set-cookie']].flat().join();
  const pair = header.split(';')[0] ?? '';
  const cookies = { [SESSION_COOKIE]: pair.slice(SESSION_COOKIE.length + 1) };
  return { header, pair, csrf: auth.csrfToken({ headers: {}, cookies } as never) };
}
