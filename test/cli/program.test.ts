import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { PROBLEM_CODES } from '../../src/model/problem.ts';
import { MINIMAL } from '../config/workspace.ts';
import { run } from './host.ts';

/** The commands that a help lists. */
function commandsIn(help: string): readonly string[] {
  const [, list = ''] = /^Commands:\n((?: {2}.*\n)+)/mu.exec(help) ?? [];
  return [...list.matchAll(/^ {2}([a-z]+)(?=[\s|[])/gmu)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'help');
}

describe('the program', () => {
  it('prints help with examples for itself and every command', async () => {
    const { exitCode, stdout } = await run(['--help']);
    assert.equal(exitCode, 0);
    const commands = commandsIn(stdout);
    assert.ok(commands.includes('verify') && commands.includes('config') && commands.includes('explain'));
    for (const command of commands) {
      const help = await run([command, '--help']);
      assert.equal(help.exitCode, 0, command);
      assert.match(help.stdout, /Exit codes:/, command);
      assert.match(help.stdout, /Examples:\n {2}tenantwatch /, command);
      for (const below of commandsIn(help.stdout)) {
        const own = await run([command, below, '--help']);
        assert.match(own.stdout, /Exit codes:/, `${command} ${below}`);
      }
    }
  });

  it('prints its version', async () => {
    const { exitCode, stdout } = await run(['--version']);
    assert.deepEqual([exitCode, stdout], [0, '1.2.3\n']);
  });

  it('ends with 2 for a command that it does not know', async () => {
    const { exitCode, stdout, stderr } = await run(['verfy']);
    assert.deepEqual([exitCode, stdout], [2, '']);
    assert.match(stderr, /^tenantwatch: unknown command 'verfy'\n\(Did you mean verify\?\)/);
  });

  it('takes a word after a group for a command that it does not know, though the group lists without one', async () => {
    for (const [args, says] of [
      [
        ['incidents', '999bc6549a64'],
        /incidents has no command "999bc6549a64"; there are: list, show, ack, /,
      ],
      [['silence', 'ad'], /silence has no command "ad"; did you mean add\?/],
      [['tenants', 'acept'], /tenants has no command "acept"; did you mean accept\?/],
    ] as const) {
      const { exitCode, stdout, stderr } = await run(args);
      assert.deepEqual([exitCode, stdout], [2, '']);
      assert.match(stderr, says);
    }
  });

  it('ends with 2 without a command, and shows what there is', async () => {
    const { exitCode, stderr } = await run([]);
    assert.equal(exitCode, 2);
    assert.match(stderr, /Usage: tenantwatch/);
  });
});

describe('config', () => {
  let cwd = '';
  before(() => {
    cwd = mkdtempSync(join(tmpdir(), 'tenantwatch-cli-config-'));
    writeFileSync(
      join(cwd, 'tenantwatch.yaml'),
      `${MINIMAL}alerts: {channels: [{name: a, type: slack, webhookUrl: "\${HOOK}"}, {name: b, type: slack, webhookUrl: "https://hooks.example/sesame"}]}\n`,
    );
    writeFileSync(join(cwd, 'bad.yaml'), 'platform: {domain: x}\nalert: {}\n');
  });
  after(() => {
    rmSync(cwd, { recursive: true });
  });
  const env = { HOOK: 'https://hooks.example/from-env' };

  it('check is content, secrets included', async () => {
    const ran = await run(['config', 'check'], { cwd, env });
    assert.deepEqual([ran.exitCode, ran.stderr], [0, '']);
    assert.match(ran.stdout, /tenantwatch\.yaml: the configuration can be used\n$/);
    assert.doesNotMatch(ran.stdout, /hint/);
  });

  it('check hints at incidents that nobody is told of', async () => {
    const ran = await run(['config', 'check', '--domain', 'x.io', '--management-app', 'm', '--org', 'o'], {
      env: {},
    });
    assert.equal(ran.exitCode, 0);
    assert.equal(
      ran.stdout,
      'hint: alerts.channels: there are none: nobody is told of incidents\nflags and environment: the configuration can be used\n',
    );
  });

  it('check names a missing secret', async () => {
    const ran = await run(['config', 'check'], { cwd, env: {} });
    assert.equal(ran.exitCode, 2);
    assert.equal(
      ran.stderr,
      'tenantwatch: tenantwatch.yaml:6: alerts.channels[0].webhookUrl: ${HOOK}: the environment variable HOOK is not set\n',
    );
  });

  it('check names everything, also as JSON', async () => {
    const ran = await run(['config', 'check', '--config', 'bad.yaml', '--json'], { cwd, env: {} });
    assert.equal(ran.exitCode, 2);
    const { ok, issues } = JSON.parse(ran.stdout) as {
      ok: boolean;
      issues: { file: string; line: number; key: string }[];
    };
    assert.equal(ok, false);
    assert.deepEqual(
      issues.map(({ file, line, key }) => `${file}:${line} ${key}`),
      [
        'bad.yaml:1 platform.domain',
        'bad.yaml:1 platform.managementApp',
        'bad.yaml:1 fly.org',
        'bad.yaml:2 alert',
      ],
    );
  });

  it('show prints the settings in effect with secrets hidden, as YAML and as JSON', async () => {
    const yaml = await run(['config', 'show'], { cwd, env });
    const json = await run(['config', 'show', '--json'], { cwd, env });
    assert.deepEqual([yaml.exitCode, json.exitCode], [0, 0]);
    assert.deepEqual(parse(yaml.stdout), JSON.parse(json.stdout));
    assert.doesNotMatch(yaml.stdout + json.stdout, /sesame|from-env/);
    assert.match(yaml.stdout, /webhookUrl: \$\{HOOK\}/);
    assert.match(yaml.stdout, /edge: 60s/);
  });

  it('show needs no secret', async () => {
    assert.equal((await run(['config', 'show'], { cwd, env: {} })).exitCode, 0);
  });

  it('schema prints JSON Schema', async () => {
    const { stdout } = await run(['config', 'schema']);
    assert.equal(
      (JSON.parse(stdout) as { $schema: string }).$schema,
      'https://json-schema.org/draft/2020-12/schema',
    );
  });
});

it('--json is --format json wherever it is', async () => {
  for (const command of [['config', 'check'], ['config', 'show'], ['config', 'schema'], ['explain']]) {
    const short = await run([...command, '--json']);
    assert.doesNotThrow(() => void JSON.parse(short.stdout), command.join(' '));
    assert.equal((await run([...command, '--format', 'json'])).stdout, short.stdout, command.join(' '));
  }
});

describe('explain', () => {
  it('lists every problem', async () => {
    const { exitCode, stdout } = await run(['explain']);
    assert.equal(exitCode, 0);
    for (const code of PROBLEM_CODES) assert.ok(stdout.includes(`  ${code} `), code);
  });

  it('explains one, also as JSON', async () => {
    const { stdout } = await run(['explain', 'certificate-on-tenant-app']);
    assert.match(stdout, /certificate-on-tenant-app/);
    const json = await run(['explain', 'certificate-on-tenant-app', '--json']);
    const { code, curedByWaiting } = JSON.parse(json.stdout) as { code: string; curedByWaiting: boolean };
    assert.deepEqual([code, curedByWaiting], ['certificate-on-tenant-app', false]);
  });

  it('helps with a typing error', async () => {
    const { exitCode, stderr } = await run(['explain', 'certificate-on-tenant-ap']);
    assert.equal(exitCode, 2);
    assert.match(stderr, /did you mean certificate-on-tenant-app\?/);
  });
});
