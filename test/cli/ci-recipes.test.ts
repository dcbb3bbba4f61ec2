import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parse } from 'yaml';
import { FLY_ENV, run } from './host.ts';
import { HEALTHY } from '../reports/results.ts';

const ROOT = new URL('../../', import.meta.url);

interface Action {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: {
    readonly using: string;
    readonly steps: readonly {
      readonly id?: string;
      readonly env?: Readonly<Record<string, string>>;
      readonly run?: string;
    }[];
  };
}
interface Recipe {
  readonly variables: Readonly<Record<string, string>>;
  readonly script: readonly string[];
  readonly allow_failure: { readonly exit_codes: number };
  readonly artifacts: { readonly reports: { readonly junit: string } };
}

const { version: VERSION } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
  readonly version: string;
};
const load = (path: string): unknown => parse(readFileSync(new URL(path, ROOT), 'utf8'));
const action = load('action.yml') as Action;
const step = action.runs.steps.find(({ id }) => id === 'verify');
const recipe = (load('config/gitlab-ci.yml') as Record<string, Recipe>)['.tenantwatch-verify'];

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantwatch-ci-'));
  // Stands in for npx: one argument a line, then the exit code that the test wants.
  writeFileSync(join(folder, 'npx'), '#!/bin/sh\nprintf "%s\\n" "$@"\nexit "${STUB_EXIT:-0}"\n');
  chmodSync(join(folder, 'npx'), 0o755);
});
after(() => {
  rmSync(folder, { recursive: true });
});

function shell(
  command: string,
  script: string,
  env: Readonly<Record<string, string>>,
): { args: readonly string[]; status: number | null; stderr: string } {
  const { PATH = '' } = process.env;
  const flags = command === 'bash' ? ['--noprofile', '--norc', '-eo', 'pipefail', '-c'] : ['-ec'];
  const { stdout, stderr, status } = spawnSync(command, [...flags, script], {
    cwd: folder,
    env: { PATH: `${folder}${delimiter}${PATH}`, ...env },
    encoding: 'utf8',
  });
  return { args: stdout.split('\n').slice(0, -1), status, stderr };
}

/** What the step would see with these inputs, the others at their defaults. */
function act(inputs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const values = Object.fromEntries(
    Object.entries(step?.env ?? {}).map(([name, expression]) => {
      const input = /^\$\{\{ inputs\.([a-z-]+) \}\}$/.exec(expression)?.[1] ?? '';
      return [name, inputs[input] ?? action.inputs[input]?.default ?? ''];
    }),
  );
  return shell('bash', step?.run ?? '', { ...values, ...env });
}

describe('the GitHub action', () => {
  it('hands every input to the script as a variable, and pastes none into it', () => {
    assert.equal(action.runs.using, 'composite');
    const handed = Object.values(step?.env ?? {}).map(
      (expression) => /inputs\.([a-z-]+)/.exec(expression)?.[1] ?? '',
    );
    assert.deepEqual(handed.toSorted(), Object.keys(action.inputs).toSorted());
    for (const name of Object.keys(step?.env ?? {}))
      assert.ok(
        step?.run?.includes(`"$${name}"`) === true || step?.run?.includes(`@$${name}"`) === true,
        name,
      );
    assert.doesNotMatch(step?.run ?? '', /\$\{\{/);
  });

  it('asks for what is asked of it', () => {
    assert.deepEqual(act({ tenants: '999bc6549a64\n0a1b2c3d4e5f ' }).args, [
      '--yes',
      `tenantwatch@${VERSION}`,
      'verify',
      '--wait',
      '5m',
      '--successes',
      '1',
      '--format',
      'github',
      '--',
      '999bc6549a64',
      '0a1b2c3d4e5f',
    ]);
    assert.deepEqual(
      act({
        all: 'true',
        strict: 'true',
        claims: 'true',
        timeout: '1m',
        'no-fly': 'true',
        junit: 'a b.xml',
        json: 'r.json',
        version: '1.2.3',
      }).args,
      [
        '--yes',
        'tenantwatch@1.2.3',
        'verify',
        '--wait',
        '5m',
        '--successes',
        '1',
        '--all',
        '--timeout',
        '1m',
        '--strict',
        '--claims',
        '--no-fly',
        '--format',
        'json',
        '--output',
        'r.json',
        '--format',
        'junit',
        '--output',
        'a b.xml',
        '--format',
        'github',
        '--',
      ],
    );
  });

  it('runs nothing that an input says', () => {
    const { args, status } = act({
      tenants: '$(touch owned) ;touch owned',
      domain: '"; touch owned; "',
      wait: '`touch owned`',
    });
    assert.equal(status, 0);
    assert.ok(
      args.includes('"; touch owned; "') && args.includes('$(touch') && args.includes('`touch owned`'),
    );
    assert.throws(() => readFileSync(join(folder, 'owned')));
  });

  it('ends as verify ends', () => {
    for (const code of [0, 1, 2, 3, 4])
      assert.equal(act({ all: 'true' }, { STUB_EXIT: String(code) }).status, code);
  });

  it('passes options that verify takes, and has the outputs that it writes', async () => {
    const output = join(folder, 'output');
    const env = { ...FLY_ENV, GITHUB_OUTPUT: output };
    const args = act({
      tenants: '999bc6549a64',
      strict: 'true',
      junit: 'junit.xml',
      json: 'r.json',
      domain: 'systemprompt.io',
      org: 'o',
      'management-app': 'm',
    }).args.slice(2);
    assert.equal((await run(args, { env, cwd: folder, rounds: () => HEALTHY })).exitCode, 0);
    const written = [...readFileSync(output, 'utf8').matchAll(/^([a-z-]+)<</gm)].map(([, name = '']) => name);
    assert.deepEqual(written.toSorted(), Object.keys(action.outputs).toSorted());
    for (const [name, { value }] of Object.entries(action.outputs))
      assert.equal(value, `\${{ steps.verify.outputs.${name} }}`);
  });
});

describe('every recipe', () => {
  it('runs the version that it came with', () => {
    assert.equal(action.inputs.version?.default, VERSION);
    assert.equal(recipe?.variables.TENANTWATCH_VERSION, VERSION);
    for (const file of ['docs/ci-gate.md', 'config/gitlab-ci.yml']) {
      const text = readFileSync(new URL(file, ROOT), 'utf8');
      const tags = [...text.matchAll(/tenantwatch\/tenantwatch(?:@|\/)([^/\s]+)/g)].map(([, tag]) => tag);
      assert.ok(tags.length > 0, file);
      assert.deepEqual([...new Set(tags)], [`v${VERSION}`], file);
    }
  });
});

describe('the GitLab recipe', () => {
  it('passes options that verify takes, and reports where GitLab looks', async () => {
    assert.ok(recipe !== undefined);
    const script = recipe.script.join('\n');
    const { args, status, stderr } = shell('sh', script, {
      ...recipe.variables,
      TENANTWATCH_TENANTS: '999bc6549a64 0a1b2c3d4e5f',
      TENANTWATCH_OPTIONS: '--strict',
    });
    assert.deepEqual([status, stderr], [0, '']);
    assert.deepEqual(args.slice(0, 3), ['--yes', `tenantwatch@${VERSION}`, 'verify']);
    assert.deepEqual(args.slice(-4), ['--strict', '--', '999bc6549a64', '0a1b2c3d4e5f']);
    const ran = await run(args.slice(2), { cwd: folder, rounds: () => HEALTHY });
    assert.equal(ran.exitCode, 0);
    assert.match(readFileSync(join(folder, recipe.artifacts.reports.junit), 'utf8'), /<testsuites /);
  });

  it('ends as verify ends, and takes could-not-tell for a warning', () => {
    assert.equal(recipe?.allow_failure.exit_codes, 3);
    assert.equal(shell('sh', recipe.script.join('\n'), { ...recipe.variables, STUB_EXIT: '1' }).status, 1);
  });
});
