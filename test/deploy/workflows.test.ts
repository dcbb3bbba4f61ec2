import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { ROOT, read } from './commands.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}
interface Job {
  readonly 'timeout-minutes'?: number;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: { readonly node?: readonly number[] } };
  readonly needs?: string | readonly string[];
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FILES = readdirSync(join(ROOT, '.github/workflows')).map((name) => `.github/workflows/${name}`);
const WORKFLOWS = new Map(FILES.map((file) => [file, parse(read(file)) as Workflow]));
const jobs = [...WORKFLOWS].flatMap(([file, { jobs: all }]) =>
  Object.entries(all).map(([name, job]) => ({ where: `${file}: ${name}`, job })),
);
const steps = jobs.flatMap(({ where, job }) => job.steps.map((step) => ({ where, step })));
const scripts = (JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> })
  .scripts;
const ci = WORKFLOWS.get('.github/workflows/ci.yml');
const release = WORKFLOWS.get('.github/workflows/release.yml');

describe('the workflows', () => {
  it('name each action by its commit, with the version beside it: a tag can be moved', () => {
    for (const file of FILES)
      for (const [line] of read(file).matchAll(/^.*\buses:.*$/gm))
        assert.match(line, /uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, file);
  });

  it('may only read, unless a job says what else it needs, and none runs for hours', () => {
    for (const [file, { permissions }] of WORKFLOWS)
      assert.deepEqual(permissions, { contents: 'read' }, file);
    for (const { where, job } of jobs) assert.ok((job['timeout-minutes'] ?? 999) <= 30, where);
    const writing = jobs.filter(({ job }) => Object.values(job.permissions ?? {}).includes('write'));
    assert.deepEqual(writing.map(({ where }) => where.replace('.github/workflows/', '')).toSorted(), [
      'codeql.yml: analyze',
      'release.yml: github',
      'release.yml: image',
      'release.yml: npm',
    ]);
  });

  it('leave no credentials in the checkout', () => {
    for (const { where, step } of steps)
      if (step.uses?.startsWith('actions/checkout@') === true)
        assert.equal(step.with?.['persist-credentials'], false, where);
  });

  it('paste nothing into a script that an outsider can write', () => {
    for (const { where, step } of steps)
      for (const [, expression = ''] of (step.run ?? '').matchAll(/\$\{\{ (.+?) \}\}/g))
        assert.match(expression, /^(?:matrix\.node|github\.repository)$/, where);
  });

  it('have scripts that a shell understands, and run only npm scripts that exist', () => {
    for (const { where, step } of steps) {
      if (step.run === undefined) continue;
      const { status, stderr } = spawnSync('bash', ['-n'], { input: step.run, encoding: 'utf8' });
      assert.equal(status, 0, `${where}: ${stderr}`);
      for (const [, name = ''] of step.run.matchAll(/npm run ([\w:]+)/g))
        assert.ok(name in scripts, `${where}: ${name}`);
    }
  });

  it('check and test on both lines that are supported, each on its own Node', () => {
    assert.deepEqual(ci?.jobs.test?.strategy?.matrix.node, [24, 26]);
    const { engines } = JSON.parse(read('package.json')) as { readonly engines: { readonly node: string } };
    assert.equal(engines.node, '>=24');
    // What the step removes: the pinned Node that npm scripts would run on.
    assert.ok(ci.jobs.test.steps.some(({ run }) => run?.includes('rm -f node_modules/.bin/node') === true));
    const runs = ci.jobs.test.steps.map(({ run }) => run);
    assert.ok(runs.includes('npm run check') && runs.includes('npm test'));
  });

  it('install what the conformance tests need', () => {
    const packages = /^packages=\((.*)\)$/m.exec(read('.ci/run'))?.[1]?.split(' ') ?? [];
    assert.ok(packages.length > 3);
    const install = ci?.jobs.test?.steps.map(({ run = '' }) => run).join('\n') ?? '';
    for (const name of packages) assert.match(install, new RegExp(`\\b${name}\\b`));
  });

  it('release only what was tested, with provenance, and the SBOM beside it', () => {
    assert.deepEqual([release?.jobs.npm?.needs, release?.jobs.image?.needs], ['test', 'test']);
    const all = Object.values(release?.jobs ?? {}).flatMap((job) => job.steps.map(({ run = '' }) => run));
    const script = all.join('\n');
    assert.match(script, /npm publish --provenance/);
    assert.match(script, /npm sbom --sbom-format cyclonedx/);
    assert.match(script, /buildx build .*--provenance=mode=max --sbom=true/);
    assert.equal(release?.jobs.npm?.permissions?.['id-token'], 'write');
  });
});

describe('Dependabot', () => {
  it('looks at every place that names versions', () => {
    const { updates } = parse(read('.github/dependabot.yml')) as {
      readonly updates: readonly {
        'package-ecosystem': string;
        directory?: string;
        directories?: readonly string[];
      }[];
    };
    assert.deepEqual(
      updates.map((one) => one['package-ecosystem']),
      ['npm', 'github-actions', 'docker', 'docker-compose'],
    );
    for (const { directory, directories = [] } of updates)
      for (const folder of [...directories, ...(directory === undefined ? [] : [directory])])
        assert.ok(existsSync(join(ROOT, folder)), folder);
  });
});
