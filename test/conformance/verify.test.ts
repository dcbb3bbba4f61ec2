import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CheckId, CheckResult } from '../../src/model/check.ts';
import type { VerifyResult } from '../../src/model/diagnosis.ts';
import type { Ran } from '../cli/host.ts';
import type { SandboxDesk } from '../cli/sandbox-host.ts';
import type { Edge, EdgePlan } from './edge.ts';
import { startHaproxy } from './haproxy.ts';
import { startNginx } from './nginx.ts';
import { appOf, BARE_DOMAIN, hostnameOf, startStage, TENANTS, type Stage, type TenantKind } from './stage.ts';
import { skippedWithout, type ThirdParty } from './third-party.ts';

const EDGES: readonly {
  readonly name: ThirdParty;
  readonly start: (folder: string, plan: EdgePlan) => Promise<Edge>;
  /** What it answers for a backend that refuses the connection. */
  readonly deadStatus: number;
}[] = [
  { name: 'nginx', start: startNginx, deadStatus: 502 },
  { name: 'haproxy', start: startHaproxy, deadStatus: 503 },
];

/** The root of each broken tenant, how bad and how certain it is, and the reasons of all checks that failed. */
const FACTS: readonly (readonly [
  what: string,
  kind: TenantKind,
  root: readonly [code: string, severity: string, certainty: string],
  failed: Partial<Record<CheckId, string>>,
])[] = [
  [
    'a claim of the tenant’s app, while its handshake still works',
    'claimed',
    ['certificate-on-tenant-app', 'warning', 'certain'],
    { 'tenant-certificates': 'claimed-by-tenant-app' },
  ],
  [
    'a record of its own that leads to nowhere',
    'overridden',
    ['dns-override', 'critical', 'certain'],
    {
      'dns-wildcard': 'differs-from-control',
      'tls-handshake': 'refused-during-connect',
      'site-response': 'no-connection',
    },
  ],
  [
    'a record of its own to somebody else’s server, whose certificate is for another name',
    'parked',
    ['dns-override', 'critical', 'certain'],
    { 'dns-wildcard': 'differs-from-control', 'certificate-validity': 'name-mismatch' },
  ],
  [
    'a record below the name that switches the wildcard off for it',
    'shadowed',
    ['dns-wildcard-shadowed', 'critical', 'certain'],
    { 'dns-wildcard': 'no-data', 'tls-handshake': 'no-address', 'site-response': 'no-connection' },
  ],
  [
    'a name that the edge rejects in the handshake',
    'rejected',
    ['handshake-refused', 'critical', 'unexplained'],
    { 'tls-handshake': 'alert-during-handshake', 'site-response': 'no-connection' },
  ],
  [
    'an expired certificate',
    'expired',
    ['served-certificate-expired', 'critical', 'certain'],
    { 'certificate-validity': 'expired' },
  ],
  [
    'somebody else’s certificate',
    'mismatched',
    ['served-certificate-mismatched', 'critical', 'certain'],
    { 'certificate-validity': 'name-mismatch' },
  ],
  [
    'a dead backend behind the edge',
    'dead',
    ['proxy-routing-broken', 'critical', 'certain'],
    { 'site-response': 'server-error' },
  ],
  [
    'an app that Fly does not know, whose direct name does not exist',
    'gone',
    ['tenant-app-missing', 'warning', 'certain'],
    { 'machines-started': 'app-missing' },
  ],
];

for (const edge of EDGES)
  describe(`verify against knot and ${edge.name}`, { skip: skippedWithout('knot', edge.name) }, () => {
    let stage: Stage;
    let server: Edge;
    let desk: SandboxDesk;
    before(async () => {
      stage = await startStage(Object.keys(TENANTS) as TenantKind[]);
      const { world } = stage.sandbox;
      world.addCertificate(appOf('claimed'), hostnameOf('claimed'));
      world.removeApp(appOf('gone'));
      server = await stage.edge(edge.start);
      desk = stage.deskOf(server);
    });
    after(async () => {
      await stage.close();
    });

    const verified = new Map<TenantKind, Promise<Seen>>();
    /** Once each: the servers stay as they are. */
    const verify = (kind: TenantKind): Promise<Seen> => {
      const known = verified.get(kind) ?? desk.run(['verify', TENANTS[kind], '--json']).then(seen);
      verified.set(kind, known);
      return known;
    };

    it('a healthy tenant passes every check: exit 0', async () => {
      const { exitCode, document, tenant, stdout } = await verify('healthy');
      assert.equal(exitCode, 0, stdout);
      assert.deepEqual([document.verdict, tenant.diagnosis, tenant.alsoFound], ['pass', null, []]);
      assert.deepEqual([document.platform.diagnosis, document.monitor.diagnosis], [null, null]);
      const all = [...document.monitor.checks, ...document.platform.checks, ...tenant.checks];
      const others = all.filter(({ verdict }) => verdict !== 'pass');
      assert.deepEqual(
        others.map(({ id, reason }) => [id, reason]),
        [
          ['wildcard-claims', 'needs-inventory'],
          ['hostname-claims', 'needs-inventory'],
        ],
      );
      assert.equal(evidenceOf(tenant.checks, 'site-response').protocol, 'h2');
      assert.equal(evidenceOf(tenant.checks, 'direct-response').status, 200);
    });

    for (const [what, kind, root, failed] of FACTS)
      it(`${what}: ${root[0]}, exit 1`, async () => {
        const { exitCode, document, tenant, stdout } = await verify(kind);
        assert.equal(exitCode, 1, stdout);
        const { diagnosis } = tenant;
        assert.deepEqual([diagnosis?.code, diagnosis?.severity, diagnosis?.certainty], root, stdout);
        assert.deepEqual([document.platform.diagnosis, document.monitor.diagnosis], [null, null]);
        const failing = tenant.checks.filter(({ verdict }) => verdict === 'fail');
        assert.deepEqual(Object.fromEntries(failing.map(({ id, reason }) => [id, reason])), failed, stdout);
      });

    it('the alert of the edge is told by its name', async () => {
      const { tenant } = await verify('rejected');
      const told = tenant.diagnosis?.evidence.join('\n') ?? '';
      assert.match(told, /TLS alert unrecognized_name during the TLS handshake/);
      assert.match(told, /The handshake succeeds for 2 control names/);
      const { addresses } = evidenceOf(tenant.checks, 'tls-handshake');
      assert.match(JSON.stringify(addresses), /"alert":"unrecognized_name"/);
    });

    it(`the ${String(edge.deadStatus)} of the edge is told with what the app itself answers`, async () => {
      const { tenant } = await verify('dead');
      assert.equal(evidenceOf(tenant.checks, 'site-response').status, edge.deadStatus);
      assert.equal(evidenceOf(tenant.checks, 'direct-response').status, 200);
    });

    it('a zone without the wildcard is the platform’s, and explains its tenant: exit 1', async () => {
      const bare = stage.deskOf(server, BARE_DOMAIN);
      const { exitCode, document, tenant } = seen(await bare.run(['verify', TENANTS.healthy, '--json']));
      assert.equal(exitCode, 1);
      assert.equal(document.platform.diagnosis?.code, 'wildcard-dns-broken');
      assert.equal(document.platform.checks.find(({ id }) => id === 'wildcard-dns')?.reason, 'nxdomain');
      assert.equal(tenant.diagnosis, null);
      assert.deepEqual(tenant.explainedBy, { scope: 'platform', code: 'wildcard-dns-broken' });
    });
  });

interface Seen {
  readonly exitCode: number;
  readonly stdout: string;
  readonly document: VerifyResult;
  readonly tenant: VerifyResult['tenants'][number];
}

function seen({ exitCode, stdout, stderr }: Ran): Seen {
  const document = JSON.parse(stdout) as VerifyResult;
  const [tenant] = document.tenants;
  assert.ok(tenant, stderr);
  return { exitCode, stdout, document, tenant };
}

function evidenceOf(checks: readonly CheckResult[], id: CheckId): CheckResult['evidence'] {
  return checks.find((check) => check.id === id)?.evidence ?? {};
}
