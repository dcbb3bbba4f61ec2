import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { VerifyResult } from '../../src/model/diagnosis.ts';
import { INCIDENT_TENANT, startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { runProgram, workplaceFor, type Workplace } from '../support/program.ts';

const HOSTNAME = `${INCIDENT_TENANT}.systemprompt.io`;
const APP = `sp-${INCIDENT_TENANT}`;

interface Case {
  readonly name: string;
  readonly breaks: (sandbox: Sandbox) => void;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly exitCode: number;
  /** Root of the tenant, the platform and the monitor. */
  readonly roots?: readonly [tenant: string | null, platform: string | null, monitor: string | null];
  readonly explainedBy?: string;
  readonly reasons?: Readonly<Record<string, string | null>>;
}

/** What `verify` says and how it ends, over a real network to servers that misbehave as the catalogue says. */
const CASES: readonly Case[] = [
  { name: 'a healthy tenant passes', breaks: () => undefined, exitCode: 0, roots: [null, null, null] },
  {
    name: 'a claim on the tenant app whose handshake is still fine fails already',
    breaks: ({ world }) => world.addCertificate(APP, HOSTNAME),
    exitCode: 1,
    roots: ['certificate-on-tenant-app', null, null],
    reasons: { 'tenant-certificates': 'claimed-by-tenant-app', 'tls-handshake': null },
  },
  {
    name: 'the incident: a claim, and every handshake ends with EOF',
    breaks: ({ world }) => {
      world.addCertificate(APP, HOSTNAME);
      world.propagate(HOSTNAME);
    },
    exitCode: 1,
    roots: ['certificate-on-tenant-app', null, null],
    reasons: { 'tls-handshake': 'eof-during-handshake', 'site-response': 'no-connection' },
  },
  {
    name: 'EOF without a claim is refused and not explained',
    breaks: ({ faults }) => faults.on('edge-eof', { name: HOSTNAME }),
    exitCode: 1,
    roots: ['handshake-refused', null, null],
  },
  {
    name: 'a rejected token is the monitor’s problem: could not tell',
    breaks: ({ faults }) => faults.on('api-unauthorized'),
    exitCode: 3,
    roots: [null, null, 'fly-token-rejected'],
    explainedBy: 'fly-token-rejected',
  },
  {
    name: 'a rejected token and EOF at the edge: the edge already shows a failure',
    breaks: ({ faults }) => {
      faults.on('api-unauthorized');
      faults.on('edge-eof', { name: HOSTNAME });
    },
    exitCode: 1,
    roots: ['handshake-refused', null, 'fly-token-rejected'],
  },
  {
    name: 'an outage of the platform explains the tenant',
    breaks: ({ faults }) => faults.on('edge-eof', { name: '*.systemprompt.io' }),
    exitCode: 1,
    roots: [null, 'platform-tls-outage', null],
    explainedBy: 'platform-tls-outage',
  },
  {
    name: 'the wildcard claimed by this very tenant’s app is named, without a sweep',
    breaks: ({ world }) => {
      world.addCertificate(APP, '*.systemprompt.io');
      world.propagate('*.systemprompt.io');
    },
    exitCode: 1,
    roots: ['certificate-on-tenant-app', 'wildcard-claimed-elsewhere', null],
  },
  {
    name: 'a dead resolver is the monitor’s problem, the others decide',
    breaks: ({ faults, addresses }) => faults.on('dns-silent', { at: addresses.resolvers[0] ?? '' }),
    exitCode: 0,
    roots: [null, null, 'resolver-failing'],
  },
  {
    name: 'a stopped app',
    breaks: ({ world }) => {
      world.setMachines(APP, 'stopped', false);
    },
    exitCode: 1,
    roots: ['tenant-app-stopped', null, null],
  },
  {
    name: 'an app that Fly does not know',
    breaks: ({ world }) => {
      world.removeApp(APP);
    },
    exitCode: 1,
    roots: ['tenant-app-missing', null, null],
    reasons: { 'machines-started': 'app-missing', 'tenant-certificates': 'no-app' },
  },
  {
    name: 'without Fly the edge alone decides',
    breaks: ({ world }) => world.addCertificate(APP, HOSTNAME),
    args: ['--no-fly'],
    env: { FLY_API_TOKEN: '' },
    exitCode: 0,
    roots: [null, null, null],
  },
  { name: 'no token is wrong usage', breaks: () => undefined, env: { FLY_API_TOKEN: '' }, exitCode: 2 },
];

describe('verify over the sandbox', () => {
  let sandbox: Sandbox;
  let place: Workplace;
  before(async () => {
    sandbox = await startSandbox({ tenants: 3 });
    place = workplaceFor(sandbox);
  });
  after(async () => {
    await sandbox.close();
    place.remove();
  });

  for (const one of CASES) {
    it(`${one.name}: exit ${String(one.exitCode)}`, async () => {
      const fresh = await startSandbox({ tenants: 3 });
      const own = workplaceFor(fresh);
      try {
        one.breaks(fresh);
        const args = ['verify', INCIDENT_TENANT, '--config', own.file, '--json', ...(one.args ?? [])];
        const finished = await runProgram(args, { ...own, env: { ...own.env, ...one.env } });
        assert.equal(finished.exitCode, one.exitCode, finished.stdout + finished.stderr);
        if (one.exitCode === 2) {
          assert.equal(finished.stdout, '');
          return;
        }
        const result = JSON.parse(finished.stdout) as VerifyResult;
        const tenant = result.tenants[0];
        assert.ok(tenant);
        if (one.roots !== undefined) {
          const { platform, monitor } = result;
          const roots = [tenant.diagnosis, platform.diagnosis, monitor.diagnosis].map(
            (root) => root?.code ?? null,
          );
          assert.deepEqual(roots, one.roots, finished.stdout);
        }
        assert.equal(tenant.explainedBy?.code ?? null, one.explainedBy ?? null);
        for (const [id, reason] of Object.entries(one.reasons ?? {})) {
          assert.equal(tenant.checks.find((check) => check.id === id)?.reason, reason, id);
        }
      } finally {
        await fresh.close();
        own.remove();
      }
    });
  }

  it('a name that cannot be a tenant matches nothing: exit 4 with an empty document', async () => {
    const finished = await runProgram(['verify', 'sp-postgres', '--config', place.file, '--json'], place);
    assert.equal(finished.exitCode, 4, finished.stderr);
    assert.deepEqual((JSON.parse(finished.stdout) as VerifyResult).tenants, []);
  });

  it('--all verifies every tenant and nothing wakes a terminal code in a pipe', async () => {
    const finished = await runProgram(['verify', '--all', '--config', place.file], place);
    assert.equal(finished.exitCode, 0, finished.stdout + finished.stderr);
    assert.doesNotMatch(finished.stdout, /\u001b/u);
    for (const id of sandbox.world.tenants()) assert.match(finished.stdout, new RegExp(id, 'u'));
  });

  it('--wait ends as soon as the claim is removed', async () => {
    const fresh = await startSandbox({ tenants: 1 });
    const own = workplaceFor(fresh);
    try {
      const off = fresh.faults.on('edge-eof', { name: HOSTNAME });
      const args = [
        'verify',
        INCIDENT_TENANT,
        '--config',
        own.file,
        '--wait',
        '30s',
        '--interval',
        '200ms',
        '--json',
      ];
      const running = runProgram(args, own);
      setTimeout(off, 1_500);
      const finished = await running;
      assert.equal(finished.exitCode, 0, finished.stdout + finished.stderr);
    } finally {
      await fresh.close();
      own.remove();
    }
  });
});
