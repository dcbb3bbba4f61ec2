import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { TENANT_LISTS } from '../../src/model/tenant-list.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import {
  aDelivery,
  anIncident,
  aResult,
  aRun,
  aRelease,
  aVerifyResult,
  entries,
  T0,
} from '../store/fixtures.ts';
import { databaseHost, TENANTS, type DatabaseHost } from './database-host.ts';

const CLAIM = 'certificate-on-tenant-app';
const NOW = T0 + DAY_MS;

function failing(tenant: string, at: number) {
  return aRun(tenant, at, {
    verdict: 'fail',
    code: CLAIM,
    notPassed: [{ check: 'tls-handshake', verdict: 'fail', reason: 'eof-during-handshake' }],
  });
}

/** a1 fails since a minute, b2 could not be told once, c3 was never verified. */
function fill({ store }: DatabaseHost): void {
  store.runs.append([
    ...entries(aRun('a1', NOW - 3 * MINUTE_MS), aRun('b2', NOW - 2 * MINUTE_MS)),
    { run: failing('a1', NOW - MINUTE_MS), evidence: aResult('a1') },
    ...entries(failing('a1', NOW - 5_000), aRun('b2', NOW - 4_000, { verdict: 'unknown' })),
  ]);
}

describe('status', () => {
  it('counts by verdict, says what fails since when, and that the daemon is alive', async (context) => {
    const host = databaseHost(context, { now: NOW });
    fill(host);
    host.store.commitIncidents([
      { incident: anIncident('i1', { summary: 'x' }), events: [], deliveries: [] },
    ]);
    const { stdout, exitCode } = await host.command('status');
    assert.equal(exitCode, 0);
    assert.match(stdout, /^daemon {4}last run 4 s ago\nplatform {2}not looked at yet\n/u);
    assert.match(stdout, /^tenants {3}3: 1 failed, 1 could not tell, 1 not verified yet$/mu);
    assert.match(
      stdout,
      /^ {2}fail {5}a1\.example\.test {2}certificate-on-tenant-app {2}for 1 min, since /mu,
    );
    assert.match(stdout, /^ {2}unknown {2}b2\.example\.test {2}for 4 s/mu);
    assert.match(stdout, /^ {2}critical {2}i1 {2}999bc6549a64 {2}certificate-on-tenant-app {2}1 d$/mu);
  });

  it('says when the daemon is silent, a channel disabled, a source doubted, a message given up', async (context) => {
    const host = databaseHost(context, { now: NOW + HOUR_MS });
    fill(host);
    const { store } = host;
    const [source] = TENANTS;
    const doubted = { ...source, reason: 'it lost 9 of 12 tenants at once', failingSince: NOW };
    store.smallState.set(TENANT_LISTS, JSON.parse(JSON.stringify([doubted])) as never);
    store.outbox.disableChannel('slack', NOW, 'invalid_token');
    store.outbox.add([aDelivery('d1')]);
    store.outbox.dead('d1', NOW, 'too old');
    const { stdout } = await host.command('status');
    assert.match(stdout, /^daemon {4}last run 1 h ago: is it running\?$/mu);
    assert.match(stdout, /^source fly: its last good list of 3 is in use for 1 h: it lost 9 of 12/mu);
    assert.match(stdout, /^channel slack is disabled for 1 h: invalid_token$/mu);
    assert.match(stdout, /^1 message is given up: tenantwatch alerts deliveries --dead$/mu);
  });

  it('has one JSON document with times in UTC', async (context) => {
    const host = databaseHost(context, { now: NOW });
    fill(host);
    const document = (await host.json('status')) as Record<string, unknown>;
    assert.equal(document.schema, 'tenantwatch.status/1');
    assert.equal(document.at, '2026-11-02T00:00:00.000Z');
    assert.deepEqual(document.counts, { fail: 1, unknown: 1, warn: 0, pass: 0, skipped: 0 });
    const [first] = document.troubled as readonly Record<string, unknown>[];
    assert.deepEqual(
      [first?.since, first?.lastRunAt],
      ['2026-11-01T23:59:00.000Z', '2026-11-01T23:59:55.000Z'],
    );
  });

  it('reads a file of verify --store, where no daemon ever was', async (context) => {
    const host = databaseHost(context, { now: NOW });
    host.store.smallState.remove(TENANT_LISTS);
    host.store.saveResult(aVerifyResult(NOW, [aResult('a1'), aResult('b2', { verdict: 'pass' })]), {
      trigger: 'gate',
    });
    const { stdout } = await host.command('status');
    assert.match(stdout, /^tenants {3}2: 1 failed, 1 passed$/mu);
    assert.match(stdout, /tls-handshake: eof-during-handshake/u);
  });

  it('without a database says how to get one, and makes none', async (context) => {
    const host = databaseHost(context);
    const { exitCode, stderr } = await host.command('status', '--store', 'none.db');
    assert.equal(exitCode, 2);
    assert.match(stderr, /there is no database at .*none\.db: "tenantwatch watch" makes it/u);
    const silence = [
      'silence',
      'add',
      '--tenant',
      'a1',
      '--for',
      '1h',
      '--reason',
      'x',
      '--store',
      'none.db',
    ];
    assert.equal((await host.command(...silence)).exitCode, 2);
    assert.equal(statSync(join(host.folder, 'none.db'), { throwIfNoEntry: false }), undefined);
  });
});

describe('history', () => {
  it('tells runs, transitions, deploys and incidents in the order of time', async (context) => {
    const host = databaseHost(context, { now: NOW });
    fill(host);
    const deployedAt = NOW - 2 * MINUTE_MS;
    host.store.deploys.record('sp-a1', aRelease(12, deployedAt), deployedAt);
    host.store.deploys.record('sp-a1', aRelease(13, NOW - 2_000), NOW - 2_000);
    const trigger = 'deploy';
    host.store.runs.append(
      entries(
        aRun('a1', deployedAt + 1_000, { trigger, verdict: 'unknown' }),
        aRun('a1', deployedAt + 6_000, { trigger }),
      ),
    );
    const incident = anIncident('i1', {
      subject: { scope: 'tenant', name: 'a1' },
      firstFailedAt: NOW - MINUTE_MS,
      openedAt: NOW - MINUTE_MS,
      acknowledged: { by: 'ada', at: NOW, note: null },
    });
    host.store.commitIncidents([{ incident, events: [], deliveries: [] }]);
    const { stdout } = await host.command('history', 'sp-a1');
    assert.equal(
      stdout,
      [
        'a1.example.test  tenant a1, app sp-a1',
        'now: failed (certificate-on-tenant-app), last run 5 s ago (schedule)',
        'since 2026-11-01 00:00:00 UTC (1 d): 3 runs counted, 33.33 % available, 2 failed',
        'a run takes 81 ms, one in ten over 81 ms, one in a hundred over 81 ms (latest 5 runs)',
        'usually: resolve 3.4 ms, connect 11 ms, handshake 25 ms, first-byte 31 ms, transfer 0.4 ms, direct 40 ms',
        '',
        '2026-11-01 23:57:00 UTC  passed    first run',
        '2026-11-01 23:58:00 UTC  deploy    v12 of sp-a1 by dev@example.test (succeeded), verified 6 s after it was noticed',
        '2026-11-01 23:59:00 UTC  failed    certificate-on-tenant-app, for 1 min',
        '2026-11-01 23:59:00 UTC  incident  i1 opened: critical, certificate-on-tenant-app (acknowledged by ada)',
        '2026-11-01 23:59:58 UTC  deploy    v13 of sp-a1 by dev@example.test (succeeded)',
        '',
      ].join('\n'),
    );
  });

  it('begins where it is told', async (context) => {
    const host = databaseHost(context, { now: NOW });
    fill(host);
    const of = async (since: string) =>
      ((await host.json('history', 'a1', '--since', since)) as { transitions: unknown[] }).transitions.length;
    assert.equal(await of('2m'), 1);
    assert.equal(await of('4m'), 2);
    assert.equal(await of('2026-11-01T23:57'), 2, 'UTC without an offset');
    assert.equal(await of('2026-11-02T00:58:30+01:00'), 1);
    for (const wrong of ['yesterday', '1.5h', '2026-13-01', '2026-11-01T25:00'])
      assert.equal((await host.command('history', 'a1', '--since', wrong)).exitCode, 2, wrong);
  });

  it('of a tenant that nobody knows is exit code 4', async (context) => {
    const host = databaseHost(context);
    for (const name of ['zz', 'not a name']) {
      const { exitCode, stdout, stderr } = await host.command('history', name, '--json');
      assert.deepEqual([exitCode, stdout], [4, '']);
      assert.match(stderr, /no run of .* is kept/u);
    }
  });
});

describe('availability', () => {
  it('shows the worst first, and what is unknown counts for nobody', async (context) => {
    const host = databaseHost(context, { now: NOW });
    fill(host);
    host.store.runs.append(entries(aRun('c3', NOW - MINUTE_MS), aRun('b2', NOW - MINUTE_MS)));
    const { stdout } = await host.command('availability');
    const rows = stdout.split('\n').filter((line) => line.includes('%') && line.startsWith('  '));
    assert.deepEqual(
      rows.map((row) => row.trim().split(/ {2,}/u)),
      [
        ['a1', '33.33 %', '3', '2', '0', '0'],
        ['b2', '100 %', '2', '0', '1', '0'],
        ['c3', '100 %', '1', '0', '0', '0'],
      ],
    );
    assert.match(stdout, /^77\.77 % on average over 3 tenants$/mu);
    assert.match(
      (await host.command('availability', '--limit', '1')).stdout,
      /and 2 more that are no worse/u,
    );
    assert.equal(((await host.json('availability', 'b2')) as { tenants: unknown[] }).tenants.length, 1);
    assert.equal((await host.command('availability', 'zz')).exitCode, 4);
    assert.equal((await host.command('availability', '--limit', '0')).exitCode, 2);
  });
});

describe('export', () => {
  const lines = (text: string): readonly string[] => text.trimEnd().split(/\r?\n/u);

  it('prints every run once over many pages, newest first', async (context) => {
    const host = databaseHost(context, { now: NOW });
    const runs = Array.from({ length: 4_500 }, (_, index) => aRun('a1', NOW - 1 - index * 1_000));
    host.store.runs.append(entries(...runs, failing('b2', NOW - 1)));
    const { stdout } = await host.command('export');
    const times = lines(stdout).map((line) => (JSON.parse(line) as { at: string }).at);
    assert.equal(times.length, 4_501);
    assert.equal(new Set(times.slice(0, 4_500)).size, 4_500);
    assert.equal(times[0], new Date(NOW - 1).toISOString());
    const { length } = JSON.parse((await host.command('export', '--json')).stdout) as unknown[];
    assert.equal(length, 4_501);
    const since = await host.command('export', '--tenant', 'a1', '--since', '10m', '--until', '5m');
    assert.equal(lines(since.stdout).length, 300);
  });

  it('has a CSV form of fixed columns', async (context) => {
    const host = databaseHost(context, { now: NOW });
    host.store.runs.append(entries(failing('b2', NOW - 1_000)));
    const { stdout } = await host.command('export', '--format', 'csv');
    assert.equal(
      stdout,
      'tenant,at,verdict,code,trigger,duration_ms,resolve_ms,connect_ms,handshake_ms,first_byte_ms,transfer_ms,direct_ms,not_passed\r\n' +
        'b2,2026-11-01T23:59:59.000Z,fail,certificate-on-tenant-app,schedule,81.2,3.4,11,24.5,31.1,0.4,40,tls-handshake=fail:eof-during-handshake\r\n',
    );
  });

  it('of nothing is an empty document of its form', async (context) => {
    const host = databaseHost(context);
    assert.equal((await host.command('export')).stdout, '');
    assert.deepEqual(JSON.parse((await host.command('export', '--format', 'json')).stdout), []);
    assert.equal(lines((await host.command('export', '--format', 'csv')).stdout).length, 1);
    assert.equal((await host.command('export', '--tenant', 'zz')).exitCode, 4);
  });

  it('stops reading when nobody reads what it writes', async (context) => {
    const written: string[] = [];
    const stdout = {
      write: (text: string) => void written.push(text),
      drained: () => Promise.resolve(false),
      isTTY: false,
    };
    const host = databaseHost(context, { now: NOW, host: { stdout } });
    host.store.runs.append(
      entries(...Array.from({ length: 4_500 }, (_, index) => aRun('a1', NOW - 1 - index))),
    );
    assert.equal((await host.command('export')).exitCode, 0);
    assert.equal(lines(written.join('')).length, 2_000);
  });
});

describe('backup', () => {
  it('copies, and replaces an older copy', async (context) => {
    const host = databaseHost(context);
    writeFileSync(join(host.folder, 'copy.db'), 'older');
    const { exitCode, stdout } = await host.command('backup', 'copy.db');
    assert.equal(exitCode, 0);
    assert.match(stdout, /copy\.db: \d+ bytes in /u);
    assert.match((await host.command('status', '--store', 'copy.db')).stdout, /^tenants {3}3/mu);
  });

  for (const [target, complaint] of [
    ['nowhere/copy.db', /the folder .*nowhere does not exist/u],
    ['.', /is a folder: name a file/u],
    ['tenantwatch.db', /cannot replace the database itself/u],
  ] as const)
    it(`to ${target} is refused`, async (context) => {
      const { exitCode, stderr } = await databaseHost(context).command('backup', target);
      assert.equal(exitCode, 2);
      assert.match(stderr, complaint);
    });
});
