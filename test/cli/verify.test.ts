import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { TenantResult, VerifyResult } from '../../src/model/diagnosis.ts';
import { check, CLAIMED_TENANT, HEALTHY, OUTAGE, result, tenantResult } from '../reports/results.ts';
import { FLY_ENV, interrupt, leapingClock, run } from './host.ts';

const ID = '999bc6549a64';
const flaky = (
  tenant: TenantResult = tenantResult({ checks: [check('tls-handshake', 'fail')] }),
): VerifyResult => result([tenant]);
const sequence =
  (...results: readonly VerifyResult[]) =>
  (_request: unknown, number: number): VerifyResult =>
    results[number - 1] ?? HEALTHY;

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantwatch-verify-'));
});
after(() => {
  rmSync(folder, { recursive: true });
});
const inFolder = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(inFolder(name), 'utf8');

describe('verify', () => {
  it('passes with 0 and says so', async () => {
    const ran = await run(['verify', ID], { rounds: sequence(HEALTHY) });
    assert.equal(ran.exitCode, 0);
    assert.match(ran.stdout, /^999bc6549a64\.systemprompt\.io: passed in 812 ms\n/);
    assert.equal(ran.stderr, '');
    assert.equal(ran.closed, 1);
  });

  it('fails with 1 and shows cause and commands', async () => {
    const ran = await run(['verify', ID], { rounds: sequence(OUTAGE) });
    assert.equal(ran.exitCode, 1);
    assert.match(ran.stdout, /fly certs remove 999bc6549a64\.systemprompt\.io -a sp-999bc6549a64 -y\n/);
  });

  it('gives a gate’s round what it is: first in line, waking, the tenant by its templates', async () => {
    const { requests } = await run(['verify', '999bc654-9a64-49bc-98be-db976fc84e76', '--claims'], {
      rounds: sequence(HEALTHY),
    });
    const [request] = requests;
    assert.deepEqual(
      [request?.trigger, request?.priority, request?.wake, request?.claims],
      ['gate', 'gate', true, true],
    );
    assert.deepEqual(request?.tenants, [
      { id: ID, hostname: `${ID}.systemprompt.io`, app: `sp-${ID}`, labels: {} },
    ]);
  });

  it('prints one JSON document with --json, and nothing else on stdout', async () => {
    const ran = await run(['verify', ID, '--json'], { rounds: sequence(OUTAGE) });
    assert.deepEqual(JSON.parse(ran.stdout), OUTAGE);
    const same = await run(['verify', ID, '--format', 'json'], { rounds: sequence(OUTAGE) });
    assert.equal(same.stdout, ran.stdout);
  });

  it('writes each format where its output says', async () => {
    const args = [
      'verify',
      ID,
      '--format',
      'junit',
      '--output',
      'reports/junit.xml',
      '--json',
      '--output',
      'r.json',
      '--format',
      'markdown',
      '--output',
      'r.md',
      '--format',
      'github',
    ];
    const ran = await run(args, { rounds: sequence(OUTAGE), cwd: folder });
    assert.equal(ran.exitCode, 1);
    assert.match(ran.stdout, /^::error title=999bc6549a64/);
    assert.match(read('reports/junit.xml'), /^<\?xml /);
    assert.deepEqual(JSON.parse(read('r.json')), OUTAGE);
    assert.match(read('r.md'), /^## tenantwatch: failed/);
  });

  it('serves GitHub’s step summary and outputs', async () => {
    const env = {
      ...FLY_ENV,
      GITHUB_STEP_SUMMARY: inFolder('summary.md'),
      GITHUB_OUTPUT: inFolder('output'),
    };
    await run(['verify', ID, '--format', 'github'], { rounds: sequence(OUTAGE), env });
    assert.match(read('summary.md'), /## tenantwatch: failed/);
    const outputs = read('output');
    const [, delimiter = ''] = /^verdict<<(tenantwatch-[0-9a-f-]{36})$/m.exec(outputs) ?? [];
    assert.equal(
      outputs,
      `verdict<<${delimiter}\nfail\n${delimiter}\ngate<<${delimiter}\nfailed\n${delimiter}\nexit-code<<${delimiter}\n1\n${delimiter}\nproblems<<${delimiter}\ncertificate-on-tenant-app\n${delimiter}\n`,
    );
  });

  it('is silent with --quiet, but for formats that are data', async () => {
    const ran = await run(['verify', ID, '--quiet'], { rounds: sequence(OUTAGE), tty: true });
    assert.deepEqual([ran.exitCode, ran.stdout, ran.stderr], [1, '', '']);
    assert.notEqual(
      (await run(['verify', ID, '--quiet', '--json'], { rounds: sequence(OUTAGE) })).stdout,
      '',
    );
  });

  it('says even with --quiet that a name means nobody', async () => {
    const ran = await run(['verify', 'postgres', '--quiet']);
    assert.deepEqual([ran.exitCode, ran.stdout], [4, '']);
    assert.match(ran.stderr, /^tenantwatch: "postgres" is no tenant/);
  });

  it('keeps the result where --store and --save say', async () => {
    const ran = await run(['verify', ID, '--store', 'h.db', '--save', 'base.json'], {
      rounds: sequence(OUTAGE),
      cwd: folder,
    });
    assert.deepEqual(ran.kept, [inFolder('h.db')]);
    assert.deepEqual(JSON.parse(read('base.json')), OUTAGE);
  });

  it('does not fail for what was broken before', async () => {
    writeFileSync(inFolder('before.json'), JSON.stringify(OUTAGE));
    const ran = await run(['verify', ID, '--baseline', 'before.json', '--json'], {
      rounds: sequence(OUTAGE),
      cwd: folder,
    });
    assert.equal(ran.exitCode, 0);
    const document = JSON.parse(ran.stdout) as VerifyResult;
    assert.equal(document.verdict, 'fail');
    assert.equal(document.tenants[0]?.checks.filter(({ known }) => known).length, 3);
  });
});

describe('verify --wait', () => {
  it('looks again until it passes', async () => {
    const clock = leapingClock();
    const ran = await run(['verify', ID, '--wait', '1m'], {
      rounds: sequence(flaky(), flaky(), HEALTHY),
      clock,
    });
    assert.deepEqual([ran.exitCode, ran.requests.length, clock.slept], [0, 3, [5_000, 5_000]]);
  });

  it('wants as many passes in a row as were asked for', async () => {
    const ran = await run(['verify', ID, '--wait', '1m', '--successes', '2', '--interval', '1s'], {
      rounds: sequence(HEALTHY, flaky(), HEALTHY, HEALTHY),
    });
    assert.deepEqual([ran.exitCode, ran.requests.length], [0, 4]);
  });

  it('gives up early on what waiting does not cure, and says so', async () => {
    const ran = await run(['verify', ID, '--wait', '5m'], { rounds: sequence(OUTAGE) });
    assert.deepEqual([ran.exitCode, ran.requests.length], [1, 1]);
    assert.match(ran.stdout, /given up early/);
  });

  it('keeps waiting while it cannot tell, and ends with 3', async () => {
    const unknown = result([tenantResult({ checks: [check('tls-handshake', 'unknown')] })]);
    const ran = await run(['verify', ID, '--wait', '12s', '--json'], { rounds: () => unknown });
    assert.deepEqual([ran.exitCode, ran.requests.length], [3, 4]);
    assert.equal(ran.stderr, 'tenantwatch: Waited 12 s.\n');
  });

  it('is not content with passes that are too few', async () => {
    const ran = await run(['verify', ID, '--wait', '4s', '--successes', '9'], { rounds: () => HEALTHY });
    assert.equal(ran.exitCode, 3);
    assert.match(ran.stdout, /passed 2 of 9 times in a row/);
  });
});

describe('verify without a tenant to verify', () => {
  it('by name prints an empty document and ends with 4', async () => {
    const ran = await run(['verify', 'postgres', '--json']);
    assert.equal(ran.exitCode, 4);
    assert.deepEqual((JSON.parse(ran.stdout) as VerifyResult).tenants, []);
    assert.match(ran.stderr, /"postgres" is no tenant: it is neither an id/);
  });

  it('verifies nothing when one of several names is none', async () => {
    const ran = await run(['verify', ID, 'postgres']);
    assert.deepEqual([ran.exitCode, ran.requests.length], [4, 0]);
  });

  it('in the list ends with 4', async () => {
    writeFileSync(inFolder('none.txt'), '# nobody\n');
    const ran = await run(['verify', '--tenants', 'none.txt'], { cwd: folder });
    assert.equal(ran.exitCode, 4);
    assert.match(ran.stdout, /the list names no tenant/);
  });

  it('in the sources ends with 4', async () => {
    const ran = await run(['verify', '--all'], { listed: () => [] });
    assert.equal(ran.exitCode, 4);
    assert.match(ran.stdout, /the configured sources know no tenant: `tenantwatch doctor`/);
    const left = await run(['verify', '--all', '--no-fly'], { listed: () => [] });
    assert.equal(left.exitCode, 4);
    assert.match(
      left.stdout.replaceAll('\n', ' '),
      /only source of tenants is Fly's API, which --no-fly leaves out/,
    );
  });

  it('cannot tell when the list cannot be read, and shows platform and monitor', async () => {
    const ran = await run(['verify', '--all', '--json'], {
      listed: () => {
        throw new Error('the token is rejected');
      },
      rounds: () => result([]),
    });
    assert.equal(ran.exitCode, 3);
    assert.match(ran.stderr, /the list of tenants cannot be read: the token is rejected/);
    assert.equal((JSON.parse(ran.stdout) as VerifyResult).tenants.length, 0);
  });
});

describe('verify used wrongly prints no document and ends with 2', () => {
  const facts: readonly [
    what: string,
    args: readonly string[],
    complaint: RegExp,
    env?: Record<string, string>,
  ][] = [
    ['no tenant', ['verify'], /which tenant\? Name one/],
    ['--all and a name', ['verify', '--all', ID], /exclude each other/],
    ['an unknown option', ['verify', ID, '--wiat', '1m'], /unknown option '--wiat'/],
    [
      'a wait without a unit',
      ['verify', ID, '--wait', '5'],
      /'--wait <duration>' argument '5' is invalid\. It must be an integer with a unit/,
    ],
    ['an interval of nothing', ['verify', ID, '--interval', '0s'], /longer than 0/],
    ['an interval without a wait', ['verify', ID, '--interval', '1s'], /--interval needs --wait/],
    ['claims without Fly', ['verify', ID, '--claims', '--no-fly'], /exclude each other/],
    ['no success', ['verify', ID, '--wait', '1m', '--successes', '0'], /an integer from 1 to 9999/],
    ['successes without a wait', ['verify', ID, '--successes', '2'], /--successes needs --wait/],
    ['an unknown format', ['verify', ID, '--format', 'xml'], /"xml" is no format/],
    ['two formats for stdout', ['verify', ID, '--json', '--format', 'pretty'], /only one format/],
    ['a file that cannot be written', ['verify', ID, '--output', '/dev/null/x'], /cannot be written/],
    [
      'a folder that cannot be made',
      ['verify', ID, '--save', '/proc/none/x'],
      /cannot be written: its folder/,
    ],
    [
      'a list that is not there',
      ['verify', '--tenants', '/nonexistent/list'],
      /--tenants \/nonexistent\/list does not exist/,
    ],
    ['a baseline that is none', ['verify', ID, '--baseline', '/dev/null'], /--baseline \/dev\/null: /],
    [
      'one file for two things',
      ['verify', ID, '--json', '--output', 'a.json', '--save', 'a.json'],
      /--save and --output would both be written to a\.json/,
    ],
    ['a server whose URL is broken', ['verify', ID, '--server', 'http://a b'], /It must be a URL/],
    [
      'a server that is no URL',
      ['verify', ID, '--server', 'localhost'],
      /'--server <url>' argument 'localhost' is invalid\. It must be a URL/,
    ],
    ['no configuration', ['verify', ID], /platform\.domain: is required/, {}],
    [
      'no token',
      ['verify', ID],
      /no Fly token: set FLY_ACCESS_TOKEN or FLY_API_TOKEN/,
      { ...FLY_ENV, FLY_API_TOKEN: '' },
    ],
    [
      'a file of configuration that is not there',
      ['verify', ID, '--config', 'none.yaml'],
      /none\.yaml: (cannot be read|does not exist)/,
    ],
  ];
  for (const [what, args, complaint, env] of facts)
    it(what, async () => {
      const ran = await run(args, env === undefined ? {} : { env });
      assert.deepEqual([ran.exitCode, ran.stdout], [2, '']);
      assert.match(ran.stderr, complaint);
    });

  it('a history that cannot be opened, before anything is probed', async () => {
    const ran = await run(['verify', ID, '--store', '/dev/null'], {
      host: {
        openHistory: (file) =>
          Promise.reject(Object.assign(new Error(`${file} is no regular file`), { name: 'StoreError' })),
      },
    });
    assert.deepEqual([ran.exitCode, ran.stdout, ran.requests.length], [2, '', 0]);
    assert.equal(ran.stderr, 'tenantwatch: /dev/null is no regular file\n');
  });

  it('but --no-fly needs neither token nor management app nor organization', async () => {
    const ran = await run(['verify', ID, '--no-fly', '--domain', 'systemprompt.io'], {
      env: {},
      rounds: sequence(HEALTHY),
    });
    assert.equal(ran.exitCode, 0);
  });

  it('and a fault of ours is 3, not 1', async () => {
    const ran = await run(['verify', ID], { rounds: () => Promise.reject(new Error('oops')) });
    assert.equal(ran.exitCode, 3);
    assert.match(ran.stderr, /internal error: Error\n {4}at /);
    assert.doesNotMatch(ran.stderr, /oops/);
  });
});

describe('verify interrupted', () => {
  it('stops at once with 130 and prints what is known', async () => {
    const stop = new AbortController();
    const ran = await run(
      ['verify', '--all', '--json'],
      {
        listed: () =>
          [ID, '0a1b2c3d4e5f'].map((id) => ({
            id,
            hostname: `${id}.systemprompt.io`,
            app: `sp-${id}`,
            labels: {},
          })),
        rounds: (request) => {
          request.onTenant?.(CLAIMED_TENANT);
          interrupt(stop);
          return new Promise<never>(() => undefined);
        },
      },
      stop,
    );
    assert.equal(ran.exitCode, 130);
    const document = JSON.parse(ran.stdout) as VerifyResult;
    assert.deepEqual([document.verdict, document.tenants.map(({ tenant }) => tenant)], ['fail', [ID]]);
    assert.match(ran.stderr, /interrupted/);
  });

  it('while the list of tenants is read probes nobody', async () => {
    const stop = new AbortController();
    const ran = await run(
      ['verify', '--all', '--json'],
      {
        listed: () => {
          interrupt(stop);
          throw stop.signal.reason;
        },
      },
      stop,
    );
    assert.deepEqual([ran.exitCode, ran.requests.length], [130, 0]);
    assert.deepEqual((JSON.parse(ran.stdout) as VerifyResult).tenants, []);
    assert.equal(ran.stderr, 'tenantwatch: interrupted before anything was known\n');
  });

  it('between two looks keeps the last result', async () => {
    const stop = new AbortController();
    const clock = leapingClock();
    const ran = await run(
      ['verify', ID, '--wait', '1m', '--json'],
      {
        rounds: () => flaky(),
        clock: {
          ...clock,
          sleep: (durationMs, signal) => {
            if (durationMs === 5_000) interrupt(stop);
            return clock.sleep(durationMs, signal);
          },
        },
      },
      stop,
    );
    assert.equal(ran.exitCode, 130);
    assert.equal((JSON.parse(ran.stdout) as VerifyResult).tenants.length, 1);
  });
});

describe('on a terminal', () => {
  it('each check is shown as it ends, on stderr, and erased before the report', async () => {
    const ran = await run(['verify', ID], {
      tty: true,
      rounds: (request) => {
        const [tenant] = request.tenants;
        if (tenant !== undefined) request.onCheck?.(tenant, check('dns-wildcard'));
        return HEALTHY;
      },
    });
    assert.match(ran.stderr, /dns-wildcard as it was seen/);
    assert.ok(ran.stderr.endsWith('\r\u001b[2A\u001b[J'));
    assert.match(ran.stdout, /\u001b\[32mpassed\u001b\[39m/);
  });

  it('what is printed is the same as in a pipe, but for colour', async () => {
    const options = { rounds: sequence(OUTAGE) };
    const piped = await run(['verify', ID], options);
    const shown = await run(['verify', ID], { ...options, tty: true, env: { ...FLY_ENV, NO_COLOR: '1' } });
    assert.equal(shown.stdout, piped.stdout);
    const dumb = await run(['verify', ID], { ...options, tty: true, env: { ...FLY_ENV, TERM: 'dumb' } });
    assert.deepEqual([dumb.stdout, dumb.stderr], [piped.stdout, '']);
  });
});
