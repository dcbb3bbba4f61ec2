import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { request } from 'undici';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { freePort } from '../support/free-port.ts';
import { startProgram, workplaceFor, type Workplace } from '../support/program.ts';
import { until } from '../support/until.ts';
import { ROOT, read } from './commands.ts';

const BINARY = '/usr/bin/prometheus';
const missing = !existsSync(BINARY) && process.env.REQUIRE_CONFORMANCE !== '1';
const TOKEN = 'metrics-0123456789abcdef0123456789abcdef';
const TENANTS = 2;

describe('the real Prometheus', { skip: missing ? `${BINARY} is not installed` : false }, () => {
  const children: ChildProcess[] = [];
  let sandbox: Sandbox;
  let place: Workplace;
  let folder = '';
  let prometheus = '';

  before(async () => {
    sandbox = await startSandbox({ tenants: TENANTS });
    place = workplaceFor(sandbox, {
      server: {
        listen: '127.0.0.1:0',
        tokens: [{ name: 'prometheus', token: '${METRICS_TOKEN}', scopes: ['read'] }],
      },
    });
    const env = { ...place.env, METRICS_TOKEN: TOKEN };
    const daemon = startProgram(['watch', '--config', place.file, '--log', 'json'], {
      folder: place.folder,
      env,
    });
    children.push(daemon);
    let log = '';
    for (const stream of [daemon.stdout, daemon.stderr])
      stream?.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const url = await until('the daemon to listen', () => {
      if (daemon.exitCode !== null) throw new Error(`the daemon ended: ${log}`);
      return /"url":"([^"]+)"/.exec(log)?.[1];
    });

    folder = mkdtempSync(join(tmpdir(), 'tenantwatch-prometheus-'));
    cpSync(join(ROOT, 'config/prometheus'), folder, { recursive: true });
    const secret = join(folder, 'token');
    writeFileSync(secret, TOKEN);
    // The file as it is shipped; only addresses, paths and the pace are those of this machine.
    const settings = read('config/prometheus/prometheus.yml')
      .replace('tenantwatch:9480', new URL(url).host)
      .replace('alertmanager:9093', '127.0.0.1:1')
      .replace('127.0.0.1:9090', '127.0.0.1:1')
      .replace('/run/secrets/metrics-token', secret)
      .replaceAll('_interval: 30s', '_interval: 200ms');
    writeFileSync(join(folder, 'prometheus.yml'), settings);
    const address = `127.0.0.1:${String(await freePort())}`;
    prometheus = `http://${address}`;
    const config = [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
    ];
    children.push(spawn(BINARY, [...config, `--web.listen-address=${address}`], { stdio: 'ignore' }));
  });
  after(async () => {
    for (const child of children) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
    }
    await sandbox.close();
    place.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const ask = async (path: string): Promise<unknown> => {
    try {
      const { statusCode, body } = await request(`${prometheus}/api/v1/${path}`);
      const text = await body.text();
      return statusCode === 200 ? (JSON.parse(text) as { data: unknown }).data : undefined;
    } catch {
      return undefined; // It starts.
    }
  };
  const value = async (query: string): Promise<number | undefined> => {
    const data = (await ask(`query?query=${encodeURIComponent(query)}`)) as
      { readonly result: readonly { readonly value: readonly [number, string] }[] } | undefined;
    const text = data?.result[0]?.value[1];
    return text === undefined ? undefined : Number(text);
  };

  it('scrapes the daemon by the shipped configuration, with its token, and evaluates every rule', async () => {
    await until('every tenant in a recorded series', async () =>
      (await value('tenantwatch:tenants:count')) === TENANTS ? true : undefined,
    );
    assert.equal(await value('up{job="tenantwatch"}'), 1);
    assert.equal(await value('tenantwatch:tenants_failing:count'), 0);

    const { groups } = await until('every rule to be evaluated', async () => {
      const data = (await ask('rules')) as { readonly groups: readonly RuleGroup[] } | undefined;
      const rules = data?.groups.flatMap((group) => group.rules) ?? [];
      return rules.length > 0 && rules.every(({ health }) => health !== 'unknown') ? data : undefined;
    });
    for (const { name, health, lastError, state } of groups.flatMap((group) => group.rules)) {
      assert.equal(health, 'ok', `${name}: ${lastError ?? ''}`);
      assert.notEqual(state, 'firing', name);
    }
  });
});

interface RuleGroup {
  readonly rules: readonly {
    readonly name: string;
    readonly health: string;
    readonly lastError?: string;
    readonly state?: string;
  }[];
}
