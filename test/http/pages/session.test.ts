import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createApp } from '../../../src/http/server.ts';
import { aResult, anIncident } from '../../store/fixtures.ts';
import { testApp, TOKENS, WITH_TOKENS, type TestApp } from '../app.ts';

const TENANT = '999bc6549a64';
const OWN = { host: 'watch.example.com' };
const SERVER = {
  ...WITH_TOKENS,
  publicUrl: 'https://watch.example.com',
  tokens: [{ name: 'ada', token: TOKENS.operate, scopes: ['read', 'verify', 'operate'] }],
};
const PAGES = [
  '/',
  `/tenants/${TENANT}`,
  '/incidents',
  '/incidents/i-1',
  '/claims',
  '/silences',
  '/runbooks',
];

async function withTrouble(
  context: Parameters<typeof testApp>[0],
  server: Readonly<Record<string, unknown>>,
): Promise<TestApp> {
  const made = await testApp(context, { server, incidents: [anIncident('i-1')] });
  const { fleet } = made.context;
  const hostname = `${TENANT}.systemprompt.io`;
  fleet.setTenants([{ id: TENANT, hostname, app: `sp-${TENANT}`, labels: {} }]);
  fleet.setResult(aResult(TENANT, { hostname }), Date.now());
  return made;
}

async function signIn({ app }: TestApp): Promise<{ readonly header: string; readonly pair: string }> {
  const answer = await app.inject({
    method: 'POST',
    url: '/sign-in',
    headers: { ...OWN, 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ token: TOKENS.operate }).toString(),
  });
  assert.equal(answer.statusCode, 303);
  const header = [answer.headers['set-cookie']].flat().join();
  return { header, pair: header.split(';')[0] ?? '' };
}

const csrfOf = (text: string): string => /name="csrf" value="([^"]+)"/u.exec(text)?.[1] ?? '';

describe('a session in a browser', () => {
  it('is a cookie for our own requests only, behind TLS for TLS only', async (context) => {
    const { header } = await signIn(await withTrouble(context, SERVER));
    for (const flag of [/; HttpOnly/u, /; SameSite=Strict/u, /; Path=\//u, /; Secure/u, /; Max-Age=604800/u])
      assert.match(header, flag);
    const plain = await signIn(
      await withTrouble(context, { ...SERVER, publicUrl: 'http://watch.example.com' }),
    );
    assert.doesNotMatch(plain.header, /; Secure/u);
  });

  it('ends with signing out, for every copy of its cookie', async (context) => {
    const made = await withTrouble(context, SERVER);
    const { pair } = await signIn(made);
    const headers = { ...OWN, cookie: pair };
    const page = await made.app.inject({ url: '/', headers });
    assert.equal(page.statusCode, 200);
    const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' };
    const out = async (csrf: string): Promise<number> =>
      (await made.app.inject({ method: 'POST', url: '/sign-out', headers: form, payload: `csrf=${csrf}` }))
        .statusCode;
    assert.equal(await out('guessed'), 403);
    assert.equal(await out(csrfOf(page.payload)), 303);
    const copied = await made.app.inject({ url: '/', headers });
    assert.deepEqual([copied.statusCode, copied.headers.location], [303, '/sign-in?next=%2F']);
    const restarted = await createApp(made.context);
    context.after(() => restarted.app.close());
    assert.equal((await restarted.app.inject({ url: '/', headers })).statusCode, 303, 'also after a reload');
    const { pair: next } = await signIn(made);
    assert.equal((await made.app.inject({ url: '/', headers: { ...OWN, cookie: next } })).statusCode, 200);
  });

  it('is not begun with a token that may not read: it could see nothing', async (context) => {
    const tokens = [{ name: 'pipeline', token: TOKENS.verify, scopes: ['verify'] }];
    const { app } = await withTrouble(context, { ...SERVER, tokens });
    const { statusCode, headers, payload } = await app.inject({
      method: 'POST',
      url: '/sign-in',
      headers: { ...OWN, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ token: TOKENS.verify }).toString(),
    });
    assert.deepEqual([statusCode, headers['set-cookie']], [403, undefined]);
    assert.match(payload, /has not the scope read/u);
  });

  it('tells who has none nothing but where to sign in', async (context) => {
    const { app } = await withTrouble(context, SERVER);
    const { payload } = await app.inject({ url: '/sign-in', headers: OWN });
    assert.doesNotMatch(payload, /<nav|open-incidents|systemprompt/u);
    const nowhere = await app.inject({ url: '/nowhere', headers: { ...OWN, accept: 'text/html' } });
    assert.equal(nowhere.statusCode, 404);
    assert.match(nowhere.payload, /Not found/u);
    assert.doesNotMatch(nowhere.payload, /<nav|open-incidents|systemprompt/u);
  });
});

describe('pages that everybody may read', () => {
  it('offer nothing that changes or asks, and tell no setting', async (context) => {
    const { app } = await withTrouble(context, { ...SERVER, publicRead: true });
    for (const url of PAGES) {
      const { statusCode, payload } = await app.inject({ url, headers: OWN });
      assert.equal(statusCode, 200, url);
      assert.doesNotMatch(payload, /<form method="post"|name="csrf" value|href="\/settings"/u, url);
      assert.match(payload, /<a href="\/sign-in">/u, url);
    }
    for (const [method, url] of [
      ['GET', '/settings'],
      ['POST', `/tenants/${TENANT}/verify`],
      ['POST', '/incidents/i-1/acknowledge'],
      ['POST', '/silences'],
    ] as const)
      assert.equal((await app.inject({ method, url, headers: OWN })).statusCode, 401, url);
  });

  it('draft post-mortems, but not without end', async (context) => {
    const { app } = await withTrouble(context, { ...SERVER, publicRead: true });
    const draft = async (): Promise<number> =>
      (await app.inject({ url: '/incidents/i-1/post-mortem.md', headers: OWN })).statusCode;
    for (let asked = 0; asked < 20; asked += 1) assert.equal(await draft(), 200);
    assert.equal(await draft(), 429);
  });

  it('offer to whoever signed in what the token may do', async (context) => {
    const made = await withTrouble(context, { ...SERVER, publicRead: true });
    const { pair } = await signIn(made);
    const { payload } = await made.app.inject({ url: '/incidents/i-1', headers: { ...OWN, cookie: pair } });
    assert.match(payload, /action="\/incidents\/i-1\/acknowledge"/u);
    assert.match(payload, /href="\/settings"/u);
  });
});

describe('a page that cannot be had', () => {
  it('leads back to where the reader came from, never to another site', async (context) => {
    const { app } = await withTrouble(context, {});
    const backOf = async (referer: string): Promise<string | undefined> => {
      const { statusCode, payload } = await app.inject({
        method: 'POST',
        url: '/incidents/i-1/unacknowledge',
        remoteAddress: '127.0.0.1',
        headers: { host: 'localhost', referer, 'content-type': 'application/json' },
        payload: '{}',
      });
      assert.equal(statusCode, 409);
      return /<a href="([^"]+)">Back</u.exec(payload)?.[1];
    };
    assert.equal(await backOf('http://localhost/incidents/i-1?x=1'), '/incidents/i-1?x=1');
    assert.equal(await backOf('https://evil.example/incidents/i-1'), '/');
    assert.equal(await backOf('javascript:alert(1)'), '/');
  });

  it('is JSON for programs and a page for browsers', async (context) => {
    const { app } = await withTrouble(context, {});
    const typeFor = async (accept: string): Promise<string> => {
      const { statusCode, headers } = await app.inject({
        url: '/nowhere',
        remoteAddress: '127.0.0.1',
        headers: { host: 'localhost', accept },
      });
      assert.equal(statusCode, 404);
      return String(headers['content-type']);
    };
    assert.match(await typeFor('text/html,application/xhtml+xml'), /^text\/html/u);
    assert.match(await typeFor('*/*'), /^application\/json/u);
  });
});
