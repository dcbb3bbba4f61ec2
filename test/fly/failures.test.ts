import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { TOKEN, failureOf, setup } from './client.ts';
import { serveFly } from './fly-server.ts';
import type { Behaviour } from './fly-server.ts';

const HUGE = `{"ips":[${'{"ip":"1.2.3.4"},'.repeat(1_100_000)}{"ip":"1.2.3.4"}]}`;

describe('a failing API is named', () => {
  const table: readonly (readonly [string, Behaviour, string, number])[] = [
    ['a bad token', () => ({ status: 401, body: { error: 'bad' } }), 'unauthorized', 1],
    ["another organization's app", () => ({ status: 403 }), 'forbidden', 1],
    ['an unknown app', () => ({ status: 404 }), 'not-found', 1],
    ['a fault that stays', () => ({ status: 500 }), 'server-error', 1],
    ['a bad gateway, after three more attempts', () => ({ status: 502 }), 'server-error', 4],
    ['a redirect', () => ({ status: 302, headers: { location: '/elsewhere' } }), 'redirected', 1],
    ['a request that it does not understand', () => ({ status: 422 }), 'malformed', 1],
    ['garbage', () => ({ body: '<html>' }), 'malformed', 1],
    ['JSON of another shape', () => ({ body: { ips: 'none' } }), 'malformed', 1],
    ['an address that is none', () => ({ body: { ips: [{ ip: 'no' }] } }), 'malformed', 1],
    ['a compressed answer', () => ({ headers: { 'content-encoding': 'gzip' } }), 'malformed', 1],
    ['an answer over the bound', () => ({ body: HUGE }), 'too-large', 1],
    [
      'an answer that announces more than the bound, before it is read',
      (_, response) => {
        response.writeHead(200, { 'content-length': String(10 ** 12) });
        response.write('{');
        return undefined;
      },
      'too-large',
      1,
    ],
    [
      'a truncated answer, after three more attempts',
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"ips":[');
        setImmediate(() => response.socket?.destroy());
        return undefined;
      },
      'eof',
      4,
    ],
    [
      'a drip that never ends',
      (_, response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => {
          clearInterval(timer);
        });
        return undefined;
      },
      'timeout',
      1,
    ],
    ['no answer at all', () => undefined, 'timeout', 1],
  ];
  for (const [name, behave, code, attempts] of table) {
    it(`${name}: ${code}`, async (t) => {
      // A busy machine must not be slower than a deadline that is not what the row is about.
      const requestTimeoutMs = code === 'timeout' ? 6_000 : 600_000;
      const { client, server, counted, signal } = await setup(t, behave, { requestTimeoutMs });
      const { failure: found } = await failureOf(client.addresses('sp-1', signal));
      assert.equal(found.code, code);
      assert.equal(found.phase, 'api');
      assert.match(found.detail, /^addresses of sp-1: /);
      assert.equal(server.received.length, attempts);
      if (code !== 'malformed' || name !== 'an address that is none')
        assert.deepEqual(counted, Array(attempts).fill(`machines ${code}`));
    });
  }

  it('nothing listens: refused', async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const { client, signal } = await setup(t, () => undefined, { flapsBaseUrl: `http://127.0.0.1:${port}` });
    assert.equal((await failureOf(client.addresses('a', signal))).failure.code, 'refused');
  });

  it('we stop: aborted, and not remembered as the API failing', async (t) => {
    const { client } = await setup(t, () => undefined);
    const stop = new AbortController();
    const asked = failureOf(client.addresses('a', stop.signal));
    stop.abort();
    assert.equal((await asked).failure.code, 'aborted');
    assert.equal(client.lastCall().outcome, 'not-taken');
  });

  it('the client is closed: aborted', async (t) => {
    const { client, signal } = await setup(t, () => {
      setImmediate(() => void client.close());
      return undefined;
    });
    assert.equal((await failureOf(client.addresses('a', signal))).failure.code, 'aborted');
  });

  it('carries the id of the request for support', async (t) => {
    const behave: Behaviour = () => ({ status: 500, headers: { 'fly-request-id': '01ABC-fra' } });
    const { client, signal } = await setup(t, behave);
    assert.equal((await failureOf(client.addresses('a', signal))).requestId, '01ABC-fra');
  });
});

describe('a temporary fault', () => {
  it('is got over without a word', async (t) => {
    const { client, server, counted, signal } = await setup(t, () =>
      server.received.length < 3
        ? { status: 503 }
        : { body: { ips: [{ ip: '66.241.124.121', shared: true }] } },
    );
    assert.deepEqual(await client.addresses('a', signal), ['66.241.124.121']);
    assert.deepEqual(counted, ['machines server-error', 'machines server-error', 'machines ok']);
    assert.equal(client.lastCall().outcome, 'observed');
  });
});

describe('a rate limit', () => {
  it('is waited out when Retry-After is short', async (t) => {
    const at: number[] = [];
    const { client, signal } = await setup(t, () => {
      at.push(performance.now());
      return at.length === 1 ? { status: 429, headers: { 'retry-after': '4' } } : { body: { ips: [] } };
    });
    assert.deepEqual(await client.addresses('a', signal), []);
    // Four seconds of a clock that runs twenty times faster; timers may fire a millisecond early.
    assert.ok((at[1] ?? 0) - (at[0] ?? 0) >= 195);
  });

  it('with a long Retry-After fails at once, and so do the next calls, without asking', async (t) => {
    const { client, server, signal } = await setup(t, () => ({
      status: 429,
      headers: { 'retry-after': '600' },
    }));
    const first = await failureOf(client.addresses('a', signal));
    assert.equal(first.failure.code, 'rate-limited');
    assert.equal(first.failure.retryAfterMs, 600_000);
    const second = await failureOf(client.machines('b', signal));
    assert.equal(second.failure.code, 'rate-limited');
    assert.ok((second.failure.retryAfterMs ?? 0) > 500_000);
    assert.equal(server.received.length, 1);
  });

  it('may name a date', async (t) => {
    const until = new Date(Date.now() + 600_000).toUTCString();
    const { client, signal } = await setup(t, () => ({ status: 429, headers: { 'retry-after': until } }));
    const { failure: found } = await failureOf(client.addresses('a', signal));
    assert.ok((found.retryAfterMs ?? 0) > 590_000 && (found.retryAfterMs ?? 0) <= 600_000);
  });
});

describe('the token', () => {
  it('does not follow a redirect to another host', async (t) => {
    const other = await serveFly(() => ({ body: { ips: [] } }));
    t.after(other.close);
    for (const status of [301, 302, 303, 307, 308]) {
      const { client, signal } = await setup(t, () => ({
        status,
        headers: { location: `${other.url}/v1/apps/a/ip_assignments` },
      }));
      assert.equal((await failureOf(client.addresses('a', signal))).failure.code, 'redirected');
      assert.equal((await failureOf(client.inventory(signal))).failure.code, 'redirected');
    }
    assert.equal(other.received.length, 0);
  });

  it('is in no error, even when the server echoes it', async (t) => {
    const behave: Behaviour = ({ headers }) => ({
      status: 401,
      headers: { 'fly-request-id': 'x' },
      body: { error: `not good: ${'x'.repeat(100)} ${headers.authorization ?? ''} ${TOKEN}` },
    });
    const { client, signal } = await setup(t, behave);
    const error = await failureOf(client.addresses('a', signal));
    const seen = `${error.message} ${error.stack ?? ''} ${JSON.stringify(error)} ${JSON.stringify(client.lastCall())}`;
    assert.match(seen, /\[token\]/);
    assert.doesNotMatch(seen, /lJPECAAAAAAA/);
  });

  it('goes to no proxy that the environment names', async (t) => {
    const proxy = await serveFly(() => ({ body: {} }));
    t.after(proxy.close);
    const before = process.env.http_proxy;
    process.env.http_proxy = proxy.url;
    t.after(() => {
      if (before === undefined) delete process.env.http_proxy;
      else process.env.http_proxy = before;
    });
    const { client, signal } = await setup(t, () => ({ body: { ips: [] } }));
    await client.addresses('a', signal);
    assert.equal(proxy.received.length, 0);
  });

  it('is missing: nothing is sent', async (t) => {
    const { client, server, signal } = await setup(t, () => ({}), { token: ' ' });
    assert.equal((await failureOf(client.inventory(signal))).failure.code, 'no-credentials');
    assert.equal((await failureOf(client.addresses('a', signal))).failure.code, 'no-credentials');
    assert.equal(server.received.length, 0);
    assert.equal(client.lastCall().outcome, 'failed');
  });
});

describe('the latest call', () => {
  const table: readonly (readonly [string, number, string])[] = [
    ['an app that is not known is an answer', 404, 'observed'],
    ["another organization's app is an answer", 403, 'observed'],
    ['a bad token is none', 401, 'failed'],
    ['a fault is none', 500, 'failed'],
  ];
  for (const [name, status, outcome] of table) {
    it(name, async (t) => {
      const { client, signal } = await setup(t, () => ({ status }));
      await failureOf(client.certificates('a', signal));
      assert.equal(client.lastCall().outcome, outcome);
    });
  }

  it('about the organization that is forbidden is a failure', async (t) => {
    const { client, signal } = await setup(t, () => ({ status: 403 }));
    await failureOf(client.apps(signal));
    assert.equal(client.lastCall().outcome, 'failed');
  });

  it('leaves samples of the clock', async (t) => {
    const date = new Date(Date.now() - 60_000).toUTCString();
    const { client, signal } = await setup(t, () => ({ headers: { date }, body: { ips: [] } }));
    await client.addresses('a', signal);
    const [sample] = client.clockSamples();
    assert.ok(sample !== undefined && Math.abs(sample.skewMs - 60_000) < 2_000);
  });
});
