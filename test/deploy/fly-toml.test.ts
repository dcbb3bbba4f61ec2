import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'smol-toml';
import { read } from './commands.ts';
import { parseDockerfile } from './dockerfile.ts';

interface FlyToml {
  readonly kill_signal: string;
  readonly kill_timeout: string;
  readonly build: { readonly dockerfile: string };
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly { readonly guest_path: string; readonly local_path: string }[];
  readonly mounts: readonly { readonly destination: string }[];
  readonly http_service: {
    readonly internal_port: number;
    readonly auto_stop_machines: string;
    readonly min_machines_running: number;
    readonly checks: readonly { readonly method: string; readonly path: string }[];
  };
}

const FLY = parse(read('fly.toml')) as unknown as FlyToml;
const IMAGE = parseDockerfile(read('Dockerfile')).at(-1)?.instructions ?? [];
const instruction = (word: string): string => IMAGE.find((one) => one.word === word)?.text ?? '';

describe('fly.toml', () => {
  it('is checked at /livez: a platform that is down must not restart its monitor', () => {
    assert.deepEqual(
      FLY.http_service.checks.map(({ method, path }) => [method, path]),
      [['GET', '/livez']],
    );
  });

  it('never sends the monitor to sleep', () => {
    assert.equal(FLY.http_service.auto_stop_machines, 'off');
    assert.ok(FLY.http_service.min_machines_running >= 1);
  });

  it('fits the Dockerfile and the configuration for containers', () => {
    assert.equal(FLY.build.dockerfile, 'Dockerfile');
    assert.equal(FLY.mounts[0]?.destination, instruction('VOLUME'));
    assert.equal(String(FLY.http_service.internal_port), instruction('EXPOSE'));
    const config = FLY.env.TENANTWATCH_CONFIG ?? '';
    assert.ok(instruction('ENV').includes(`TENANTWATCH_CONFIG=${config}`));
    assert.deepEqual(
      FLY.files.map(({ guest_path, local_path }) => [guest_path, local_path]),
      [[config, 'tenantwatch.yaml']],
    );
    const container = read('config/tenantwatch.container.yaml');
    assert.match(container, new RegExp(`listen: 0\\.0\\.0\\.0:${instruction('EXPOSE')}\\b`));
    assert.match(container, new RegExp(`path: ${instruction('VOLUME')}/`));
  });

  it('lets the daemon stop by itself, which takes up to 4 s', () => {
    assert.equal(FLY.kill_signal, 'SIGTERM');
    assert.ok(Number.parseInt(FLY.kill_timeout, 10) > 4);
  });
});
