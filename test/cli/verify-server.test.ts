import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { VerifyResult } from '../../src/model/diagnosis.ts';
import { CLAIMED_TENANT, HEALTHY, OUTAGE } from '../reports/results.ts';
import { watchSandbox, type WatchedSandbox } from '../http/daemon.ts';
import { until } from '../support/until.ts';
import { FLY_ENV, interrupt, run, type HostOptions } from './host.ts';

const ID = '999bc6549a64';

describe('verify --server with a daemon', () => {
  const TOKEN = 'verify-token-0123456789';
  let watched: WatchedSandbox;
  before(async () => {
    const tokens = [
      { name: 'ci', token: TOKEN, scopes: ['verify'] },
      { name: 'board', token: 'read-token-0123456789', scopes: ['read'] },
    ];
    watched = await watchSandbox(() => ({ server: { tokens } }));
    await until('the tenants are known', () => watched.daemon.fleet.loaded() || undefined);
  });
  after(() => watched.stop());
  const ask = (args: readonly string[], options: HostOptions & { readonly token?: string } = {}) =>
    run(['verify', ...args, '--server', watched.daemon.url], {
      env: { TENANTWATCH_TOKEN: options.token ?? TOKEN },
      ...options,
    });

  it('needs neither configuration nor Fly token, and knows who else claims the name', async () => {
    const ran = await ask([ID, '--json']);
    assert.deepEqual([ran.exitCode, ran.stderr, ran.requests.length], [0, '', 0]);
    const [tenant] = (JSON.parse(ran.stdout) as VerifyResult).tenants;
    assert.equal(tenant?.checks.find(({ id }) => id === 'hostname-claims')?.verdict, 'pass');
  });

  it('shows each check as it ends, as it does from here', async () => {
    const ran = await ask([ID], { tty: true });
    assert.match(ran.stderr, /verifying …/);
    assert.match(ran.stderr, /pass {3}\u001b\[39m {2}tls-handshake {11}The handshake with/);
    assert.match(ran.stderr, /\r\u001b\[\d+A\u001b\[J$/);
  });

  it('counts many tenants', async () => {
    const ran = await ask(['--all', '--claims'], { tty: true });
    assert.match(ran.stderr, /3 of 3 tenants verified/);
    assert.match(ran.stdout, /passed.*: 3 tenants \(3 passed\)/);
  });

  const refusals: readonly [
    what: string,
    args: readonly string[],
    token: string,
    code: number,
    words: RegExp,
  ][] = [
    ['a token that it does not know', [ID], 'wrong-token-0123456789', 2, /does not accept the token/],
    ['no token', [ID], '', 2, /does not accept the token \(TENANTWATCH_TOKEN\)/],
    ['a token that may only read', [ID], 'read-token-0123456789', 2, /TENANTWATCH_TOKEN\) may not verify/],
    ['a name that is none', ['x'], TOKEN, 4, /"x" is no tenant/],
    ['a tenant that it does not know', ['0123456789ab'], TOKEN, 4, /"0123456789ab" is not among the tenants/],
  ];
  for (const [what, args, token, code, words] of refusals)
    it(`says why it is refused: ${what}`, async () => {
      const ran = await ask([...args, '--json'], { token });
      assert.deepEqual([ran.exitCode, ran.requests.length], [code, 0]);
      assert.match(ran.stderr, words);
    });
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

describe('verify --server', () => {
  let answer: Answer = () => undefined;
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      answer(request, response);
    });
  });
  let url = '';
  before(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  const ask = (
    behave: Answer,
    options: HostOptions = {},
    args: readonly string[] = [],
    stop?: AbortController,
  ) => {
    answer = behave;
    return run(
      ['verify', ID, '--server', url, '--json', '--timeout', '1s', ...args],
      { rounds: () => HEALTHY, ...options },
      stop,
    );
  };

  const json =
    (status: number, body: unknown): Answer =>
    (_, response) => {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    };
  const status = (state: string) => ({ verification: { id: 'v-1', state, total: 1, finished: 0 } });
  /** A daemon whose events and result are as given; what is not given is as it should be. */
  const daemon =
    (events: Answer, result: Answer = json(200, OUTAGE), states: readonly string[] = ['finished']): Answer =>
    (request, response) => {
      const path = request.url ?? '';
      if (request.method === 'POST') json(202, status('running'))(request, response);
      else if (path.endsWith('/events')) events(request, response);
      else if (path.endsWith('/result')) result(request, response);
      else json(200, status(states[Math.min(asked++, states.length - 1)] ?? 'finished'))(request, response);
    };
  let asked = 0;
  const stream =
    (...parts: readonly string[]): Answer =>
    (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      for (const part of parts) response.write(part);
      response.end();
    };
  const over = 'event: over\ndata: {}\n\n';
  const destroyed: Answer = (request) => request.socket.destroy();

  const results: readonly [what: string, behave: Answer][] = [
    ['its events say that it is over', daemon(stream(':\n\n', over))],
    ['an event comes in pieces', daemon(stream('event: o', 'ver\nda', 'ta: {}\n', '\n'))],
    [
      'its events are not understood',
      daemon(stream('event: check\ndata: {"check":7}\n\nnonsense\n\n', over)),
    ],
    ['a proxy lets no events through', daemon(json(502, 'bad gateway'), undefined, ['running', 'finished'])],
    ['the stream breaks', daemon(destroyed, undefined, ['running', 'finished'])],
    ['the stream ends too soon', daemon(stream(), undefined, ['running', 'running', 'finished'])],
  ];
  for (const [what, behave] of results)
    it(`takes the result when ${what}`, async () => {
      asked = 0;
      const ran = await ask(behave);
      assert.deepEqual([ran.exitCode, ran.requests.length, ran.stderr], [1, 0, '']);
      assert.deepEqual(JSON.parse(ran.stdout), OUTAGE);
    });

  const fallbacks: readonly [what: string, behave: Answer, words: string][] = [
    ['answers 500', json(500, { error: { code: 'internal', message: 'x' } }), 'it answered 500'],
    ['is a bad gateway', json(502, '<html>bad gateway</html>'), 'it answered 502'],
    ['is not ready', json(503, ''), 'it answered 503'],
    ['has too much to do', json(429, { error: { code: 'rate-limited', message: 'x' } }), 'it answered 429'],
    ['is something else that says 404', json(404, { message: 'Not Found' }), 'it answered 404'],
    ['redirects', (_, response) => response.writeHead(302, { location: url }).end(), 'it answered 302'],
    ['is a web page', json(200, '<html>hello</html>'), 'it answered 200'],
    ['accepts it and says nothing of it', json(202, {}), 'its answer is no verification'],
    ['closes the connection', destroyed, 'it closed the connection (UND_ERR_SOCKET)'],
    ['has stopped before the end', daemon(stream(), json(503, ''), ['aborted']), 'it answered 503'],
    ['has a result that is none', daemon(stream(over), json(200, { tenants: [] })), 'it answered 200'],
  ];
  for (const [what, behave, words] of fallbacks)
    it(`probes from here when the server ${what}`, async () => {
      asked = 0;
      const ran = await ask(behave);
      assert.deepEqual([ran.exitCode, ran.requests.length], [0, 1]);
      assert.equal(ran.stderr, `tenantwatch: ${url}: ${words}; probing from here instead\n`);
    });

  it('probes from here when nothing listens there, and goes on so', async () => {
    const ran = await run(
      ['verify', ID, '--server', 'http://127.0.0.1:1', '--json', '--wait', '9s', '--successes', '2'],
      {
        rounds: () => HEALTHY,
      },
    );
    assert.deepEqual([ran.exitCode, ran.requests.length], [0, 2]);
    assert.equal(
      ran.stderr,
      'tenantwatch: http://127.0.0.1:1: nothing listens there (ECONNREFUSED); probing from here instead\n',
    );
  });

  it('cannot tell, with 3, when here nothing is set up for probing; it asks again while it may wait', async () => {
    const ran = await ask(json(503, ''), { env: {} }, ['--wait', '6s']);
    assert.equal(ran.exitCode, 3);
    assert.equal((JSON.parse(ran.stdout) as VerifyResult).verdict, 'unknown');
    assert.match(
      ran.stderr,
      /it answered 503\ntenantwatch: probing from here is not possible: [^]*platform\.domain/,
    );
    assert.equal(ran.stderr.match(/answered 503/g)?.length, 1);
    let times = 0;
    const recovered = await ask(
      (request, response) => {
        (times++ === 0 ? json(503, '') : daemon(stream(over), json(200, HEALTHY)))(request, response);
      },
      { env: {} },
      ['--wait', '6s'],
    );
    assert.equal(recovered.exitCode, 0);
  });

  it('does not hide what the server refuses', async () => {
    const ran = await ask(json(403, { error: { code: 'unknown-host', message: 'This is not its name.' } }));
    assert.deepEqual([ran.exitCode, ran.stdout, ran.requests.length], [2, '', 0]);
    assert.match(ran.stderr, /it refuses: This is not its name\./);
  });

  /** A daemon that tells so much, and takes its time; Ctrl-C comes when the last of it stands on the screen. */
  const interruptedAfter = async (events: readonly string[]) => {
    const stop = new AbortController();
    const lines: string[] = [];
    const stderr = {
      isTTY: true,
      write: (text: string) => {
        lines.push(text);
        if (text.includes('told last')) interrupt(stop);
      },
    };
    const last = event('check', { check: { ...checks[0], summary: 'told last' } });
    const ran = await ask(
      daemon((_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write([...events, last].join(''));
      }),
      { env: FLY_ENV, host: { stderr } },
      [],
      stop,
    );
    assert.deepEqual([ran.exitCode, ran.requests.length], [130, 0]);
    assert.match(lines.join(''), /interrupted/);
    return (JSON.parse(ran.stdout) as VerifyResult).tenants;
  };
  const { checks, ...withoutChecks } = CLAIMED_TENANT;
  const { tenant, hostname, app } = CLAIMED_TENANT;
  const event = (name: string, data: object): string => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
  const told = checks.map((check) => event('check', { tenant, hostname, app, check }));

  it('stops at once when it is interrupted while a daemon verifies, and prints what is known by then', async () => {
    const [known] = await interruptedAfter(told.slice(0, 2));
    assert.deepEqual(known?.checks, checks.slice(0, 2));
    assert.deepEqual([known.hostname, known.verdict, known.diagnosis], [hostname, 'fail', null]);
  });

  it('prints the diagnosis, too, of a tenant that was over by then', async () => {
    assert.deepEqual(await interruptedAfter([...told, event('tenant', withoutChecks)]), [CLAIMED_TENANT]);
  });

  it('knows nothing when a daemon does not say whose checks they are', async () => {
    assert.deepEqual(await interruptedAfter([event('check', { tenant, check: checks[0] })]), []);
  });
});
