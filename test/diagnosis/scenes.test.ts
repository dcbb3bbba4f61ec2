/** What goes wrong on the wire, and what the gate calls it: the sandbox's faults through every part, from the socket to the exit code. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { VerifyResult } from '../../src/model/diagnosis.ts';
import type { ProblemCode } from '../../src/model/problem.ts';
import { INCIDENT_TENANT, startSandbox, type FaultName, type Sandbox } from '../../src/sandbox/index.ts';
import { deskAt, type SandboxDesk } from '../cli/sandbox-host.ts';

const NAME = `${INCIDENT_TENANT}.*`;
const APP = `sp-${INCIDENT_TENANT}`;
const HOST = `${INCIDENT_TENANT}.systemprompt.io`;

type Break = (sandbox: Sandbox) => unknown;
interface Named {
  readonly exit: number;
  readonly monitor?: ProblemCode;
  readonly platform?: ProblemCode;
  readonly tenant?: ProblemCode;
  readonly severity?: 'critical' | 'warning';
}

const at = (fault: FaultName, scope: Parameters<Sandbox['faults']['on']>[1] = { name: NAME }): Break => {
  return ({ faults }) => faults.on(fault, scope);
};
const everywhere = (fault: FaultName): Break => at(fault, {});
const atOneResolver = (fault: FaultName, name?: string): Break => {
  return ({ faults, addresses }) =>
    faults.on(fault, { at: addresses.resolvers[0] ?? '', ...(name === undefined ? {} : { name }) });
};
const claimed = (...more: readonly Break[]): Break => {
  return (sandbox) => {
    sandbox.world.addCertificate(APP, HOST);
    for (const one of more) one(sandbox);
  };
};

const SCENES: readonly (readonly [fact: string, breaks: Break, named: Named])[] = [
  [
    'SERVFAIL for the name',
    at('dns-servfail'),
    { exit: 1, tenant: 'dns-lookup-failing', severity: 'critical' },
  ],
  ['REFUSED for the name', at('dns-refused'), { exit: 1, tenant: 'dns-lookup-failing' }],
  ['SERVFAIL for every name', everywhere('dns-servfail'), { exit: 3, monitor: 'resolver-failing' }],
  ['an empty answer', at('dns-nodata'), { exit: 1, tenant: 'dns-wildcard-shadowed' }],
  ['NXDOMAIN', at('dns-nxdomain'), { exit: 1, tenant: 'dns-nxdomain' }],
  ['one resolver that lies', atOneResolver('dns-lying'), { exit: 0, monitor: 'resolver-failing' }],
  [
    'one resolver that lies for the name',
    atOneResolver('dns-lying', NAME),
    { exit: 1, tenant: 'dns-propagating' },
  ],
  ['one resolver that refuses', atOneResolver('dns-refused'), { exit: 0, monitor: 'resolver-failing' }],

  ['EOF', at('edge-eof'), { exit: 1, tenant: 'handshake-refused' }],
  [
    'EOF and a claim',
    claimed(at('edge-eof')),
    { exit: 1, tenant: 'certificate-on-tenant-app', severity: 'critical' },
  ],
  ['a late alert', at('edge-late-alert'), { exit: 1, tenant: 'handshake-refused' }],
  [
    'a late alert and a claim',
    claimed(at('edge-late-alert')),
    { exit: 1, tenant: 'certificate-on-tenant-app', severity: 'critical' },
  ],
  [
    'a late alert for every name',
    everywhere('edge-late-alert'),
    { exit: 1, platform: 'platform-tls-outage' },
  ],
  ['clear text where TLS belongs', at('edge-plain-http'), { exit: 1, tenant: 'handshake-refused' }],
  ['no other protocol than HTTP/1.1', everywhere('edge-http1-only'), { exit: 0 }],
  ['no headers of the edge', everywhere('edge-pristine'), { exit: 0 }],

  [
    'a certificate for another name',
    at('certificate-wrong-name'),
    { exit: 1, tenant: 'served-certificate-mismatched' },
  ],
  [
    'the same for every name',
    everywhere('certificate-wrong-name'),
    { exit: 1, platform: 'wildcard-certificate-invalid' },
  ],
  [
    'a certificate nobody trusts, for every name',
    everywhere('certificate-untrusted'),
    { exit: 1, platform: 'wildcard-certificate-invalid' },
  ],
  [
    'an expired certificate for every name',
    everywhere('certificate-expired'),
    { exit: 1, platform: 'wildcard-certificate-expired' },
  ],
  [
    'a certificate with a day left',
    at('certificate-expiring', { name: NAME, value: 1 }),
    { exit: 1, tenant: 'served-certificate-expiring', severity: 'critical' },
  ],
  [
    'a certificate with ten days left',
    at('certificate-expiring', { name: NAME, value: 10 }),
    { exit: 0, tenant: 'served-certificate-expiring', severity: 'warning' },
  ],

  ['a proxy that does not know the tenant', at('proxy-forgets'), { exit: 1, tenant: 'tenant-not-routed' }],
  ['a proxy that loses requests', at('proxy-reset'), { exit: 1, tenant: 'proxy-routing-broken' }],
  ['an app that fails', at('site-status', { name: APP }), { exit: 1, tenant: 'site-error' }],
  [
    'an app that answers 404',
    at('site-status', { name: APP, value: 404 }),
    { exit: 1, tenant: 'site-unexpected-status' },
  ],

  ['a rejected token', everywhere('api-unauthorized'), { exit: 3, monitor: 'fly-token-rejected' }],
  [
    'an answer of the API that is none',
    everywhere('api-garbage'),
    { exit: 3, monitor: 'fly-api-unavailable' },
  ],
  [
    'a clock that differs from the servers',
    everywhere('api-clock-skew'),
    { exit: 0, monitor: 'monitor-clock-skewed' },
  ],
];

describe('the gate names what is wrong on the wire', () => {
  let sandbox: Sandbox;
  let desk: SandboxDesk;
  before(async () => {
    sandbox = await startSandbox({ tenants: 2 });
    desk = deskAt(sandbox, { tls: { caFile: sandbox.addresses.caFile, timeout: '900ms' } });
  });
  after(async () => {
    desk.place.remove();
    await sandbox.close();
  });

  for (const [fact, breaks, named] of SCENES) {
    const codes = [named.monitor, named.platform, named.tenant].filter((code) => code !== undefined);
    it(`${fact}: ${codes.length === 0 ? 'nothing' : codes.join(', ')}`, async () => {
      breaks(sandbox);
      const { exitCode, stdout } = await desk.run(['verify', INCIDENT_TENANT, '--json']);
      sandbox.faults.clear();
      sandbox.world.removeCertificate(APP, HOST);
      const { monitor, platform, tenants } = JSON.parse(stdout) as VerifyResult;
      const diagnosis = tenants[0]?.diagnosis ?? null;
      assert.deepEqual(
        {
          exit: exitCode,
          monitor: monitor.diagnosis?.code,
          platform: platform.diagnosis?.code,
          tenant: diagnosis?.code,
          severity: named.severity === undefined ? undefined : diagnosis?.severity,
        },
        { monitor: undefined, platform: undefined, tenant: undefined, severity: undefined, ...named },
        stdout,
      );
    });
  }
});
