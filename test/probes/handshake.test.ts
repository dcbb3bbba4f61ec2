import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, describe, it } from 'node:test';
import type { CertificateFacts } from '../../src/model/connection.ts';
import type { FailureCode, Phase } from '../../src/model/failure.ts';
import { DAY_MS } from '../../src/model/time.ts';
import { createTestAuthority, TENANT_NAME, type LeafOptions } from '../support/certificates.ts';
import { never, testProbes } from './probing.ts';
import { at, createServers } from './servers.ts';

const authority = createTestAuthority();
const good = authority.issue();
const probes = testProbes({ ca: authority.rootPem });
const servers = createServers();
after(() => servers.close());

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

const WIRE: readonly (readonly [fact: string, (socket: net.Socket) => void, FailureCode, string?])[] = [
  ['a FIN after the ClientHello', (s) => s.once('data', () => s.end()), 'eof'],
  ['a FIN in the middle of a record', (s) => s.once('data', () => s.end(hex('160303004a0200'))), 'eof'],
  ['an RST after the ClientHello', (s) => s.once('data', () => s.resetAndDestroy()), 'reset'],
  [
    'the alert unrecognized_name',
    (s) => s.once('data', () => s.end(hex('15030300020270'))),
    'alert',
    'unrecognized_name',
  ],
  [
    'the alert handshake_failure',
    (s) => s.once('data', () => s.end(hex('15030300020228'))),
    'alert',
    'handshake_failure',
  ],
  [
    'the alert internal_error',
    (s) => s.once('data', () => s.end(hex('15030300020250'))),
    'alert',
    'internal_error',
  ],
  [
    'a close_notify instead of a ServerHello',
    (s) => s.once('data', () => s.end(hex('15030300020100'))),
    'eof',
  ],
  ['plain HTTP', (s) => s.once('data', () => s.end('HTTP/1.1 400 Bad Request\r\n\r\n')), 'not-tls'],
  ['a mail server', (s) => s.write('220 mail.example ESMTP\r\n'), 'not-tls'],
  ['zeros', (s) => s.write(Buffer.alloc(100)), 'not-tls'],
  [
    'application data at once',
    (s) => s.write(Buffer.concat([hex('1703030010'), Buffer.alloc(16)])),
    'protocol',
  ],
  ['silence', () => undefined, 'timeout'],
  ['a ServerHello that never ends', (s) => s.write(hex('160303004a0200')), 'timeout'],
];

describe('a handshake that fails', () => {
  for (const [fact, behave, code, alert] of WIRE) {
    it(`${fact}: ${code}`, async () => {
      const port = await servers.raw(behave);
      const { result, connectMs, handshakeMs } = await probes.handshake(at(port), never());
      if (result.outcome !== 'failed') assert.fail('it did not fail');
      assert.equal(result.failure.phase, 'handshake');
      assert.equal(result.failure.code, code, result.failure.detail);
      assert.equal(result.failure.alert, alert);
      assert.notEqual(connectMs, null);
      assert.equal(handshakeMs, null);
    });
  }

  const REFUSALS: readonly (readonly [fact: string, object, string])[] = [
    [
      'no version in common',
      { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
      'protocol_version',
    ],
    ['no protocol in common', { ALPNProtocols: ['foo'] }, 'no_application_protocol'],
    ['no cipher in common', { ciphers: 'ECDHE-RSA-AES128-SHA', maxVersion: 'TLSv1.2' }, 'handshake_failure'],
    [
      'a client certificate required, TLS 1.2',
      { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' },
      'handshake_failure',
    ],
  ];
  for (const [fact, options, alert] of REFUSALS) {
    it(`${fact}: the alert ${alert}`, async () => {
      const port = await servers.tls({ ...good, ...options });
      const { result } = await probes.handshake(at(port), never());
      assert.equal(result.outcome === 'failed' && result.failure.alert, alert, JSON.stringify(result));
    });
  }

  it('a server without a context for the name hangs up: eof', async () => {
    const port = await servers.tls({
      ...good,
      SNICallback: (_name, callback) => {
        callback(new Error('unknown'));
      },
    });
    const { result } = await probes.handshake(at(port), never());
    assert.equal(result.outcome === 'failed' && result.failure.code, 'eof');
  });

  it('a closed port is refused while connecting', async () => {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as net.AddressInfo;
    server.close();
    await once(server, 'close');
    const { result, connectMs, family } = await probes.handshake(at(port), never());
    assert.equal(family, 'ipv4');
    assert.equal(connectMs, null);
    assert.deepEqual(result.outcome === 'failed' && [result.failure.phase, result.failure.code], [
      'connect',
      'refused',
    ] satisfies [Phase, FailureCode]);
  });

  it('an address that this machine has no route for is no-route', async () => {
    // The kernel itself refuses a TCP connection to the broadcast address: no packet leaves.
    const { result } = await probes.handshake({ ...at(443), address: '255.255.255.255' }, never());
    assert.equal(result.outcome === 'failed' && result.failure.code, 'no-route');
  });

  for (const address of ['127.0.0.1', '169.254.169.254', 'fdaa::3', '::ffff:10.0.0.1']) {
    it(`${address} is not connected to unless allowed`, async () => {
      const port = await servers.raw(() => assert.fail('connected'));
      const { result } = await testProbes({ allowPrivateAddresses: false }).handshake(
        { ...at(port), address },
        never(),
      );
      assert.equal(result.outcome === 'failed' && result.failure.code, 'address-forbidden');
    });
  }

  for (const when of ['before', 'while']) {
    it(`is given up when aborted ${when} it runs`, async () => {
      const controller = new AbortController();
      const port = await servers.raw((socket) =>
        socket.once('data', () => {
          controller.abort();
        }),
      );
      if (when === 'before') controller.abort();
      const { result } = await probes.handshake(at(port), controller.signal);
      assert.equal(result.outcome === 'failed' && result.failure.code, 'aborted');
    });
  }
});

const CERTIFICATES: readonly (readonly [
  fact: string,
  LeafOptions,
  CertificateFacts['trust'],
  names?: readonly string[],
])[] = [
  ['a good one', {}, 'trusted', ['*.tenants.test']],
  [
    'an expired one is trusted all the same',
    { notBefore: Date.now() - 90 * DAY_MS, notAfter: Date.now() - DAY_MS },
    'trusted',
  ],
  [
    'one not yet valid is, too',
    { notBefore: Date.now() + DAY_MS, notAfter: Date.now() + 9 * DAY_MS },
    'trusted',
  ],
  ['one for another name is, too', { names: ['other.test'] }, 'trusted', ['other.test']],
  ['self-signed', { signedBy: 'itself' }, 'self-signed'],
  [
    'self-signed and expired',
    { signedBy: 'itself', notAfter: Date.now() - 1000, notBefore: Date.now() - DAY_MS },
    'self-signed',
  ],
  ['a forgotten intermediate', { alone: true }, 'incomplete-chain'],
  [
    'a forgotten intermediate, and expired',
    { alone: true, notAfter: Date.now() - 1000, notBefore: Date.now() - DAY_MS },
    'incomplete-chain',
  ],
  ['an authority that nobody knows', { signedBy: 'stranger' }, 'incomplete-chain'],
  ['an expired intermediate', { signedBy: 'expired-intermediate' }, 'invalid-chain'],
  ['signed by a certificate that is no authority', { signedBy: 'leaf-as-authority' }, 'invalid-chain'],
  [
    'the same, and expired',
    { signedBy: 'leaf-as-authority', notAfter: Date.now() - 1000, notBefore: Date.now() - DAY_MS },
    'invalid-chain',
  ],
  [
    'hostile names come quoted and clean',
    { names: [`${TENANT_NAME}\u0000.evil.test`, `x, DNS:${TENANT_NAME}`, '\u001b[31m<!channel>'] },
    'trusted',
  ],
  [
    'thousands of names are bounded',
    { names: Array.from({ length: 2000 }, (_, n) => `n${n}.test`) },
    'trusted',
  ],
];

describe('the facts of a served certificate', () => {
  for (const [fact, options, trust, names] of CERTIFICATES) {
    it(`${fact}: ${trust}`, async () => {
      const port = await servers.tls(authority.issue(options));
      const { result } = await probes.handshake(at(port), never());
      if (result.outcome !== 'observed') assert.fail(JSON.stringify(result));
      const { certificate } = result.facts;
      assert.equal(certificate.trust, trust);
      if (names !== undefined) assert.deepEqual(certificate.names, names);
      assert.ok(certificate.names.length <= 100);
      if (options.names?.some((name) => name.includes('\u0000')) === true)
        assert.ok(!certificate.names.includes(TENANT_NAME), certificate.names.join());
      if (options.notAfter !== undefined)
        assert.equal(certificate.notAfter, Math.floor(options.notAfter / 1000) * 1000);
      assert.match(certificate.fingerprint, /^[0-9a-f]{64}$/);
      assert.doesNotMatch(JSON.stringify(certificate), /\\u00|\u202e/);
    });
  }

  it('the name that covers the host is kept although it is the last of thousands', async () => {
    const names = [...Array.from({ length: 500 }, (_, n) => `n${n}.test`), '*.tenants.test'];
    const port = await servers.tls(authority.issue({ names }));
    const { result } = await probes.handshake(at(port), never());
    assert.ok(result.outcome === 'observed' && result.facts.certificate.names.includes('*.tenants.test'));
  });

  it('another chain under the same leaf is noticed', async () => {
    const whole = authority.issue();
    const alone = { ...whole, cert: whole.cert.slice(0, whole.cert.indexOf('-----END') + 26) };
    const trusts: string[] = [];
    for (const served of [whole, alone, whole]) {
      const { result } = await probes.handshake(at(await servers.tls(served)), never());
      trusts.push(result.outcome === 'observed' ? result.facts.certificate.trust : 'failed');
    }
    assert.deepEqual(trusts, ['trusted', 'incomplete-chain', 'trusted']);
  });

  it('without the configured bundle its root is unknown', async () => {
    const { result } = await testProbes().handshake(at(await servers.tls(good)), never());
    assert.equal(result.outcome === 'observed' && result.facts.certificate.trust, 'unknown-issuer');
  });

  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    it(`${version} is told, and the protocol that was agreed`, async () => {
      const port = await servers.tls({
        ...good,
        minVersion: version,
        maxVersion: version,
        ALPNProtocols: ['h2'],
      });
      const { result } = await probes.handshake(at(port), never());
      assert.deepEqual(result.outcome === 'observed' && [result.facts.version, result.facts.alpn], [
        version,
        'h2',
      ]);
    });
  }
});

describe('a witness', () => {
  it('stands when a TCP connection does', async () => {
    const port = await servers.raw(() => undefined);
    const { name, result } = await probes.witness('resolver', `127.0.0.1:${port}`, never());
    assert.equal(name, 'resolver');
    assert.equal(result.outcome, 'observed');
  });

  for (const [address, code] of [
    ['127.0.0.1:1', 'refused'],
    ['nowhere.test:443', 'no-address'],
    ['::::', 'internal'],
  ] as const) {
    it(`${address}: ${code}`, async () => {
      const { result } = await probes.witness('w', address, never());
      assert.equal(result.outcome === 'failed' && result.failure.code, code);
    });
  }
});
