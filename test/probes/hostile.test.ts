import assert from 'node:assert/strict';
import type http2 from 'node:http2';
import type net from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import dnsPacket, { type Answer } from 'dns-packet';
import { createTestAuthority, TENANT_NAME } from '../support/certificates.ts';
import { reply, startDnsServer, type DnsBehaviour } from '../support/dns-server.ts';
import { never, testProbes, TIMEOUT_MS } from './probing.ts';
import { at, createServers } from './servers.ts';

/**
 * What a tenant can do to the monitor with what it controls: DNS records, certificates, the bytes of its server. Each
 * behaviour must end in bounded time and memory, in an observation whose text is plain, whatever else it says.
 */

const authority = createTestAuthority();
const good = authority.issue();
const servers = createServers();
const probes = testProbes({ ca: authority.rootPem });
after(() => servers.close());

/** Everything that some output format, terminal or chat would act upon. */
const EVIL =
  '\u001b[31mred\u001b]0;title\u0007\u202eevil\u2066\u200b\u0008\r\n::error::<!channel><script>alert(1)</script>\u2028';
/** The same as far as an HTTP header can carry it. */
const EVIL_HEADER = '::error title=x::y <!channel> <script>alert(1)</script> \u00e2\u0080\u00ae \u009b31m';

/** Called again and again until the socket is gone: an endless drip. */
function drip(socket: net.Socket, bytes: string | Buffer, everyMs = 10): void {
  const timer = setInterval(() => {
    if (socket.destroyed) clearInterval(timer);
    else socket.write(bytes);
  }, everyMs);
  socket.on('close', () => {
    clearInterval(timer);
  });
}

/** Writes as fast as the reader takes it. */
function flood(socket: net.Socket, bytes: Buffer): void {
  const write = (): void => {
    while (!socket.destroyed && socket.write(bytes));
    if (!socket.destroyed) socket.once('drain', write);
  };
  write();
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const OK = 'HTTP/1.1 200 OK\r\n';

/** Bytes instead of a TLS handshake. */
const HANDSHAKES: readonly (readonly [string, (socket: net.Socket) => void])[] = [
  ['accepts and stays silent', () => undefined],
  [
    'drips single bytes of a ServerHello',
    (s) => {
      drip(s, hex('16'));
    },
  ],
  [
    'drips empty handshake records',
    (s) => {
      drip(s, hex('1603030000'));
    },
  ],
  [
    'floods empty handshake records',
    (s) => {
      flood(s, hex('1603030000'.repeat(5000)));
    },
  ],
  [
    'floods warning alerts',
    (s) => {
      flood(s, hex('15030300020170'.repeat(5000)));
    },
  ],
  [
    'floods zeros',
    (s) => {
      flood(s, Buffer.alloc(65_536));
    },
  ],
  [
    'floods random text',
    (s) => {
      flood(s, Buffer.from(EVIL.repeat(1000)));
    },
  ],
  [
    'announces a handshake message of 16 MB',
    (s) => {
      flood(s, Buffer.concat([hex('16030340000bffffff'), Buffer.alloc(16_380)]));
    },
  ],
  [
    'sends a record longer than TLS allows',
    (s) => s.write(Buffer.concat([hex('160303ffff'), Buffer.alloc(65_535)])),
  ],
  ['answers with plain HTTP', (s) => s.write(`${OK}x-evil: ${EVIL_HEADER}\r\n\r\n`)],
  ['echoes the ClientHello', (s) => s.pipe(s)],
  ['reads the ClientHello and resets', (s) => s.once('data', () => s.resetAndDestroy())],
  ['resets at once', (s) => s.resetAndDestroy()],
  ['ends at once', (s) => s.end()],
  ['sends an alert that is not registered', (s) => s.write(hex('150303000202ff'))],
];

/** Bytes instead of an HTTP/1.1 answer. */
const ANSWERS: readonly (readonly [string, (socket: TLSSocket) => void])[] = [
  ['never answers', () => undefined],
  [
    'drips the status line',
    (s) => {
      drip(s, 'H');
    },
  ],
  [
    'drips header after header',
    (s) => {
      s.write(OK);
      drip(s, 'a: b\r\n');
    },
  ],
  [
    'drips a body without end',
    (s) => {
      s.write(`${OK}\r\n`);
      drip(s, 'x');
    },
  ],
  [
    'drips chunks without end',
    (s) => {
      s.write(`${OK}transfer-encoding: chunked\r\n\r\n`);
      drip(s, '1\r\nx\r\n');
    },
  ],
  [
    'drips a chunk extension',
    (s) => {
      s.write(`${OK}transfer-encoding: chunked\r\n\r\n1;`);
      drip(s, 'x');
    },
  ],
  [
    'floods a chunk extension',
    (s) => {
      s.write(`${OK}transfer-encoding: chunked\r\n\r\n1;`);
      flood(s, Buffer.alloc(65_536, 'x'));
    },
  ],
  [
    'drips 100 Continue',
    (s) => {
      drip(s, 'HTTP/1.1 100 Continue\r\n\r\n', 1);
    },
  ],
  [
    'floods 103 Early Hints',
    (s) => {
      flood(s, Buffer.from('HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n'.repeat(500)));
    },
  ],
  ['sends one header of a megabyte', (s) => s.write(`${OK}a: ${'x'.repeat(1_000_000)}\r\n\r\n`)],
  ['sends a header name of a megabyte', (s) => s.write(`${OK}${'x'.repeat(1_000_000)}: a\r\n\r\n`)],
  [
    'sends ten thousand headers',
    (s) => s.write(`${OK}${Array.from({ length: 10_000 }, (_, n) => `h${n}: x\r\n`).join('')}\r\n`),
  ],
  ['sends a thousand short cookies', (s) => s.write(`${OK}${'set-cookie: a\r\n'.repeat(1000)}\r\nbody`)],
  ['sends a status line of a megabyte', (s) => s.write(`HTTP/1.1 200 ${'x'.repeat(1_000_000)}\r\n\r\n`)],
  [
    'floods a body without length',
    (s) => {
      s.write(`${OK}\r\n`);
      flood(s, Buffer.alloc(65_536, 'x'));
    },
  ],
  [
    'floods a body in chunks',
    (s) => {
      s.write(`${OK}transfer-encoding: chunked\r\n\r\n`);
      flood(s, Buffer.from(`10000\r\n${'x'.repeat(65_536)}\r\n`));
    },
  ],
  ['announces a body of many petabytes', (s) => s.write(`${OK}content-length: 9007199254740991\r\n\r\nx`)],
  ['announces a length that is no number', (s) => s.write(`${OK}content-length: 1e9\r\n\r\n`)],
  ['gives two lengths', (s) => s.write(`${OK}content-length: 1\r\ncontent-length: 2\r\n\r\nxx`)],
  [
    'gives length and chunks',
    (s) => s.write(`${OK}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
  ],
  [
    'sends a gzip bomb although asked not to',
    (s) =>
      s.end(
        Buffer.concat([Buffer.from(`${OK}content-encoding: gzip\r\ncontent-type: text/html\r\n\r\n`), BOMB]),
      ),
  ],
  [
    'sends a gzip bomb as transfer coding',
    (s) => s.end(Buffer.concat([Buffer.from(`${OK}transfer-encoding: gzip\r\n\r\n`), BOMB])),
  ],
  [
    'redirects to the metadata service',
    (s) => s.end('HTTP/1.1 301 x\r\nlocation: http://169.254.169.254/latest\r\ncontent-length: 0\r\n\r\n'),
  ],
  [
    'redirects to a script',
    (s) => s.end(`HTTP/1.1 302 x\r\nlocation: javascript:${EVIL_HEADER}\r\ncontent-length: 0\r\n\r\n`),
  ],
  [
    'switches protocols',
    (s) => s.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
  ],
  ['answers 0 and 999', (s) => s.end('HTTP/1.1 000 x\r\n\r\nHTTP/1.1 999 x\r\n\r\n')],
  ['answers in HTTP/0.9', (s) => s.end('<html>hello</html>')],
  ['answers in HTTP/9.9', (s) => s.end('HTTP/9.9 200 OK\r\n\r\n')],
  ['answers in another protocol', (s) => s.end('220 smtp\r\n')],
  ['answers twice', (s) => s.end(`${OK}content-length: 1\r\n\r\nx${OK}content-length: 1\r\n\r\ny`)],
  ['closes in the middle of a body', (s) => s.end(`${OK}content-length: 100\r\n\r\nx`)],
  ['folds headers', (s) => s.end(`${OK}a: b\r\n c\r\n\r\n`)],
  ['hides a line feed in a header', (s) => s.end(`${OK}server: a\nfly-request-id: 01J-evil\r\n\r\n`)],
  ['hides a NUL in a header', (s) => s.end(`${OK}server: a\0b\r\n\r\n`)],
  [
    'puts markup and controls into every header',
    (s) =>
      s.end(
        `${OK}server: ${EVIL_HEADER}\r\nvia: ${EVIL_HEADER}\r\nfly-request-id: ${EVIL_HEADER}\r\ncontent-type: text/${EVIL_HEADER}\r\ndate: ${EVIL_HEADER}\r\n\r\n`,
        'latin1',
      ),
  ],
  [
    'puts markup and controls into the body',
    (s) => s.end(`${OK}content-type: text/html\r\n\r\n${EVIL}${EVIL}`),
  ],
  [
    'claims a text that is no UTF-8',
    (s) =>
      s.end(Buffer.concat([Buffer.from(`${OK}content-type: text/html\r\n\r\n`), Buffer.alloc(4000, 0xff)])),
  ],
  [
    'sends a date of the far future',
    (s) => s.end(`${OK}date: Fri, 31 Dec 9999 23:59:59 GMT\r\ncontent-length: 0\r\n\r\n`),
  ],
  [
    'sends a date that is none',
    (s) => s.end(`${OK}date: Xxx, 99 Xxx 0000 99:99:99 GMT\r\ncontent-length: 0\r\n\r\n`),
  ],
];

/** Gigabytes when inflated, were anybody to do so. */
const BOMB = gzipSync(Buffer.alloc(20_000_000));

/** HTTP/2 servers. */
const SESSIONS: readonly (readonly [
  string,
  (request: http2.Http2ServerRequest, response: http2.Http2ServerResponse) => void,
])[] = [
  ['never answers', () => undefined],
  [
    'resets the stream',
    (_, r) => {
      r.stream.close(2);
    },
  ],
  [
    'refuses the stream',
    (_, r) => {
      r.stream.close(7);
    },
  ],
  [
    'says goodbye with an error',
    (_, r) => {
      r.stream.session?.goaway(11);
    },
  ],
  [
    'says goodbye kindly and stays silent',
    (_, r) => {
      r.stream.session?.goaway(0);
    },
  ],
  [
    'destroys the session',
    (_, r) => {
      r.stream.session?.destroy();
    },
  ],
  [
    'resets the connection',
    (_, r) => {
      r.stream.session?.socket.destroy();
    },
  ],
  [
    'sends headers of 200 KB',
    (_, r) => {
      r.writeHead(
        200,
        Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`h${n}`, 'x'.repeat(2000)])),
      ).end();
    },
  ],
  [
    'sends a thousand headers',
    (_, r) => {
      r.writeHead(200, Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`h${n}`, 'x']))).end();
    },
  ],
  [
    'floods a body',
    (_, r) => {
      const write = (): void => {
        while (!r.stream.destroyed && r.write(Buffer.alloc(65_536)));
        r.once('drain', write);
      };
      write();
    },
  ],
  [
    'drips a body',
    (_, r) => {
      const timer = setInterval(() => {
        if (r.stream.destroyed) clearInterval(timer);
        else r.write('x');
      }, 10);
    },
  ],
  [
    'drips informational headers',
    (_, r) => {
      const timer = setInterval(() => {
        if (r.stream.destroyed) clearInterval(timer);
        else r.stream.additionalHeaders({ ':status': 103 });
      }, 10);
    },
  ],
  [
    'puts markup into headers and body',
    (_, r) => {
      r.writeHead(200, { server: '<!channel> ::error::', 'content-type': 'text/html' }).end(EVIL);
    },
  ],
  [
    'sends a gzip bomb',
    (_, r) => {
      r.writeHead(200, { 'content-encoding': 'gzip' }).end(BOMB);
    },
  ],
  [
    'redirects to a private address',
    (_, r) => {
      r.writeHead(307, { location: 'https://[fdaa::3]/' }).end();
    },
  ],
];

const a = (name: string, data: string): Answer => ({ type: 'A', name, data, ttl: 1 });
const cname = (name: string, data: string): Answer => ({ type: 'CNAME', name, data, ttl: 1 });
const overTcp =
  (behave: DnsBehaviour): DnsBehaviour =>
  (q) =>
    q.transport === 'tcp' ? behave(q) : [reply(q, { flags: dnsPacket.TRUNCATED_RESPONSE })];

/** Compressed, as real servers write it: four thousand fit into one message. */
function manyAddresses(question: Parameters<DnsBehaviour>[0], count: number): Buffer {
  const head = reply(question, {});
  head.writeUInt16BE(count, 6);
  const records = Array.from({ length: count }, (_, n) => {
    const record = hex('c00c00010001000000010004c6120000');
    record.writeUInt16BE(n, 14);
    return record;
  });
  return Buffer.concat([head, ...records]);
}

/** Records of a zone that the tenant, or whoever took it over, controls. */
const ZONES: readonly (readonly [string, DnsBehaviour])[] = [
  ['has four thousand addresses', overTcp((q) => [manyAddresses(q, 4000)])],
  [
    'announces 65,535 records and sends none',
    (q) => {
      const m = reply(q, {});
      m.writeUInt16BE(65_535, 6);
      return [m];
    },
  ],
  [
    'chains a thousand CNAMEs',
    overTcp((q) => [
      reply(q, {
        answers: Array.from({ length: 1000 }, (_, n) =>
          cname(n === 0 ? q.name : `c${n}.test`, `c${n + 1}.test`),
        ),
      }),
    ]),
  ],
  [
    'closes a CNAME loop',
    (q) => [
      reply(q, { answers: [cname(q.name, 'b.test'), cname('b.test', 'c.test'), cname('c.test', 'b.test')] }),
    ],
  ],
  ['points a CNAME at itself', (q) => [reply(q, { answers: [cname(q.name, q.name)] })]],
  [
    'names hosts with markup and controls',
    (q) => [
      reply(q, {
        answers: [
          cname(q.name, '\u001b[31m<!channel>.test'),
          cname('\u001b[31m<!channel>.test', '::error::\u202e\u0000.test'),
        ],
      }),
    ],
  ],
  [
    'points compression at itself',
    (q) => {
      const m = reply(q, { answers: [a(q.name, '198.51.100.1')] });
      m[m.length - 16] = 0xc0;
      return [m];
    },
  ],
  ['cuts its records short', (q) => [reply(q, { answers: [a(q.name, '198.51.100.1')] }).subarray(0, 40)]],
  ['answers with the header only', (q) => [reply(q, {}).subarray(0, 12)]],
  [
    'answers with a kilobyte of noise',
    (q) => [Buffer.concat([Buffer.from([q.id >> 8, q.id & 255]), Buffer.alloc(1000, 0xa5)])],
  ],
  ['floods wrong answers', (q) => Array.from({ length: 500 }, () => reply({ ...q, id: q.id ^ 0xff }, {}))],
  [
    'repeats its answer hundreds of times',
    (q) => Array.from({ length: 300 }, () => reply(q, { answers: [a(q.name, '198.51.100.1')] })),
  ],
  [
    'hides a text bomb beside the answer',
    overTcp((q) => [
      reply(q, {
        answers: [
          a(q.name, '198.51.100.1'),
          { type: 'TXT', name: q.name, data: Array.from({ length: 200 }, () => EVIL.repeat(2)) },
        ],
      }),
    ]),
  ],
];

/** Names and subjects of a certificate. */
const CERTIFICATES: readonly (readonly [string, Parameters<typeof authority.issue>[0]])[] = [
  [
    'names with markup and controls',
    { names: [EVIL, '<!channel>', `${TENANT_NAME}\u0000.evil.test`], commonName: EVIL.slice(0, 60) },
  ],
  ['a name that pretends to be two', { names: [`evil.test, DNS:${TENANT_NAME}`] }],
  ['three thousand names', { names: Array.from({ length: 3000 }, (_, n) => `${n}.test`) }],
  [
    'ten thousand names, more than a handshake may carry',
    { names: Array.from({ length: 10_000 }, (_, n) => `name-number-${n}.test`) },
  ],
  ['one name of sixty kilobytes', { names: ['x'.repeat(60_000)] }],
  ['no names', { names: [] }],
  ['names of nothing', { names: ['', '*', '*.', '.', '*.*.test'] }],
  ['dates of other centuries', { notBefore: 0, notAfter: Date.UTC(9999, 0) }],
];

let heapBefore = 0;
before(() => {
  heapBefore = process.memoryUsage().heapUsed + process.memoryUsage().external;
});

/** Runs one behaviour and holds what holds for every one of them. */
async function endures(probe: () => Promise<unknown>, name: string): Promise<void> {
  const startedMs = performance.now();
  const observed = await probe();
  const elapsedMs = performance.now() - startedMs;
  // Connect, handshake, request; or the attempts over UDP and TCP: each bounded by the timeout, and slack for a busy machine.
  assert.ok(elapsedMs < TIMEOUT_MS * 4 + 5_000, `${name} took ${Math.round(elapsedMs)} ms`);
  const text = JSON.stringify(observed);
  assert.ok(text.length < 30_000, `${name}: ${text.length} characters are kept`);
  for (const value of stringsOf(observed)) {
    assert.ok(value.length <= 260, `${name}: a text of ${value.length} characters`);
    assert.doesNotMatch(
      value,
      /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u,
      `${name}: ${JSON.stringify(value)}`,
    );
  }
}

function stringsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [key, ...stringsOf(inner)]);
}

// Most of these wait for a timeout: side by side they cost one.
describe('a hostile tenant', { concurrency: 16 }, () => {
  for (const [name, behave] of HANDSHAKES) {
    it(`that ${name} instead of a handshake is endured`, async () => {
      const port = await servers.raw(behave);
      await endures(async () => {
        const observed = await probes.exchange(at(port), never());
        assert.equal(observed.handshake.result.outcome, 'failed');
        return observed;
      }, name);
    });
  }

  for (const [name, behave] of ANSWERS) {
    it(`whose server ${name} is endured`, async () => {
      const port = await servers.tls({ ...good, ALPNProtocols: ['http/1.1'] }, (socket) => {
        socket.once('data', () => {
          behave(socket);
        });
      });
      await endures(async () => {
        const observed = await probes.exchange(at(port), never());
        assert.equal(observed.handshake.result.outcome, 'observed');
        if (observed.site.outcome === 'observed') assert.ok(observed.site.facts.bodyBytes <= 65_536);
        return observed;
      }, name);
    });
  }

  for (const [name, behave] of SESSIONS) {
    it(`whose HTTP/2 server ${name} is endured`, async () => {
      const port = await servers.h2(good, behave);
      await endures(async () => {
        const observed = await probes.exchange(at(port), never());
        if (observed.site.outcome === 'observed') assert.ok(observed.site.facts.bodyBytes <= 65_536);
        return observed;
      }, name);
    });
  }

  for (const [name, behave] of ZONES) {
    it(`whose zone ${name} is endured`, async () => {
      const server = await startDnsServer(behave);
      await endures(async () => {
        const observed = await probes.lookup(
          TENANT_NAME,
          { address: server.address, role: 'resolver' },
          never(),
        );
        for (const family of [observed.ipv4, observed.ipv6]) {
          if (family.outcome !== 'observed') continue;
          assert.ok(family.facts.addresses.length <= 256);
          assert.ok(family.facts.cnames.length <= 17);
        }
        return observed;
      }, name);
      await server.close();
    });
  }

  for (const [name, options] of CERTIFICATES) {
    it(`whose certificate has ${name} is endured`, async () => {
      const port = await servers.tls(authority.issue(options));
      await endures(async () => {
        const handshake = await probes.handshake(at(port), never());
        if (handshake.result.outcome === 'observed')
          assert.ok(!handshake.result.facts.certificate.names.includes(TENANT_NAME));
        return handshake;
      }, name);
    });
  }

  for (const address of [
    '127.0.0.1',
    '10.0.0.1',
    '169.254.169.254',
    '100.100.100.200',
    '::1',
    'fdaa::3',
    '::ffff:169.254.169.254',
    '64:ff9b::a9fe:a9fe',
    '2002:a9fe:a9fe::',
  ]) {
    it(`whose name leads to ${address} makes nobody knock there`, async () => {
      const guarded = testProbes({ allowPrivateAddresses: false });
      const { handshake, site } = await guarded.exchange({ ...at(443), address }, never());
      assert.equal(
        handshake.result.outcome === 'failed' && handshake.result.failure.code,
        'address-forbidden',
      );
      assert.equal(site.outcome, 'not-taken');
    });
  }
});

describe('after all of them', () => {
  it('there were many ways to behave, each tried', () => {
    const ways = [HANDSHAKES, ANSWERS, SESSIONS, ZONES, CERTIFICATES].map(({ length }) => length);
    assert.ok(ways.reduce((sum, count) => sum + count, 0) >= 80, ways.join());
  });

  it('the memory of the process has not grown with what was sent', () => {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    assert.ok(heapUsed + external - heapBefore < 200_000_000);
  });
});
