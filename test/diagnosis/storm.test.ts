import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CATALOGUE, buildRemediation } from '../../src/diagnosis/catalogue.ts';
import { stormDiagnosis } from '../../src/diagnosis/storm.ts';
import type { Diagnosis, TenantResult } from '../../src/model/diagnosis.ts';
import type { ProblemCode } from '../../src/model/problem.ts';
import { PLATFORM, claim, context, observed, outline, tenant } from './remedy-context.ts';

function diagnosis(code: ProblemCode, id: string, over: Partial<Diagnosis> = {}): Diagnosis {
  const hostname = `${id}.systemprompt.io`;
  const app = `sp-${id}`;
  const seen = tenant({
    tenant: { id, hostname, app, labels: {} },
    certificates: observed([claim(hostname, app)]),
  });
  return {
    code,
    scope: CATALOGUE[code].scope,
    severity: 'critical',
    certainty: 'certain',
    summary: '',
    explanation: CATALOGUE[code].explanation,
    explains: ['tls-handshake'],
    evidence: [`${app} claims ${hostname}`],
    runbook: '',
    remediation: buildRemediation(code, context({ tenant: seen })),
    ...over,
  };
}

function result(id: string, root: Diagnosis, alsoFound: readonly Diagnosis[] = []): TenantResult {
  return {
    tenant: id,
    hostname: `${id}.systemprompt.io`,
    app: `sp-${id}`,
    verdict: 'fail',
    durationMs: 1,
    checks: [],
    diagnosis: root,
    explainedBy: null,
    alsoFound,
  };
}

function tenants(count: number, code: ProblemCode): readonly TenantResult[] {
  return Array.from({ length: count }, (_, index) => {
    const id = index.toString(16).padStart(12, '0');
    return result(id, diagnosis(code, id));
  });
}

describe('a storm of claims', () => {
  it('is remedied by removing everywhere first; nothing is added in bulk', () => {
    const storm = stormDiagnosis(
      'certificate-on-tenant-app',
      tenants(3, 'certificate-on-tenant-app'),
      PLATFORM,
    );
    assert.deepEqual(outline(storm.remediation), [
      'tenantwatch claims --conflicts',
      'by hand',
      'fly certs remove 000000000000.systemprompt.io -a sp-000000000000 -y',
      'fly certs remove 000000000001.systemprompt.io -a sp-000000000001 -y',
      'fly certs remove 000000000002.systemprompt.io -a sp-000000000002 -y',
      'tenantwatch verify --all --wait 2m',
      'by hand',
    ]);
    assert.match(JSON.stringify(storm.remediation.at(-1)), /Only for tenants whose verification still fails/);
  });
  it('leaves out of the bulk who has a DNS record of its own', () => {
    const id = 'aaaaaaaaaaaa';
    const both = result(id, diagnosis('dns-override', id), [diagnosis('certificate-on-tenant-app', id)]);
    const storm = stormDiagnosis(
      'certificate-on-tenant-app',
      [...tenants(2, 'certificate-on-tenant-app'), both],
      PLATFORM,
    );
    assert.ok(!outline(storm.remediation).some((line) => line.includes(id)));
    assert.match(JSON.stringify(storm.remediation.at(-1)), /one by one.*aaaaaaaaaaaa/);
    assert.ok(storm.evidence.includes('It is the root problem at 2 of 3.'));
  });
  it('prints no more commands than a person reads, and says how many are left', () => {
    const storm = stormDiagnosis(
      'certificate-on-tenant-app',
      tenants(120, 'certificate-on-tenant-app'),
      PLATFORM,
    );
    assert.equal(outline(storm.remediation).filter((line) => line.includes('certs remove')).length, 50);
    assert.match(JSON.stringify(storm.remediation), /70 more certificates/);
    assert.match(storm.summary, /^120 tenants at once: /);
  });
});

describe('a storm', () => {
  it('is as severe as its worst and as certain as its least certain member', () => {
    const a = result('aaaaaaaaaaaa', diagnosis('dns-override', 'aaaaaaaaaaaa', { severity: 'warning' }));
    const b = result('bbbbbbbbbbbb', diagnosis('dns-override', 'bbbbbbbbbbbb', { certainty: 'likely' }));
    const storm = stormDiagnosis('dns-override', [a, b], PLATFORM);
    assert.equal(storm.severity, 'critical');
    assert.equal(storm.certainty, 'likely');
    assert.equal(storm.runbook, 'https://tw.example.com/runbooks/dns-override');
  });
  it('of any other problem changes nothing by itself: one tenant is repaired first', () => {
    const storm = stormDiagnosis('tenant-app-stopped', tenants(6, 'tenant-app-stopped'), PLATFORM);
    assert.ok(storm.remediation.every((step) => step.kind === 'manual' || step.effect === 'reads'));
    assert.ok(outline(storm.remediation).includes('tenantwatch verify 000000000000'));
  });
  it('behind the proxy has the proxy looked at before anything else', () => {
    for (const code of ['tenant-not-routed', 'proxy-routing-broken'] as const) {
      const [first] = outline(stormDiagnosis(code, tenants(6, code), PLATFORM).remediation);
      assert.equal(first, 'fly machine list -a management-api-prod');
    }
  });
  it('leaves out who does not have the problem', () => {
    const storm = stormDiagnosis(
      'site-error',
      [...tenants(2, 'site-error'), ...tenants(1, 'dns-override')],
      PLATFORM,
    );
    assert.match(storm.summary, /^2 tenants/);
  });
});
