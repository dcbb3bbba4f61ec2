import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ScanResult } from '../../src/reports/scan.ts';
import { run, type Ran } from './host.ts';

const ENV = { TENANTWATCH_DOMAIN: 'systemprompt.io', TENANTWATCH_MANAGEMENT_APP: 'management-api-prod' };

const TREE: Readonly<Record<string, string>> = {
  'deploy/tenant.sh': 'fly certs add "$T.systemprompt.io" -a "sp-$T"\n',
  'deploy/any.sh': 'fly certs add "$HOST" -a "$APP"\n',
  'deploy/meant.sh':
    '# tenantwatch-ignore: removed in the next step\nfly certs add x.systemprompt.io -a sp-999bc6549a64\n',
  'deploy/proxy.sh': 'fly certs add x.systemprompt.io -a management-api-prod\n',
  'docs/README.md': 'Never run `fly certs add x.systemprompt.io -a sp-999bc6549a64`.\n',
  'ignored/old.sh': 'fly certs add x.systemprompt.io -a sp-999bc6549a64\n',
  '.gitignore': 'ignored/\n',
};

describe('scan', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenantwatch-scan-'));
    for (const [path, text] of Object.entries(TREE)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const scan = (args: readonly string[], cwd = folder): Promise<Ran> =>
    run(['scan', ...args], { env: ENV, cwd });
  const places = (ran: Ran): readonly string[] =>
    (JSON.parse(ran.stdout) as ScanResult).findings.map(
      ({ path, line, verdict }) => `${path}:${line} ${verdict}`,
    );

  it('finds what conflicts, and needs neither token nor organization', async () => {
    const ran = await scan(['.', '--json']);
    assert.equal(ran.exitCode, 1);
    assert.deepEqual(places(ran), [
      'deploy/any.sh:1 warn',
      'deploy/meant.sh:2 skipped',
      'deploy/proxy.sh:1 pass',
      'deploy/tenant.sh:1 fail',
    ]);
  });
  it('says it for people with file and line, conflicts first', async () => {
    const { stdout } = await scan(['.']);
    assert.match(stdout, /^deploy\/tenant\.sh:1 {2}fail {2}tenant-app\n/);
    assert.match(
      stdout,
      /4 places add certificates: 1 conflicting, 1 could not be told, 1 suppressed, 1 where/,
    );
  });
  it('annotates the lines of a workflow', async () => {
    const { stdout } = await scan(['.', '--format', 'github']);
    assert.match(stdout, /^::error file=deploy\/tenant\.sh,line=1,col=1,title=Certificate%3A tenant-app::/);
    assert.match(stdout, /\n::warning file=deploy\/any\.sh,line=1,/);
    assert.equal(stdout.trim().split('\n').length, 2);
  });
  it('names files from where it was called', async () => {
    assert.ok(places(await scan([join(folder, 'deploy'), '--json'])).includes('deploy/tenant.sh:1 fail'));
    const elsewhere = await scan([folder, '--json'], tmpdir());
    assert.match(places(elsewhere)[0] ?? '', /^tenantwatch-scan-[^/]+\/deploy\/any\.sh/);
  });

  const ends: readonly (readonly [fact: string, args: readonly string[], exitCode: number])[] = [
    ['one file that conflicts fails', ['deploy/tenant.sh'], 1],
    ['one that belongs where it is passes', ['deploy/proxy.sh'], 0],
    ['one that cannot be told passes', ['deploy/any.sh'], 0],
    ['unless it is strict', ['deploy/any.sh', '--strict'], 1],
    ['what is suppressed passes also then', ['deploy/meant.sh', '--strict'], 0],
    ['documentation passes', ['docs'], 0],
    ['a folder that is not there is wrong usage', ['nowhere'], 2],
    ['an unknown format, too', ['.', '--format', 'xml'], 2],
  ];
  for (const [fact, args, exitCode] of ends)
    it(`${fact}: ${exitCode}`, async () => {
      assert.equal((await scan(args)).exitCode, exitCode);
    });

  it('does not guess which app ends TLS', async () => {
    const ran = await run(['scan', '.', '--domain', 'systemprompt.io'], { env: {}, cwd: folder });
    assert.equal(ran.exitCode, 2);
    assert.match(ran.stderr, /--management-app/);
  });
});
