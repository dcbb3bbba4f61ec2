import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { loadConfig } from '../../src/config/index.ts';
import type { DoctorReport } from '../../src/reports/doctor.ts';
import type { InitReport } from '../../src/reports/init.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { deskAt, type DeskOptions, type SandboxDesk } from './sandbox-host.ts';

describe('a new installation over the sandbox', () => {
  let sandbox: Sandbox;
  let desk: SandboxDesk;
  before(async () => {
    sandbox = await startSandbox({ tenants: 3 });
    sandbox.world.addApp('sp-postgres');
    sandbox.world.addCertificate('management-api-prod', 'status.systemprompt.io', { issued: true });
    desk = deskAt(sandbox);
  });
  after(async () => {
    await sandbox.close();
    desk.place.remove();
  });

  describe('doctor', () => {
    const doctor = async (
      args: readonly string[] = [],
      over: DeskOptions = {},
    ): Promise<{
      readonly exitCode: number;
      readonly of: (id: string) => DoctorReport['findings'][number] | undefined;
    }> => {
      const ran = await desk.run(['doctor', '--json', ...args], over);
      const { findings } = JSON.parse(ran.stdout) as DoctorReport;
      return { exitCode: ran.exitCode, of: (id) => findings.find((finding) => finding.id === id) };
    };

    it('finds everything in order, and wakes nobody', async () => {
      const ran = await desk.run(['doctor']);
      assert.equal(ran.exitCode, 0, ran.stdout);
      assert.match(ran.stdout, /pass +token +A token for systemprompt: reads only, ends on /);
      for (const id of [
        'configuration',
        'fly-api',
        'monitor-clock',
        'resolvers',
        'wildcard-dns',
        'control-handshake',
      ])
        assert.match(ran.stdout, new RegExp(`pass +${id} `));
      for (const id of [
        'management-app',
        'wildcard-certificate',
        'runtime',
        'disk',
        'port',
        'channel on-call',
      ])
        assert.match(ran.stdout, new RegExp(`pass +${id} `));
      assert.match(ran.stdout, /\nready\n$/);
      assert.equal(sandbox.world.wakeups(), 0);
      assert.equal(sandbox.receivers.received().length, 0);
    });

    it('says what to do about a token that may do too much', async () => {
      const { exitCode, of } = await doctor([], { env: { FLY_API_TOKEN: sandbox.tokens.write } });
      assert.equal(exitCode, 0);
      assert.equal(of('token')?.verdict, 'warn');
      assert.match(of('token')?.advice[0] ?? '', /^fly tokens create readonly -o systemprompt /);
    });

    it('goes on without a token', async () => {
      const { exitCode, of } = await doctor([], { env: { FLY_API_TOKEN: '' } });
      assert.deepEqual([exitCode, of('token')?.verdict, of('wildcard-dns')?.verdict], [1, 'fail', 'pass']);
    });

    it('sends nobody who runs it to itself', async () => {
      const { of } = await doctor([], { env: { FLY_API_TOKEN: 'revoked' } });
      const { advice = [] } = of('fly-api') ?? {};
      assert.match(advice.join('\n'), /^Create a new read-only token/);
      assert.match(of('tenants')?.text ?? '', /[^.]\.$/, 'one full stop, whatever Fly ends with');
    });

    it('tells a broken platform with the steps of its remedy', async (t) => {
      t.after(sandbox.faults.on('edge-eof', { name: '*.systemprompt.io' }));
      const { exitCode, of } = await doctor();
      assert.equal(exitCode, 1);
      assert.equal(of('control-handshake')?.verdict, 'fail');
      assert.ok((of('control-handshake')?.advice.length ?? 0) > 0);
    });

    it('says the steps of one cause once', async (t) => {
      t.after(sandbox.faults.on('dns-nxdomain', { name: '*.systemprompt.io' }));
      const { of } = await doctor();
      assert.ok((of('wildcard-dns')?.advice.length ?? 0) > 1);
      assert.deepEqual(of('control-handshake')?.advice, [
        'the same cause as wildcard-dns, wildcard-dns-broken: see there',
      ]);
    });

    it('tells a resolver that is dead from the rest', async (t) => {
      t.after(sandbox.faults.on('dns-refused', { at: sandbox.addresses.resolvers[0] ?? '' }));
      const { of } = await doctor();
      assert.notEqual(of('resolvers')?.verdict, 'pass');
      assert.equal(of('wildcard-dns')?.verdict, 'pass');
    });

    it('sends a test message only when it is told to', async (t) => {
      assert.equal((await doctor(['--send'])).of('channel on-call')?.verdict, 'pass');
      assert.equal(sandbox.receivers.received().length, 1);
      t.after(sandbox.faults.on('receiver-error', { value: 500 }));
      const failed = await doctor(['--send']);
      assert.deepEqual([failed.exitCode, failed.of('channel on-call')?.verdict], [1, 'fail']);
    });

    it('names each key that is wrong, and looks at the token nevertheless', async () => {
      const file = join(desk.place.folder, 'wrong.yaml');
      writeFileSync(file, 'platform:\n  domian: x\n');
      const { exitCode, of } = await doctor(['--config', file]);
      assert.equal(exitCode, 1);
      assert.match(
        of('configuration')?.advice.join('\n') ?? '',
        /wrong\.yaml:2: platform\.domian: unknown key/,
      );
      assert.equal(of('token')?.verdict, 'pass');
    });

    it('finds a secret that is missing, and goes on', async () => {
      const { exitCode, of } = await doctor([], { env: { SLACK_WEBHOOK: '' } });
      assert.equal(exitCode, 1);
      assert.equal(of('configuration')?.verdict, 'fail');
      assert.equal(of('fly-api')?.verdict, 'pass');
    });

    it('says how many tenants the sources name; none is wrong, and a list that cannot be read is not known', async (t) => {
      const tenants = async (options: readonly string[], changes = {}, over: DeskOptions = {}) => {
        const other = deskAt(sandbox, changes);
        t.after(() => {
          other.place.remove();
        });
        const ran = await other.run(['doctor', '--json', ...options], over);
        const { findings } = JSON.parse(ran.stdout) as DoctorReport;
        return findings.find(({ id }) => id === 'tenants');
      };
      assert.match((await tenants([]))?.text ?? '', /^3 tenants: [0-9a-f]{12}, /);
      const none = await tenants([], { platform: { tenantIdPattern: '^x$' } });
      assert.equal(none?.verdict, 'fail');
      assert.equal(none.advice[0], 'fly apps list -o systemprompt');
      assert.equal((await tenants(['--no-fly']))?.verdict, 'skipped');
      assert.equal((await tenants([], {}, { env: { FLY_API_TOKEN: '' } }))?.verdict, 'unknown');
    });

    it('tells a port that is taken and a file that is no database', async (t) => {
      const server = createServer();
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close());
      const path = join(desk.place.folder, 'text.db');
      writeFileSync(path, 'this is no database, however long it is'.repeat(200));
      const other = deskAt(sandbox, {
        server: { listen: `127.0.0.1:${(server.address() as AddressInfo).port}` },
        store: { path },
      });
      t.after(() => {
        other.place.remove();
      });
      const ran = await other.run(['doctor', '--no-fly']);
      assert.equal(ran.exitCode, 1);
      assert.match(ran.stdout, /fail +port +Something else listens/);
      assert.match(ran.stdout, /fail +disk /);
    });
  });

  describe('init', () => {
    const init = (args: readonly string[], over: DeskOptions = {}) =>
      desk.run(['init', ...args], { bare: true, ...over });

    it('says what to run next', async () => {
      const empty = mkdtempSync(join(desk.place.folder, 'empty-'));
      const ran = await init([], { cwd: empty });
      assert.equal(ran.exitCode, 0, ran.stderr);
      assert.match(
        ran.stdout,
        /Next\n {2}tenantwatch doctor\n {2}tenantwatch verify [0-9a-f]{12}\n {2}tenantwatch watch\n$/,
      );
    });
    // The workplace's own tenantwatch.yaml stands in the same folder: it must be left alone.
    it('never replaces a file unasked', async () => {
      const before = readFileSync(desk.place.file, 'utf8');
      const ran = await init([]);
      assert.deepEqual([ran.exitCode, ran.stdout], [2, '']);
      assert.match(ran.stderr, /is there already: --force replaces it/);
      assert.equal(readFileSync(desk.place.file, 'utf8'), before);
    });
    it('writes what config check accepts, replaces with --force, and finds out organization, management app, naming and other hosts', async () => {
      const file = join(desk.place.folder, 'made', 'new.yaml');
      for (const force of [[], ['--force']]) {
        const ran = await init(['--output', file, '--json', ...force]);
        assert.equal(ran.exitCode, 0, ran.stderr);
        const { settings, tenants } = JSON.parse(ran.stdout) as InitReport;
        assert.deepEqual(settings, {
          org: 'systemprompt',
          domain: 'systemprompt.io',
          managementApp: 'management-api-prod',
          tenantApp: 'sp-{tenant}',
          tenantIdPattern: '^[0-9a-f]{12}$',
          otherHosts: ['www', 'api', 'status'],
          customDomainsOn: 'management',
        });
        assert.equal(tenants, 3);
      }
      const check = await desk.run(['config', 'check', '--config', file]);
      assert.equal(check.exitCode, 0, check.stderr);
      assert.match(readFileSync(file, 'utf8'), /# 3 apps are named like this; not tenants: sp-postgres\n/);
      const { config } = loadConfig({ path: file, env: {}, cwd: '/' });
      assert.equal(config.platform.managementApp, 'management-api-prod');
    });
    it('asks on a terminal, what it found as the proposal', async () => {
      const asked: string[] = [];
      const file = join(desk.place.folder, 'asked.yaml');
      const ran = await init(['--output', file, '--json'], {
        host: {
          ask: (question) => {
            asked.push(question);
            return Promise.resolve(question.startsWith('domain') ? 'acme.app' : '');
          },
        },
      });
      assert.equal(ran.exitCode, 0, ran.stderr);
      const { settings } = JSON.parse(ran.stdout) as InitReport;
      assert.deepEqual([settings.domain, settings.managementApp], ['acme.app', 'management-api-prod']);
      assert.match(asked[0] ?? '', /^organization \[systemprompt\]: /);
      assert.equal(asked.length, 5);
    });
    it('sees the organizations of a personal token', async () => {
      const file = join(desk.place.folder, 'personal.yaml');
      const ran = await init(['--output', file], { env: { FLY_API_TOKEN: sandbox.tokens.personal } });
      assert.equal(ran.exitCode, 0, ran.stderr);
      assert.match(ran.stdout, /organization +systemprompt/);
    });
    it('needs no token when everything is said', async () => {
      const file = join(desk.place.folder, 'said.yaml');
      const said = [
        '--org',
        'acme',
        '--domain',
        'acme.app',
        '--management-app',
        'edge',
        '--tenant-app',
        't-{tenant}',
      ];
      const ran = await init(['--output', file, ...said], { env: { FLY_API_TOKEN: '' } });
      assert.equal(ran.exitCode, 0, ran.stderr);
      assert.match(ran.stderr, /there is no token .* nothing can be looked up/);
      assert.match(ran.stdout, /tenantwatch verify --all --config /);
    });

    const refused: readonly (readonly [
      fact: string,
      args: readonly string[],
      over: DeskOptions,
      words: RegExp,
    ])[] = [
      [
        'what is missing without a token',
        ['--org', 'acme'],
        { env: { FLY_API_TOKEN: '' } },
        /say it with --management-app/,
      ],
      ['a domain that is none', ['--domain', 'not one'], {}, /--domain must be a host name/],
      ['a template that is none', ['--tenant-app', 'sp'], {}, /--tenant-app must be a template/],
      [
        'a pattern that does not compile',
        ['--tenant-id-pattern', '['],
        {},
        /tenantIdPattern must be a regular/,
      ],
    ];
    for (const [index, [fact, args, over, words]] of refused.entries())
      it(`names ${fact}, and writes nothing`, async () => {
        const file = join(desk.place.folder, `refused-${index}.yaml`);
        const ran = await init(['--output', file, ...args], over);
        assert.deepEqual([ran.exitCode, ran.stdout], [2, '']);
        assert.match(ran.stderr, words);
        assert.equal(statSync(file, { throwIfNoEntry: false }), undefined);
      });
  });
});
