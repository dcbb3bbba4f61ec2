import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/index.ts';
import { ROOT, read } from './commands.ts';

interface Service {
  readonly image: string;
  readonly build?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly secrets?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly environment: string }>>;
  readonly volumes: Readonly<Record<string, null>>;
}

const TEXT = read('compose.yaml');
const COMPOSE = parse(TEXT) as Compose;
const ENV_NAMES = [...read('config/compose.env').matchAll(/^([A-Z_]+)=$/gm)].map(([, name = '']) => name);
const services = Object.entries(COMPOSE.services);

describe('compose.yaml', () => {
  it('mounts only what exists, and the configuration that its comment tells to make', () => {
    for (const [name, { volumes = [] }] of services) {
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        if (!source.startsWith('./')) assert.ok(source in COMPOSE.volumes, `${name}: ${volume}`);
        else if (source !== './tenantwatch.yaml') {
          assert.ok(existsSync(join(ROOT, source)), `${name}: ${volume}`);
          assert.match(volume, /:ro$/);
        }
      }
    }
    assert.match(
      TEXT,
      /cp config\/tenantwatch\.container\.yaml tenantwatch\.yaml && cp config\/compose\.env \.env/,
    );
  });

  it('publishes on loopback only', () => {
    const ports = services.flatMap(([, { ports: published = [] }]) => published);
    assert.ok(ports.length >= 4);
    for (const port of ports) assert.match(port, /^127\.0\.0\.1:\d+:\d+$/);
  });

  it('names a version of every image that it does not build', () => {
    for (const [name, { image, build }] of services)
      if (build === undefined) assert.match(image, /:v?\d+\.\d+\.\d+$/, name);
  });

  it('asks for every variable that it needs, and the example lists each', () => {
    const needed = new Set([...TEXT.matchAll(/\$\{([A-Z_]+):\?/g)].map(([, name = '']) => name));
    const named = new Set([...TEXT.matchAll(/\$\{([A-Z_]+)/g)].map(([, name = '']) => name));
    assert.deepEqual([...needed].toSorted(), [...named].toSorted());
    assert.deepEqual(ENV_NAMES.toSorted(), [...needed].toSorted());
    for (const { environment } of Object.values(COMPOSE.secrets)) assert.ok(needed.has(environment));
  });

  it('gives the daemon a read-only root without capabilities, and the variables that its configuration reads', () => {
    const daemon = COMPOSE.services.tenantwatch;
    assert.equal(daemon?.read_only, true);
    assert.deepEqual(daemon.cap_drop, ['ALL']);
    const read = [...config().matchAll(/\$\{([A-Z_]+)\}/g)].map(([, name = '']) => name);
    for (const name of read) assert.ok(daemon.environment?.[name] !== undefined, name);
  });

  it('lets Prometheus scrape the daemon where it listens, with a token of its own', () => {
    const prometheus = parse(read('config/prometheus/prometheus.yml')) as {
      scrape_configs: readonly {
        job_name: string;
        authorization?: { credentials_file: string };
        static_configs: readonly { targets: readonly string[] }[];
      }[];
      alerting: { alertmanagers: readonly { static_configs: readonly { targets: readonly string[] }[] }[] };
    };
    const job = prometheus.scrape_configs.find(({ job_name }) => job_name === 'tenantwatch');
    assert.deepEqual(job?.static_configs, [{ targets: ['tenantwatch:9480'] }]);
    assert.equal(job.authorization?.credentials_file, '/run/secrets/metrics-token');
    assert.deepEqual(COMPOSE.services.prometheus?.secrets, ['metrics-token']);
    const [peer] = prometheus.alerting.alertmanagers[0]?.static_configs[0]?.targets ?? [];
    assert.ok((peer?.split(':')[0] ?? '') in COMPOSE.services);
  });

  it('puts the dashboard and its data source where Grafana looks', () => {
    const provider = parse(read('config/grafana/provisioning/dashboards/tenantwatch.yml')) as {
      providers: readonly { options: { path: string } }[];
    };
    const folder = provider.providers[0]?.options.path ?? '';
    const volumes = COMPOSE.services.grafana?.volumes ?? [];
    assert.ok(volumes.some((volume) => volume.startsWith(`./config/grafana/dashboard.json:${folder}/`)));
    const source = parse(read('config/grafana/provisioning/datasources/prometheus.yml')) as {
      datasources: readonly { url: string }[];
    };
    assert.ok(new URL(source.datasources[0]?.url ?? '').hostname in COMPOSE.services);
  });
});

describe('the configuration for containers', () => {
  it('loads with the variables of the example, keeps the database on the volume, and serves nobody without a token', () => {
    const cwd = mkdtempSync(join(tmpdir(), 'tenantwatch-compose-'));
    try {
      const env = Object.fromEntries(
        ENV_NAMES.map((name) => [name, 'https://hooks.example/0123456789abcdef']),
      );
      const path = join(ROOT, 'config/tenantwatch.container.yaml');
      const { config: loaded } = loadConfig({ path, env, cwd, flags: {}, secrets: 'all' });
      assert.equal(loaded.store.path, '/data/tenantwatch.db');
      assert.deepEqual(loaded.server.listen, { host: '0.0.0.0', port: 9480 });
      assert.deepEqual(
        loaded.server.tokens.map(({ name, scopes }) => [name, scopes]),
        [
          ['people', ['read', 'verify', 'operate']],
          ['prometheus', ['read']],
        ],
      );
    } finally {
      rmSync(cwd, { recursive: true });
    }
  });
});

function config(): string {
  return read('config/tenantwatch.container.yaml');
}
