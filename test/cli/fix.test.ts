import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { loadConfig } from '../../src/config/index.ts';
import type { AuditEntry } from '../../src/model/audit.ts';
import type { RepairReport } from '../../src/repair/report.ts';
import { INCIDENT_TENANT, startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { systemClock } from '../../src/wiring/clock.ts';
import { openDatabase } from '../../src/wiring/open-store.ts';
import { workplaceFor, type Workplace } from '../support/program.ts';
import { wired } from '../support/wired.ts';
import { interrupt, run, type HostOptions, type Ran } from './host.ts';

const HOSTNAME = `${INCIDENT_TENANT}.systemprompt.io`;
const APP = `sp-${INCIDENT_TENANT}`;
const MANAGEMENT = 'management-api-prod';

describe('fix over the sandbox', () => {
  let sandbox: Sandbox;
  let place: Workplace;

  beforeEach(async () => {
    sandbox = await startSandbox({ tenants: 3 });
    place = workplaceFor(sandbox, { tls: { caFile: sandbox.addresses.caFile, timeout: '1s' } });
  });
  afterEach(async () => {
    await sandbox.close();
    place.remove();
  });

  function fix(args: readonly string[], options: HostOptions = {}, stop?: AbortController): Promise<Ran> {
    const { env, clock, host } = wired(place);
    const given = { TENANTWATCH_FLY_WRITE_TOKEN: sandbox.tokens.write, ...options.env };
    return run(
      ['fix', ...args, '--config', place.file],
      { clock, ...options, env: { ...env, ...given }, host: { ...host, ...options.host } },
      stop,
    );
  }
  const json = ({ stdout }: Ran): RepairReport => JSON.parse(stdout) as RepairReport;
  const holds = (app: string): boolean => sandbox.world.app(app).certificates.has(HOSTNAME);
  const misplace = (): void => {
    sandbox.world.addCertificate(APP, HOSTNAME);
    sandbox.world.propagate(HOSTNAME);
  };
  /** Oldest first, `action outcome`. */
  const trail = (): readonly AuditEntry[] => {
    const { config } = loadConfig({ path: place.file, env: place.env, cwd: place.folder });
    const store = openDatabase(config, 'read', systemClock);
    try {
      return store.audit.list({ subject: INCIDENT_TENANT }).toReversed();
    } finally {
      store.close();
    }
  };
  /** What Fly was asked to change, `METHOD app`. */
  const changes = (): readonly string[] =>
    sandbox.apiRequests().flatMap(({ method, path }) => {
      const app = /^\/v1\/apps\/([^/]+)\/certificates/.exec(path)?.[1];
      return app === undefined || method === 'GET' ? [] : [`${method} ${app}`];
    });

  it('removes, adds where it belongs, verifies, and leaves a trail', async () => {
    misplace();
    const ran = await fix([INCIDENT_TENANT, '--yes']);
    assert.equal(ran.exitCode, 0, ran.stdout + ran.stderr);
    for (const text of [
      'What is',
      'Awaiting configuration',
      'What changes',
      `1. remove the certificate ${HOSTNAME} from ${APP}`,
      'What is expected',
      'verification passed',
    ])
      assert.ok(ran.stdout.includes(text), `${text} in ${ran.stdout}`);
    assert.deepEqual([holds(APP), holds(MANAGEMENT)], [false, true]);
    assert.deepEqual(changes(), [`DELETE ${APP}`, `POST ${MANAGEMENT}`]);
    assert.deepEqual(
      trail().map(({ action, outcome, actor }) => `${actor} ${action} ${outcome}`),
      [
        'alice fix started',
        'alice fix.remove-certificate started',
        'alice fix.remove-certificate done',
        'alice fix.add-certificate started',
        'alice fix.add-certificate done',
        'alice fix done',
      ],
    );
    const again = await fix([INCIDENT_TENANT, '--yes', '--json']);
    assert.equal(again.exitCode, 0);
    assert.equal(json(again).tenants[0]?.decision, 'nothing-to-do');
    assert.equal(changes().length, 2);
  });

  it('only plans where nobody can answer, and when the answer is not yes', async () => {
    misplace();
    // As in a container of a pipeline: no second token, and no user.
    const without = { TENANTWATCH_FLY_WRITE_TOKEN: '', USER: '', LOGNAME: '' };
    const silent = await fix([INCIDENT_TENANT], { env: without });
    assert.equal(silent.exitCode, 1, silent.stderr);
    assert.match(silent.stdout, /What changes/);
    assert.match(silent.stderr, /nothing was changed; --yes applies the plan/);
    const asked: string[] = [];
    const ask = (question: string): Promise<string> => {
      asked.push(question);
      return Promise.resolve('y');
    };
    const tokenless = await fix([INCIDENT_TENANT], { env: without, host: { ask } });
    assert.equal(tokenless.exitCode, 1);
    assert.match(tokenless.stderr, /nothing was changed: no token that may change certificates/);
    assert.deepEqual(asked, [], 'nobody is asked for a yes that cannot be followed');
    const declined = await fix([INCIDENT_TENANT, '--json'], { host: { ask } });
    assert.equal(declined.exitCode, 1);
    assert.equal(json(declined).applied, false);
    assert.match(declined.stderr, /What changes/, 'the plan is shown before the question');
    assert.equal(asked.length, 1);
    assert.deepEqual(changes(), []);
  });

  it('changes nothing when the certificate went while the question stood', async () => {
    misplace();
    const ask = (): Promise<string> => {
      sandbox.world.removeCertificate(APP, HOSTNAME);
      sandbox.world.propagate(HOSTNAME);
      return Promise.resolve('yes');
    };
    const ran = await fix([INCIDENT_TENANT], { host: { ask } });
    assert.match(ran.stderr, /nothing was changed: the plan is no longer what would be done now/);
    assert.deepEqual([ran.exitCode, changes()], [1, []]);
  });

  it('applies after a yes on the terminal', async () => {
    misplace();
    const ran = await fix([HOSTNAME], { host: { ask: () => Promise.resolve(' yes ') } });
    assert.equal(ran.exitCode, 0, ran.stdout + ran.stderr);
    assert.equal(holds(APP), false);
  });

  it('stops before a DNS record of the name’s own and says what to do first', async () => {
    misplace();
    sandbox.world.zone.add({ name: HOSTNAME, type: 'A', data: sandbox.world.options.directAddress });
    const ran = await fix([INCIDENT_TENANT, '--yes', '--json']);
    assert.equal(ran.exitCode, 1, ran.stdout + ran.stderr);
    const [one] = json(ran).tenants;
    assert.equal(one?.decision, 'by-hand');
    assert.match(JSON.stringify(one), /delete the records of 999bc6549a64/);
    assert.deepEqual(changes(), []);
  });

  it('finishes after a crash between the removal and the addition', async () => {
    misplace();
    const stop = new AbortController();
    const { host } = wired(place);
    const killed = await fix(
      [INCIDENT_TENANT, '--yes'],
      {
        host: {
          openRepair: async (config, token) => {
            const real = await host.openRepair?.(config, token);
            assert.ok(real);
            const removeCertificate: typeof real.writer.removeCertificate = async (...given) => {
              const removed = await real.writer.removeCertificate(...given);
              interrupt(stop);
              return removed;
            };
            return { ...real, writer: { ...real.writer, removeCertificate } };
          },
        },
      },
      stop,
    );
    assert.equal(killed.exitCode, 130, killed.stdout + killed.stderr);
    assert.deepEqual([holds(APP), holds(MANAGEMENT)], [false, false]);
    assert.equal(trail().at(-1)?.outcome, 'done', 'the step was noted, the repair was not ended');

    const second = await fix([INCIDENT_TENANT, '--yes']);
    assert.equal(second.exitCode, 0, second.stdout + second.stderr);
    assert.match(second.stdout, /An earlier repair was interrupted/);
    assert.equal(holds(MANAGEMENT), true);
    assert.equal(trail().at(-1)?.action, 'fix');
    assert.deepEqual(changes(), [`DELETE ${APP}`, `POST ${MANAGEMENT}`]);
  });

  it('a refused change is said, with nothing added while the conflict stands', async () => {
    misplace();
    const ran = await fix([INCIDENT_TENANT, '--yes', '--json'], {
      env: { TENANTWATCH_FLY_WRITE_TOKEN: sandbox.tokens.read },
    });
    assert.equal(ran.exitCode, 3, ran.stdout + ran.stderr);
    const [one] = json(ran).tenants;
    assert.deepEqual(
      one?.made.map(({ outcome }) => outcome),
      ['failed'],
    );
    assert.equal(holds(APP), true);
    assert.deepEqual(
      trail().map(({ action, outcome }) => `${action} ${outcome}`),
      ['fix started', 'fix.remove-certificate started', 'fix.remove-certificate failed', 'fix failed'],
    );
  });

  it('says how to go back when the site still fails afterwards', async () => {
    misplace();
    sandbox.faults.on('edge-eof', { name: HOSTNAME });
    const ran = await fix([INCIDENT_TENANT, '--yes', '--wait', '0s']);
    assert.equal(ran.exitCode, 1, ran.stdout + ran.stderr);
    assert.match(
      ran.stdout,
      /To go back to what was\n\s+fly certs remove 999bc6549a64\.systemprompt\.io -a management-api-prod -y\n\s+fly certs add 999bc6549a64\.systemprompt\.io -a sp-999bc6549a64/,
    );
  });

  it('in bulk removes everywhere and adds only where it still fails', async () => {
    const other = sandbox.world.tenants()[1] ?? '';
    misplace();
    sandbox.world.addCertificate(`sp-${other}`, `${other}.systemprompt.io`);
    const ran = await fix(['--all', '--yes', '--json']);
    assert.equal(ran.exitCode, 0, ran.stdout + ran.stderr);
    assert.deepEqual(
      json(ran)
        .tenants.map(({ decision }) => decision)
        .toSorted(),
      ['nothing-to-do', 'plan', 'plan'],
    );
    assert.deepEqual(changes().toSorted(), [`DELETE ${APP}`, `DELETE sp-${other}`].toSorted());
  });

  const wrong: readonly [
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    exitCode: number,
    says: RegExp,
  ][] = [
    [[], {}, 2, /which tenant/],
    [['--all', INCIDENT_TENANT], {}, 2, /exclude each other/],
    [[INCIDENT_TENANT, '--yes'], { TENANTWATCH_FLY_WRITE_TOKEN: '' }, 2, /TENANTWATCH_FLY_WRITE_TOKEN/],
    [[INCIDENT_TENANT], { FLY_API_TOKEN: '' }, 2, /no Fly token/],
    [['nobody'], {}, 4, /"nobody" is no tenant/],
  ];
  for (const [args, env, exitCode, says] of wrong)
    it(`${args.join(' ') || 'no name'} ${Object.keys(env).join('')} ends with ${exitCode}`, async () => {
      const ran = await fix(args, { env });
      assert.equal(ran.exitCode, exitCode, ran.stdout + ran.stderr);
      assert.match(ran.stderr, says);
      assert.deepEqual(changes(), []);
    });
});
