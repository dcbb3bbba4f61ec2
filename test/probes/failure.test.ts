import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FailureCode, Phase } from '../../src/model/failure.ts';
import { nameFailure, trustOfVerifyCode } from '../../src/probes/failure.ts';
import { ProbeError } from '../../src/probes/probe-error.ts';

function error(message: string, properties: object = {}): Error {
  return Object.assign(new Error(message), properties);
}

const openssl = (code: string, rest: string): Error =>
  error(`40C33D14E07F0000:error:0A000458:SSL routines:ssl3_read_bytes:${rest}`, { code });

const FACTS: readonly (readonly [fact: string, Error, Phase, FailureCode, local?: boolean])[] = [
  ['a refused connection', error('x', { code: 'ECONNREFUSED', syscall: 'connect' }), 'connect', 'refused'],
  ['a connection that the kernel gave up', error('x', { code: 'ETIMEDOUT' }), 'connect', 'timeout'],
  [
    'an RST in the handshake has a system call',
    error('x', { code: 'ECONNRESET', syscall: 'read' }),
    'handshake',
    'reset',
  ],
  ['a FIN in the handshake has none', error('x', { code: 'ECONNRESET' }), 'handshake', 'eof'],
  ['an RST right after the SYN', error('x', { code: 'ECONNRESET', syscall: 'connect' }), 'connect', 'reset'],
  [
    'a write to a connection that is gone',
    error('x', { code: 'EPIPE', syscall: 'write' }),
    'request',
    'reset',
  ],
  ['an aborted connection', error('x', { code: 'ECONNABORTED' }), 'connect', 'reset'],
  ['no network, said by this machine', error('x', { code: 'ENETUNREACH' }), 'connect', 'no-route', true],
  ['no network, said by a router', error('x', { code: 'ENETUNREACH' }), 'connect', 'unreachable', false],
  ['no host, said by this machine', error('x', { code: 'EHOSTUNREACH' }), 'connect', 'no-route', true],
  ['no host, said by a router', error('x', { code: 'EHOSTUNREACH' }), 'connect', 'unreachable'],
  ['a host that is down', error('x', { code: 'EHOSTDOWN' }), 'connect', 'unreachable'],
  ['an interface that is down', error('x', { code: 'ENETDOWN' }), 'connect', 'no-route'],
  ['a kernel without IPv6', error('x', { code: 'EAFNOSUPPORT' }), 'connect', 'no-route'],
  [
    'no IPv6 source address',
    error('x', { code: 'EADDRNOTAVAIL', address: '2001:db8::1' }),
    'connect',
    'no-route',
  ],
  ['no local port left', error('x', { code: 'EADDRNOTAVAIL', address: '192.0.2.1' }), 'connect', 'internal'],
  ['a local firewall', error('x', { code: 'EPERM' }), 'connect', 'no-route'],
  ['another local firewall', error('x', { code: 'EACCES' }), 'connect', 'no-route'],
  ['too many open files', error('x', { code: 'EMFILE' }), 'connect', 'internal'],
  [
    'plain HTTP on the port',
    openssl('ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number:f.c:1:'),
    'handshake',
    'not-tls',
  ],
  [
    'records that are none',
    openssl('ERR_SSL_PACKET_LENGTH_TOO_LONG', 'packet length too long:f.c:1:'),
    'handshake',
    'not-tls',
  ],
  [
    'a TLS rule broken',
    openssl('ERR_SSL_UNEXPECTED_MESSAGE', 'unexpected message:f.c:1:'),
    'handshake',
    'protocol',
  ],
  [
    'an oversized certificate message',
    openssl('ERR_SSL_EXCESSIVE_MESSAGE_SIZE', 'excessive message size:f.c:1:'),
    'handshake',
    'too-large',
  ],
  [
    "OpenSSL's own end of file",
    openssl('ERR_SSL_UNEXPECTED_EOF_WHILE_READING', 'unexpected eof while reading:f.c:1:'),
    'request',
    'eof',
  ],
  [
    'a header bomb',
    error('Parse Error: Header overflow', { code: 'HPE_HEADER_OVERFLOW' }),
    'request',
    'too-large',
  ],
  ['an HTTP rule broken', error('Parse Error', { code: 'HPE_INVALID_CONSTANT' }), 'request', 'protocol'],
  ['a body cut short', error('Parse Error', { code: 'HPE_INVALID_EOF_STATE' }), 'request', 'eof'],
  ['an HTTP/2 stream reset', error('x', { code: 'ERR_HTTP2_STREAM_ERROR' }), 'request', 'protocol'],
  [
    'an HTTP/2 stream that ended with its connection',
    error('x', {
      code: 'ERR_HTTP2_STREAM_CANCEL',
      cause: error('y', { code: 'ECONNRESET', syscall: 'read' }),
    }),
    'request',
    'reset',
  ],
  ['our own abort', error('x', { name: 'AbortError' }), 'connect', 'aborted'],
  ['our own abort by code', error('x', { code: 'ABORT_ERR' }), 'connect', 'aborted'],
  ['a bug of ours', new TypeError('x is not a function'), 'request', 'internal'],
  ['an error with a code of no meaning here', error('x', { code: 7 }), 'connect', 'internal'],
];

describe('a low-level error is named by phase and code', () => {
  for (const [fact, given, phase, code, local] of FACTS) {
    it(`${fact}: ${code}`, () => {
      const failure = nameFailure(given, phase, local === undefined ? {} : { local });
      assert.deepEqual({ phase: failure.phase, code: failure.code }, { phase, code });
    });
  }

  for (const [number, name] of [
    [40, 'handshake_failure'],
    [70, 'protocol_version'],
    [80, 'internal_error'],
    [112, 'unrecognized_name'],
    [116, 'certificate_required'],
    [120, 'no_application_protocol'],
    [99, 'alert_99'],
  ] as const) {
    it(`alert ${number} is called ${name}`, () => {
      const failure = nameFailure(
        openssl('ERR_SSL_X', `some text:f.c:918:SSL alert number ${number}`),
        'handshake',
      );
      assert.equal(failure.code, 'alert');
      assert.equal(failure.alert, name);
    });
  }

  it('a failure that has its name keeps it', () => {
    const failure = { phase: 'resolve', code: 'no-address', detail: 'none' } as const;
    assert.equal(nameFailure(new ProbeError(failure), 'request'), failure);
  });

  it('something thrown that is no error is our fault', () => {
    assert.equal(nameFailure('boom', 'request').code, 'internal');
  });

  it('the detail is plain text, short, and without addresses of the build', () => {
    const hostile = nameFailure(error(`\u001b[31m${'x'.repeat(5000)}\u202e\n::error::`), 'request').detail;
    assert.ok(hostile.length <= 200);
    assert.doesNotMatch(hostile, /[\u0000-\u001f\u202e]/u);
    const tls = nameFailure(
      openssl('ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number:../f.c:1:'),
      'handshake',
    );
    assert.equal(tls.detail, 'wrong version number');
  });
});

describe("OpenSSL's verdict on a chain", () => {
  for (const [code, trust] of [
    [null, 'trusted'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'trusted'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'unknown-issuer'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'unknown-issuer'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'incomplete-chain'],
    ['CERT_REVOKED', 'revoked'],
    ['CERT_SIGNATURE_FAILURE', 'invalid-chain'],
    ['INVALID_CA', 'invalid-chain'],
    ['SOMETHING_NEW', 'invalid-chain'],
    ['CERT_HAS_EXPIRED', undefined],
    ['CERT_NOT_YET_VALID', undefined],
  ] as const) {
    it(`${code ?? 'nothing against it'} means ${trust ?? 'that the chain is still to be judged'}`, () => {
      assert.equal(trustOfVerifyCode(code), trust);
    });
  }
});
