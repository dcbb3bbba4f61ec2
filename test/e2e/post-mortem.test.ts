import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loadConfig } from '../../src/config/index.ts';
import type { Findings } from '../../src/forensics/investigate.ts';
import type { Incident } from '../../src/model/incident.ts';
import { DAY_MS } from '../../src/model/time.ts';
import { INCIDENT_TENANT, startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { systemClock } from '../../src/wiring/clock.ts';
import { startDaemon } from '../../src/wiring/daemon.ts';
import { silentLogger } from '../../src/wiring/logger.ts';
import { run, type Ran } from '../cli/host.ts';
import { workplaceFor, type Workplace } from '../support/program.ts';
import { until } from '../support/until.ts';
import { wired } from '../support/wired.ts';

const HOSTNAME = `${INCIDENT_TENANT}.systemprompt.io`;
const APP = `sp-${INCIDENT_TENANT}`;
/** The times of the incident, on the day before: certificates of that day are still good for OpenSSL, which knows the real time only. */
const DATE = new Date(Date.now() - DAY_MS).toISOString().slice(0, 10);

describe('the replayed incident', () => {
  let sandbox: Sandbox;
  let place: Workplace;
  let incident: Incident;
  let shiftMs = 0;
  const clock = { ...systemClock, now: () => Date.now() + shiftMs };
  const leapTo = (time: string): void => {
    shiftMs = Date.parse(`${DATE}T${time}Z`) - Date.now();
  };
  const command = async (...args: string[]): Promise<Ran> => {
    const ran = await run([...args, '--config', place.file], wired(place, clock));
    assert.equal(ran.exitCode, 0, ran.stderr);
    return ran;
  };

  before(async () => {
    leapTo('06:15:00');
    sandbox = await startSandbox({ tenants: 3, now: clock.now });
    place = workplaceFor(sandbox);
    const { config } = loadConfig({ path: place.file, env: place.env, cwd: place.folder });
    const daemon = await startDaemon(config, {
      env: place.env,
      version: '0.0.0',
      clock,
      random: Math.random,
      logger: silentLogger,
    });
    try {
      await until('all healthy', () =>
        daemon.fleet.tenants().length === 3 &&
        daemon.fleet.tenants().every(({ id }) => daemon.fleet.latest(id)?.decided === 'pass')
          ? true
          : undefined,
      );
      leapTo('06:20:00');
      sandbox.world.deploy(APP);
      leapTo('06:20:41');
      sandbox.world.addCertificate(APP, HOSTNAME);
      leapTo('06:28:00');
      sandbox.world.propagate(HOSTNAME);
      const opened = await until('the incident', () =>
        daemon.tracker
          .unresolved()
          .find(({ severity, code }) => severity === 'critical' && code === 'certificate-on-tenant-app'),
      );
      assert.ok(daemon.tracker.acknowledge(opened.id, 'alice', 'on it'));
      await until('the messages', () =>
        sandbox.receivers.received().some(({ status }) => status === 200) ? true : undefined,
      );
      leapTo('06:35:00');
      for (const step of opened.diagnosis?.remediation ?? [])
        if (step.kind === 'command' && step.command.startsWith('fly '))
          assert.equal(sandbox.applyFlyCommand(step.command).exitCode, 0, step.command);
      incident = await until('the recovery', () => {
        const now = daemon.tracker.get(opened.id);
        return now?.state === 'resolved' ? now : undefined;
      });
    } finally {
      await daemon.stop();
    }
  });
  after(async () => {
    await sandbox.close();
    place.remove();
  });

  it('has a post-mortem with every fact that could be observed', async () => {
    const { stdout } = await command('incidents', 'report', incident.id, '--format', 'markdown');
    const facts: readonly (readonly [what: string, pattern: RegExp])[] = [
      [
        'summary: after deployment, unreachable',
        new RegExp(`${HOSTNAME}\` began to fail at ${DATE} 06:2\\d:\\d\\d UTC after release v2 of ${APP}`),
      ],
      [
        'root cause, certain',
        /Root cause \(certain\): sp-999bc6549a64 claims 999bc6549a64\.systemprompt\.io, which belongs on management-api-prod; handshakes fail/,
      ],
      ['tenant', /Tenant: `999bc6549a64`/],
      ['tenant app', /Tenant app: `sp-999bc6549a64`/],
      ['management app and wildcard', /`management-api-prod`, which ends TLS for `\*\.systemprompt\.io`/],
      ['date', new RegExp(`Date: ${DATE}`)],
      [
        '06:20 deployment',
        /\*\*06:20:0\d\*\* Release v2 of sp-999bc6549a64 by Deploy Bot \(deploy\), complete/,
      ],
      [
        '06:20 certificate',
        /\*\*06:20:4\d\*\* Created: certificate for 999bc6549a64\.systemprompt\.io on sp-999bc6549a64/,
      ],
      ['06:28 unreachable', /\*\*06:28:\d\d\*\* Site unreachable: .*unexpected EOF/],
      ['06:28 identified', /\*\*06:28:\d\d\*\* .*\(root cause certificate-on-tenant-app, certain\)/],
      ['acknowledged', /\*\*06:28:\d\d\*\* Acknowledged by alice: on it/],
      ['told', /Told on-call: opened, critical/],
      [
        '06:35 removed',
        /\*\*06:35:\d\d\*\* Gone by a sweep: certificate for 999bc6549a64\.systemprompt\.io on sp-999bc6549a64/,
      ],
      [
        '06:35 added',
        /\*\*06:35:\d\d\*\* Created: certificate for 999bc6549a64\.systemprompt\.io on management-api-prod, “Ready”/,
      ],
      ['06:35 accessible', /\*\*06:35:\d\d\*\* First good run: the site is accessible again/],
      [
        'symptom: eof at the address',
        /fail: tls-handshake: eof-during-handshake.*\n\s+127\.0\.0\.1: 0 of \d+ handshakes succeeded/,
      ],
      ['direct access worked', /pass: direct-response: sp-999bc6549a64\.fly\.dev answers 200/],
      ['other names worked, 502 expected', /control-\w+\.systemprompt\.io: handshake ok, then HTTP 502/],
      ['DNS points to the management API', /resolves to 127\.0\.0\.1 like the control name.*as it should be/],
      [
        'the management API holds the wildcard',
        /management-api-prod holds an issued certificate for \\\*\.systemprompt\.io.*as it should be/,
      ],
      [
        'the tenant app’s list',
        /\| `999bc6549a64\.systemprompt\.io` \| `sp-999bc6549a64` \| Awaiting configuration \|.*misplaced/,
      ],
      ['how it was added', /created 41 s after release v2 of sp-999bc6549a64: likely the deploy pipeline/],
      [
        'which hop is missing',
        /No request for 999bc6549a64\.systemprompt\.io reached management-api-prod.*edge \(likely\)/,
      ],
      ['fix: remove', /^fly certs remove 999bc6549a64\.systemprompt\.io -a sp-999bc6549a64 -y$/m],
      ['fix: add', /^fly certs add 999bc6549a64\.systemprompt\.io -a management-api-prod$/m],
      ['fix: verify, Ready', /^fly certs show 999bc6549a64\.systemprompt\.io -a management-api-prod$/m],
      ['status Ready', /was added to `management-api-prod` at .*; its status: Ready/],
      ['impact: severity', /Severity: critical, visitors were refused/],
      ['impact: duration', /handshakes refused over [67] min/],
      ['impact: single tenant', /Affected: a single tenant, `999bc6549a64`/],
      ['open: pipeline', /Deployment pipeline: .*The evidence points here \(likely\)/],
      ['open: provisioning', /Provisioning: /],
      ['open: management API logic', /The management app’s own logic/],
      ['open: by hand', /By hand: /],
      ['to do: find the code', /- \[ \] Find the code that added the certificate: `tenantwatch scan \.`/],
      [
        'to do: validation',
        /- \[ \] Validate before adding: `tenantwatch guard certs --hostname 999bc6549a64\.systemprompt\.io --app sp-999bc6549a64`/,
      ],
    ];
    for (const [what, pattern] of facts) assert.match(stdout, pattern, what);
  });

  it('tells by forensics how the certificate got there, of tenant and incident alike', async () => {
    const [byTenant, byIncident] = [
      await command('forensics', HOSTNAME, '--json'),
      await command('forensics', incident.id, '--json'),
    ];
    const findings = JSON.parse(byTenant.stdout) as Findings;
    assert.equal(findings.origin.kind, 'after-release');
    assert.equal(findings.origin.certainty, 'likely');
    assert.equal(findings.origin.release?.release.version, 2);
    assert.match(findings.origin.because.join(' '), /Deploy Bot.*registry\.fly\.io\/sp-999bc6549a64/);
    assert.equal(findings.requestPath.missing, 'edge');
    assert.ok((findings.edgeErrors ?? 0) > 0, 'the edge counted the refused handshakes');
    assert.deepEqual({ ...JSON.parse(byIncident.stdout), takenAt: 0 }, { ...findings, takenAt: 0 });
    const { stdout } = await command('forensics', INCIDENT_TENANT);
    assert.match(stdout, /created 41 s after release\s+v2 of sp-999bc6549a64: likely the deploy pipeline\./);
    assert.match(stdout, /first refused handshake\s+.* 06:28:\d\d UTC/);
  });

  it('says what is not known without Fly', async () => {
    const { stdout } = await command('forensics', INCIDENT_TENANT, '--no-fly', '--json');
    const findings = JSON.parse(stdout) as Findings;
    assert.equal(findings.origin.kind, 'after-release', 'the daemon kept the release');
    assert.equal(findings.requestPath.missing, null);
    assert.match(findings.unknowns.join(' '), /log of management-api-prod: Fly’s API was not asked/);
  });
});
