import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { HTTP_ERRORS } from '../../src/http/errors.ts';
import { MAX_CONNECTIONS } from '../../src/http/transport.ts';
import { until } from '../support/until.ts';
import { testApp, type TestApp } from './app.ts';

const HOST = 'Host: 127.0.0.1\r\n';
const POST = `POST /api/v1/guard/certificates HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n`;
const GOOD = '{"hostname":"a.example.org","app":"x"}';
const length = (text: string): string => `Content-Length: ${String(Buffer.byteLength(text))}\r\n`;

/** What is sent, byte for byte, and the status of each answer that comes back. */
type Abuse = readonly [what: string, bytes: string, statuses: readonly number[]];

const ABUSES: readonly Abuse[] = [
  ['is no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc', [400]],
  ['is another protocol', 'EHLO evil.example\r\n', [400]],
  ['has a method that nobody knows', `BREW /livez HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ['has a method that nobody serves', `PUT /api/v1/tenants HTTP/1.1\r\n${HOST}\r\n`, [404]],
  ['asks for TRACE', `TRACE / HTTP/1.1\r\n${HOST}Cookie: a=secret\r\n\r\n`, [404]],
  ['asks to be let through to another server', `CONNECT 169.254.169.254:80 HTTP/1.1\r\n${HOST}\r\n`, []],
  [
    'asks for OPTIONS',
    `OPTIONS /api/v1/tenants HTTP/1.1\r\n${HOST}Origin: https://evil.example\r\n\r\n`,
    [404],
  ],
  [
    'wants to upgrade',
    `GET /livez HTTP/1.1\r\n${HOST}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    [200],
  ],
  ['names no host', 'GET /api/v1/tenants HTTP/1.0\r\n\r\n', [403]],
  ['names two hosts', `GET /api/v1/tenants HTTP/1.1\r\nHost: evil.example\r\n${HOST}\r\n`, [400]],
  ['names two hosts, ours first', `GET /livez HTTP/1.1\r\n${HOST}host: evil.example\r\n\r\n`, [400]],
  [
    'names another host in the request line',
    `GET http://evil.example/api/v1/tenants HTTP/1.1\r\n${HOST}\r\n`,
    [200],
  ],
  ['has headers of a megabyte', `GET /livez HTTP/1.1\r\n${HOST}X: ${'x'.repeat(1 << 20)}\r\n\r\n`, [431]],
  ['has ten thousand headers', `GET /livez HTTP/1.1\r\n${HOST}${'X: y\r\n'.repeat(10_000)}\r\n`, [431]],
  ['has a target of a megabyte', `GET /${'x'.repeat(1 << 20)} HTTP/1.1\r\n${HOST}\r\n`, [431]],
  [
    'has a parameter that is too long',
    `GET /api/v1/tenants/${'x'.repeat(5_000)} HTTP/1.1\r\n${HOST}\r\n`,
    [400],
  ],
  ['escapes wrongly', `GET /api/v1/tenants/%ZZ HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ['escapes half a letter', `GET /api/v1/tenants/%E0%A4 HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ['escapes NUL', `GET /api/v1/tenants/%00 HTTP/1.1\r\n${HOST}\r\n`, [404]],
  ['escapes a line feed', `GET /api/v1/tenants/x%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\n${HOST}\r\n`, [404]],
  ['is in Unicode', `GET /api/v1/tenants/%F0%9F%92%A9%E2%80%AE HTTP/1.1\r\n${HOST}\r\n`, [404]],
  ['climbs out of the assets', `GET /assets/../../package.json HTTP/1.1\r\n${HOST}\r\n`, [404]],
  ['climbs out, escaped', `GET /assets/..%2f..%2fpackage.json HTTP/1.1\r\n${HOST}\r\n`, [404]],
  ['climbs out, escaped twice', `GET /assets/..%252f..%252fpackage.json HTTP/1.1\r\n${HOST}\r\n`, [404]],
  ['asks for a thing that every object has', `GET /assets/__proto__ HTTP/1.1\r\n${HOST}\r\n`, [404]],
  [
    'asks for a tenant that every object has',
    `GET /api/v1/tenants/constructor HTTP/1.1\r\n${HOST}\r\n`,
    [404],
  ],
  ['asks for a runbook that every object has', `GET /runbooks/constructor HTTP/1.1\r\n${HOST}\r\n`, [404]],
  ['gives a parameter twice', `GET /api/v1/tenants?limit=1&limit=2 HTTP/1.1\r\n${HOST}\r\n`, [400]],
  [
    'gives a parameter as an object',
    `GET /api/v1/tenants?limit[a]=1&__proto__[x]=1 HTTP/1.1\r\n${HOST}\r\n`,
    [200],
  ],
  ['asks for pages without end', `GET /api/v1/tenants?limit=1e9 HTTP/1.1\r\n${HOST}\r\n`, [400]],
  ['has two lengths', `${POST}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{}`, [400]],
  [
    'has a length and chunks',
    `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    [400],
  ],
  ['has a broken chunk', `${POST}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`, [400]],
  ['folds a header', `GET /livez HTTP/1.1\r\n${HOST}X: a\r\n b: c\r\n\r\n`, [400]],
  ['ends its lines with a line feed only', 'GET /livez HTTP/1.1\nHost: 127.0.0.1\n\n', [400]],
  ['has JSON that is none', `${POST}Content-Length: 1\r\n\r\n{`, [400]],
  ['has no body where one belongs', `${POST}Content-Length: 0\r\n\r\n`, [400]],
  [
    'has a body that is a thousand deep',
    `${POST}${length('['.repeat(1000) + ']'.repeat(1000))}\r\n${'['.repeat(1000)}${']'.repeat(1000)}`,
    [400],
  ],
  ['has a body that is too large', `${POST}Content-Length: 70000\r\n\r\n`, [413]],
  [
    'says that it is compressed',
    `${POST}Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00`,
    [400],
  ],
  ['has a body of another type', `${POST.replace('json', 'x-yaml')}${length(GOOD)}\r\n${GOOD}`, [415]],
  ['has no type', `${POST.replace(/Content-Type.*\r\n/u, '')}${length(GOOD)}\r\n${GOOD}`, [415]],
  ['expects what nobody promised', `${POST}Expect: miracles\r\n${length(GOOD)}\r\n${GOOD}`, [417]],
  [
    'calls itself a form',
    `${POST.replace('application/json', 'application/x-www-form-urlencoded')}Content-Length: 3\r\n\r\na=b`,
    [415],
  ],
  [
    'says that its method is another',
    `GET /api/v1/silences/x HTTP/1.1\r\n${HOST}X-HTTP-Method-Override: DELETE\r\n\r\n`,
    [404],
  ],
  [
    'says so in the query',
    `POST /api/v1/tenants?_method=GET HTTP/1.1\r\n${HOST}Content-Length: 0\r\n\r\n`,
    [404],
  ],
  [
    'says that it comes from this machine',
    `GET /api/v1/tenants HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost\r\n\r\n`,
    [403],
  ],
  ['comes from a proxy', `GET /api/v1/tenants HTTP/1.1\r\n${HOST}Forwarded: for=127.0.0.1\r\n\r\n`, [403]],
  [
    'listens without a body to events',
    `HEAD /api/v1/verifications/00000000-0000-4000-8000-000000000000/events HTTP/1.1\r\n${HOST}\r\n`,
    [404],
  ],
  ['listens without a body to the pages’ events', `HEAD /events HTTP/1.1\r\n${HOST}\r\n`, [404]],
  [
    'sends three at once',
    `GET /livez HTTP/1.1\r\n${HOST}\r\n${POST}${length(GOOD)}\r\n${GOOD}GET /nothing HTTP/1.1\r\n${HOST}\r\n`,
    [200, 200, 404],
  ],
  ['hides one behind another', `${POST}${length(GOOD)}\r\n${GOOD}SMUGGLED / HTTP/1.1\r\n\r\n`, [400]],
];

describe('hostile requests', () => {
  it('are answered in our own words, or not at all', { concurrency: 16 }, async (context) => {
    const server = await listening(context);
    const one = ([what, bytes, statuses]: Abuse): Promise<void> =>
      context.test(`one that ${what}`, async () => {
        const text = await server.say(bytes, statuses.length);
        assert.deepEqual(statusesIn(text), statuses, text.slice(0, 2_000));
        assert.doesNotMatch(
          text,
          /evil\.example|secret|set-cookie|node_modules|\.ts:|Error:|FST_|access-control/iu,
        );
        const codes: readonly string[] = Object.keys(HTTP_ERRORS);
        for (const [, code = ''] of text.matchAll(/"code":"([^"]*)"/gu))
          assert.ok(codes.includes(code), code);
      });
    await Promise.all(ABUSES.map(one));
    assert.equal((await server.app.inject('/livez')).statusCode, 200);
    assert.ok(!server.logged().includes('a fault of ours'), server.logged());
  });
});

describe('connections', () => {
  it('are bounded, so that probes find sockets of their own; when they go there is room again', async (context) => {
    const server = await listening(context);
    const sockets: Socket[] = [];
    // Fifty at a time: what waits to be accepted is bounded, too, and what does not fit there tries again a second later.
    for (let count = 0; count < MAX_CONNECTIONS + 50; count += 50) {
      const some = Array.from({ length: 50 }, () => server.connect().resume());
      await Promise.all(some.map((socket) => once(socket, 'connect')));
      sockets.push(...some);
    }
    const refused = await until('the last ones to be refused', () => {
      const closed = sockets.filter(({ destroyed }) => destroyed).length;
      return closed >= 50 ? closed : undefined;
    });
    assert.equal(refused, 50);
    for (const socket of sockets) socket.destroy();
    await until('room', async () => {
      const text = await server.say(`GET /livez HTTP/1.1\r\n${HOST}\r\n`, 1);
      return text.includes(' 200 ') ? true : undefined;
    });
  });

  it('that send nothing, or drop by drop, are ended within seconds', async (context) => {
    const { app } = await listening(context);
    const { headersTimeout, requestTimeout } = app.server;
    assert.ok(headersTimeout > 0 && headersTimeout <= 10_000);
    assert.ok(requestTimeout > 0 && requestTimeout <= 30_000);
    // The same server, in a hurry.
    app.server.headersTimeout = 20;
    app.server.requestTimeout = 20;
    const { port } = app.server.address() as AddressInfo;
    const drip = connect(port, '127.0.0.1');
    drip.write(`GET /livez HTTP/1.1\r\n${HOST}X: `);
    const dripping = setInterval(() => drip.write('x'), 50);
    const [chunk] = (await once(drip, 'data')) as [Buffer];
    clearInterval(dripping);
    drip.destroy();
    assert.match(chunk.toString(), /^HTTP\/1\.1 408 too-slow/u);
  });
});

interface Listening extends TestApp {
  readonly connect: () => Socket;
  /** What comes back: so many answers, or everything until the server closes. */
  readonly say: (bytes: string, answers: number) => Promise<string>;
}

async function listening(context: TestContext): Promise<Listening> {
  const made = await testApp(context);
  made.context.fleet.setTenants([]);
  await made.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = made.app.server.address() as AddressInfo;
  const open = (): Socket => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    context.after(() => socket.destroy());
    return socket;
  };
  return {
    ...made,
    connect: open,
    say: (bytes, answers) =>
      new Promise((resolve) => {
        const socket = open();
        let text = '';
        socket.setTimeout(10_000, () => socket.destroy());
        socket.on('data', (chunk: Buffer) => {
          text += chunk.toString('latin1');
          if (answers > 0 && statusesIn(text).length >= answers) socket.destroy();
        });
        socket.once('close', () => {
          resolve(text);
        });
        socket.write(Buffer.from(bytes, 'latin1'));
      }),
  };
}

function statusesIn(text: string): readonly number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /gu)].map(([, status]) => Number(status));
}
