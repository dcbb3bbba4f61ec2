import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, afterEach, before, describe, it } from 'node:test';
import { startSandbox } from '../../src/sandbox/index.ts';
import type { FaultName, FaultScope, Sandbox } from '../../src/sandbox/index.ts';
import { get, handshake, sendHello } from './clients.ts';
import type { RawEnd } from './clients.ts';

const SITE = '999bc6549a64.systemprompt.io';
const APP = 'sp-999bc6549a64';
const CONTROL = 'control-1f3a.systemprompt.io';
const MANAGEMENT = 'management-api-prod';
const SECOND = '127.0.0.3';

let sandbox: Sandbox;
before(async () => {
  sandbox = await startSandbox({ tenants: 2, edgeAddresses: ['127.0.0.1', SECOND] });
});
afterEach(() => {
  sandbox.faults.clear();
});
after(() => sandbox.close());

function raw(serverName = SITE, address = '127.0.0.1', waitMs = 3000): Promise<RawEnd> {
  return sendHello({ address, port: sandbox.addresses.httpsPort, serverName }, { waitMs });
}

describe('the edge of the sandbox when all is well', () => {
  it('serves the wildcard certificate for a tenant, trusted by the exported root', async () => {
    const seen = await handshake(sandbox, SITE);
    assert.equal(seen.trusted, true);
    assert.equal(seen.alpn, 'h2');
    assert.equal(seen.certificate?.subjectaltname, 'DNS:*.systemprompt.io');
  });

  it('answers a tenant through the proxy with the edge’s own headers', async () => {
    const page = await get(sandbox, SITE);
    assert.equal(page.status, 200);
    assert.match(page.body, /Site of sp-999bc6549a64/);
    assert.match(page.headers.server ?? '', /^Fly\//);
    assert.equal(page.headers.via, '2 fly.io');
    assert.match(page.headers['fly-request-id'] ?? '', /^[0-9A-HJKMNP-TV-Z]{26}-[a-z]{3}$/);
  });

  it('answers 502 and "no such tenant" for a name that nobody owns, over a good handshake', async () => {
    const page = await get(sandbox, CONTROL);
    assert.equal(page.status, 502);
    assert.match(page.body, /no such tenant/);
  });

  it('answers the direct name with a certificate for it', async () => {
    assert.equal((await handshake(sandbox, `${APP}.fly.dev`)).certificate?.subjectaltname, 'DNS:*.fly.dev');
    assert.equal((await get(sandbox, `${APP}.fly.dev`, { address: '127.0.0.2' })).status, 200);
  });

  it('aborts names that no app holds a certificate for', async () => {
    const end = await raw('www.example.com');
    assert.deepEqual([end.ended, end.received.length], ['fin', 0]);
  });

  it('reads a ClientHello that arrives in pieces', async () => {
    const { httpsPort: port } = sandbox.addresses;
    const end = await sendHello({ address: '127.0.0.1', port, serverName: SITE }, { pieces: 7, waitMs: 300 });
    assert.equal(end.received[0], 22);
  });

  it('writes the hop of each request into the logs of both apps', async () => {
    await get(sandbox, SITE);
    const last = (app: string): string | undefined => sandbox.world.logs.of(app).at(-1)?.message;
    assert.equal(
      last(MANAGEMENT),
      'Replaying request to tenant app subdomain=999bc6549a64 fly_app=sp-999bc6549a64',
    );
    assert.equal(last(APP), 'Request received path=/ method=GET');
  });

  it('listens on loopback addresses only', () => {
    for (const address of sandbox.edge.addresses) assert.match(address, /^127\.|^::1$/);
  });
});

describe('certificates and routing', () => {
  it('a misplaced certificate is latent until the edge learns of it, then the handshake ends with FIN', async () => {
    sandbox.world.addCertificate(APP, SITE);
    assert.equal((await handshake(sandbox, SITE)).trusted, true);
    sandbox.world.propagate(SITE);
    const end = await raw();
    assert.deepEqual([end.ended, end.received.length], ['fin', 0]);
    assert.equal((await handshake(sandbox, CONTROL)).trusted, true);
    assert.equal((await get(sandbox, `${APP}.fly.dev`)).status, 200);
    sandbox.world.removeCertificate(APP, SITE);
    assert.equal((await handshake(sandbox, SITE)).trusted, true);
  });

  it('an issued certificate on the tenant’s app takes the name over and works', async () => {
    sandbox.world.addCertificate(APP, SITE, { issued: true, effective: 'now' });
    assert.equal((await handshake(sandbox, SITE)).certificate?.subjectaltname, `DNS:${SITE}`);
    assert.equal((await get(sandbox, SITE)).status, 200);
    sandbox.world.removeCertificate(APP, SITE);
  });

  it('an exact certificate on the management app that still waits leaves the wildcard in place', async () => {
    sandbox.world.zone.add({ name: SITE, type: 'A', data: '127.0.0.9' });
    sandbox.world.addCertificate(MANAGEMENT, SITE, { effective: 'now' });
    assert.equal((await handshake(sandbox, SITE)).certificate?.subjectaltname, 'DNS:*.systemprompt.io');
    sandbox.world.removeCertificate(MANAGEMENT, SITE);
    sandbox.world.zone.remove(SITE);
  });

  it('the wildcard on a second app takes down every name without a certificate of its own', async () => {
    sandbox.world.addCertificate(MANAGEMENT, SITE, { effective: 'now' });
    sandbox.world.addCertificate(APP, '*.systemprompt.io', { effective: 'now' });
    assert.equal((await raw(CONTROL)).ended, 'fin');
    assert.equal((await handshake(sandbox, SITE)).trusted, true);
    sandbox.world.removeCertificate(APP, '*.systemprompt.io');
    sandbox.world.removeCertificate(MANAGEMENT, SITE);
  });
});

describe('faults of the handshake, as they look on the wire', () => {
  it('edge-eof: the ClientHello is read, nothing is said, FIN', async () => {
    sandbox.faults.on('edge-eof', { name: SITE });
    const end = await raw();
    assert.deepEqual([end.ended, end.received.length], ['fin', 0]);
    assert.equal((await raw(CONTROL, '127.0.0.1', 100)).ended, 'open');
  });

  it('edge-reset: RST, told apart from FIN', async () => {
    sandbox.faults.on('edge-reset', { name: SITE });
    const end = await raw();
    assert.deepEqual([end.ended, end.received.length], ['rst', 0]);
  });

  it('edge-alert: the alert record, then FIN', async () => {
    sandbox.faults.on('edge-alert', { value: 80 });
    const end = await raw();
    assert.deepEqual([end.ended, [...end.received]], ['fin', [21, 3, 3, 0, 2, 2, 80]]);
  });

  it('edge-late-alert: the client has finished when the alert comes', async () => {
    sandbox.faults.on('edge-late-alert', { name: SITE });
    const seen = await handshake(sandbox, SITE, { stay: true });
    assert.deepEqual([seen.error, seen.later], [null, 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED']);
  });

  it('edge-silent: the connection stands and nothing comes', async () => {
    sandbox.faults.on('edge-silent');
    const end = await raw(SITE, '127.0.0.1', 100);
    assert.deepEqual([end.ended, end.received.length], ['open', 0]);
  });

  it('edge-plain-http: an HTTP error in clear text', async () => {
    sandbox.faults.on('edge-plain-http');
    assert.match((await raw()).received.toString('latin1'), /^HTTP\/1\.1 400/);
  });

  it('edge-throttle: what exceeds the limit ends with FIN', async () => {
    sandbox.faults.on('edge-throttle', { value: 2 });
    const seen = await Promise.all(Array.from({ length: 6 }, () => handshake(sandbox, SITE)));
    assert.equal(seen.filter(({ error }) => error !== null).length, 4);
  });

  it('a fault at one address leaves the others alone', async () => {
    sandbox.faults.on('edge-eof', { at: SECOND });
    assert.equal((await raw(SITE, SECOND)).ended, 'fin');
    assert.equal((await handshake(sandbox, SITE)).trusted, true);
  });

  it('a stopped address refuses connections until it is started again', async () => {
    await sandbox.edge.stop(SECOND);
    await assert.rejects(raw(SITE, SECOND), { code: 'ECONNREFUSED' });
    await sandbox.edge.start(SECOND);
    assert.equal((await handshake(sandbox, SITE, { address: SECOND })).trusted, true);
  });

  it('a share of the handshakes fails evenly, a number of them once', async () => {
    sandbox.faults.on('edge-eof', { share: 0.5 });
    const errors: (string | null)[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) errors.push((await handshake(sandbox, SITE)).error);
    assert.deepEqual(errors, [null, 'ECONNRESET', null, 'ECONNRESET']);
    sandbox.faults.clear();
    sandbox.faults.on('edge-eof', { times: 1 });
    assert.equal((await raw()).ended, 'fin');
    assert.equal((await handshake(sandbox, SITE)).trusted, true);
    assert.deepEqual(sandbox.faults.active(), []);
  });

  it('counts aborted handshakes by name', async () => {
    const before = sandbox.world.handshakeErrors.get('www.example.com') ?? 0;
    await raw('www.example.com');
    assert.equal(sandbox.world.handshakeErrors.get('www.example.com'), before + 1);
  });

  it('what is not TLS is hung up on', async () => {
    const socket = connect(sandbox.addresses.httpsPort, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await new Promise((resolve) => socket.once('close', resolve).resume());
  });

  it('edge-http1-only: h2 is not negotiated', async () => {
    sandbox.faults.on('edge-http1-only');
    assert.equal((await handshake(sandbox, SITE)).alpn, 'http/1.1');
  });
});

describe('flaws of the served certificate, as OpenSSL names them', () => {
  const flaws: readonly (readonly [FaultName, string | null])[] = [
    ['certificate-expired', 'CERT_HAS_EXPIRED'],
    ['certificate-not-yet-valid', 'CERT_NOT_YET_VALID'],
    ['certificate-expiring', null],
    ['certificate-self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['certificate-untrusted', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['certificate-wrong-name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['certificate-incomplete-chain', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ];
  for (const [fault, error] of flaws)
    it(`${fault}: ${error ?? 'trusted'}`, async () => {
      sandbox.faults.on(fault, { name: SITE });
      assert.equal((await handshake(sandbox, SITE)).trustError, error);
      assert.equal((await handshake(sandbox, CONTROL)).trusted, true);
    });

  it('certificate-expiring has as many days left as it was told', async () => {
    sandbox.faults.on('certificate-expiring', { value: 2 });
    const { certificate } = await handshake(sandbox, SITE);
    const days = (Date.parse(certificate?.valid_to ?? '') - Date.now()) / 86_400_000;
    assert.equal(Math.floor(days), 2);
  });
});

describe('answers behind a good handshake', () => {
  interface Row {
    readonly fault: FaultName;
    readonly scope?: FaultScope;
    readonly site: number | string;
    readonly direct: number | string;
    readonly control: number;
  }
  const rows: readonly Row[] = [
    { fault: 'proxy-forgets', scope: { name: SITE }, site: 502, direct: 200, control: 502 },
    { fault: 'proxy-wrong-app', scope: { name: SITE }, site: 502, direct: 200, control: 502 },
    { fault: 'proxy-error', scope: { name: SITE, value: 504 }, site: 504, direct: 200, control: 502 },
    { fault: 'proxy-silent', scope: { name: SITE }, site: 'silence', direct: 200, control: 502 },
    { fault: 'proxy-reset', scope: { name: SITE }, site: 'reset', direct: 200, control: 502 },
    { fault: 'proxy-catch-all', site: 200, direct: 200, control: 200 },
    { fault: 'site-status', scope: { name: APP, value: 503 }, site: 503, direct: 503, control: 502 },
    { fault: 'site-status', scope: { name: SITE }, site: 500, direct: 200, control: 502 },
    { fault: 'site-silent', scope: { name: APP }, site: 'silence', direct: 'silence', control: 502 },
    { fault: 'site-reset', scope: { name: APP }, site: 'reset', direct: 'reset', control: 502 },
    { fault: 'site-eof', scope: { name: APP }, site: 'cut', direct: 'cut', control: 502 },
    { fault: 'site-drip', scope: { name: APP }, site: 'endless', direct: 'endless', control: 502 },
  ];
  for (const { fault, scope = {}, site, direct, control } of rows)
    it(`${fault} ${JSON.stringify(scope)}: site ${site}, direct ${direct}, control ${control}`, async () => {
      sandbox.faults.on(fault, scope);
      const waitMs = [site, direct].some((end) => end === 'silence' || end === 'endless') ? 400 : 5000;
      const statusOf = (host: string) =>
        get(sandbox, host, { waitMs }).then(
          ({ status }) => status,
          (error: unknown) =>
            String(error).includes('ECONNRESET') ? 'reset' : String(error).replace('Error: ', ''),
        );
      assert.deepEqual(await Promise.all([SITE, `${APP}.fly.dev`, CONTROL].map(statusOf)), [
        site,
        direct,
        control,
      ]);
    });

  it('site-endless never ends, and stops when the visitor leaves', async () => {
    sandbox.faults.on('site-endless', { name: APP });
    await assert.rejects(get(sandbox, SITE, { waitMs: 300 }), /endless/);
  });

  it('with a catch-all, a tenant that answers like the control is told apart by its label only', async () => {
    sandbox.faults.on('proxy-catch-all');
    sandbox.faults.on('site-like-control', { name: APP });
    const site = await get(sandbox, SITE);
    const control = await get(sandbox, CONTROL);
    assert.equal(site.body.replaceAll('999bc6549a64', 'x'), control.body.replaceAll('control-1f3a', 'x'));
  });

  it('edge-pristine leaves the edge’s headers out', async () => {
    sandbox.faults.on('edge-pristine');
    assert.equal((await get(sandbox, SITE)).headers['fly-request-id'], undefined);
  });

  it('the management app’s health route is its own', async () => {
    const url = new URL(sandbox.addresses.managementHealthUrl);
    assert.equal((await get(sandbox, url.hostname, { path: url.pathname })).status, 200);
    sandbox.faults.on('management-unhealthy');
    assert.equal((await get(sandbox, url.hostname, { path: url.pathname })).status, 503);
    assert.equal((await get(sandbox, url.hostname)).status, 200);
    sandbox.faults.clear();
    sandbox.world.setMachines(MANAGEMENT, 'stopped', false);
    assert.equal((await get(sandbox, url.hostname)).status, 503);
    assert.equal((await get(sandbox, SITE)).status, 503);
    sandbox.world.setMachines(MANAGEMENT, 'started', true);
  });
});

describe('machines', () => {
  const OTHER = (): string => sandbox.world.tenants()[1] ?? '';
  const host = (): string => `${OTHER()}.systemprompt.io`;
  const app = (): string => `sp-${OTHER()}`;

  it('a request wakes a sleeping app, once, and is counted; a handshake wakes nobody', async () => {
    sandbox.world.setMachines(app(), 'stopped', true);
    await handshake(sandbox, host());
    assert.equal(sandbox.world.wakeups(app()), 0);
    assert.equal((await get(sandbox, host())).status, 200);
    assert.equal((await get(sandbox, host())).status, 200);
    assert.equal(sandbox.world.wakeups(app()), 1);
    assert.equal(sandbox.world.app(app()).machines[0]?.state, 'started');
  });

  const states: readonly (readonly [string, (name: string) => void, number])[] = [
    [
      'stopped without autostart answers 503',
      (name) => {
        sandbox.world.setMachines(name, 'stopped', false);
      },
      503,
    ],
    [
      'a crash loop answers 502',
      (name) => {
        sandbox.world.crash(name);
      },
      502,
    ],
    [
      'an app that fails to start answers 503',
      (name) => {
        sandbox.world.setMachines(name, 'stopped', true);
        sandbox.world.breakStart(name, true);
      },
      503,
    ],
    [
      'a missing app answers 502 through the proxy',
      (name) => {
        sandbox.world.removeApp(name);
      },
      502,
    ],
  ];
  for (const [fact, change, status] of states)
    it(fact, async () => {
      const id = `tenant${states.findIndex(([name]) => name === fact)}`;
      sandbox.world.addTenant(id);
      change(`sp-${id}`);
      assert.equal((await get(sandbox, `${id}.systemprompt.io`)).status, status);
    });
});
