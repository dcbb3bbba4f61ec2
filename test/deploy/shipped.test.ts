import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { request } from 'undici';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { workplaceFor, type Workplace } from '../support/program.ts';
import { until } from '../support/until.ts';
import { buildImage, packPackage } from './build.ts';
import { ROOT, read } from './commands.ts';
import { parseDockerfile } from './dockerfile.ts';

const IMAGE = parseDockerfile(read('Dockerfile')).at(-1);
const instruction = (word: string): string =>
  IMAGE?.instructions.find((one) => one.word === word)?.text ?? '';
const PACKAGE = JSON.parse(read('package.json')) as {
  readonly version: string;
  readonly bin: { readonly tenantwatch: string };
  readonly files: readonly string[];
};

describe('what is shipped, built as the Dockerfile says', () => {
  let folder = '';
  let app = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tenantwatch-shipped-'));
    app = buildImage(folder);
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  describe('the image', () => {
    let sandbox: Sandbox;
    let place: Workplace;
    let child: ChildProcess | undefined;
    before(async () => {
      sandbox = await startSandbox({ tenants: 1 });
      place = workplaceFor(sandbox);
    });
    after(async () => {
      child?.kill('SIGKILL');
      await sandbox.close();
      place.remove();
    });

    it('starts by its own command, passes its own health check, serves pages with their files, and stops with 0', async () => {
      const [, ...entrypoint] = JSON.parse(instruction('ENTRYPOINT')) as string[];
      const args = [...entrypoint, ...(JSON.parse(instruction('CMD')) as string[])];
      child = spawn(
        process.execPath,
        args.map((arg) => arg.replace(/^\/app\//, `${app}/`)),
        {
          cwd: place.folder,
          env: { ...place.env, TENANTWATCH_CONFIG: place.file, NODE_ENV: 'production' },
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

      const health = /CMD (\[.*\])$/.exec(instruction('HEALTHCHECK'))?.[1] ?? '[]';
      const checked = (at: string): number | null => {
        const [, ...probe] = JSON.parse(health.replace('http://127.0.0.1:9480', at)) as string[];
        return spawnSync(process.execPath, probe).status;
      };
      assert.equal(checked(url), 0);
      assert.notEqual(checked('http://127.0.0.1:1'), 0);

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
  });

  describe('the package, unpacked in an empty folder', () => {
    let files: readonly string[] = [];
    let consumer = '';
    before(() => {
      const packed = packPackage(app, join(folder, 'pack'));
      files = packed.files;
      consumer = join(folder, 'consumer');
      const installed = join(consumer, 'node_modules/tenantwatch');
      cpSync(join(app, 'node_modules'), join(consumer, 'node_modules'), { recursive: true });
      mkdirSync(installed);
      const ran = spawnSync('tar', ['-xzf', packed.tarball, '--strip-components=1', '-C', installed]);
      assert.equal(ran.status, 0, String(ran.stderr));
    });

    const run = (program: string, ...args: readonly string[]): { status: number | null; output: string } => {
      const env = { PATH: process.env.PATH, HOME: consumer };
      const { status, stdout, stderr } = spawnSync(program, args, { cwd: consumer, env, encoding: 'utf8' });
      return { status, output: stdout + stderr };
    };
    const tenantwatch = (...args: readonly string[]): ReturnType<typeof run> =>
      run(process.execPath, join('node_modules/tenantwatch', PACKAGE.bin.tenantwatch), ...args);

    it('holds all that it promises, and nothing that only builds or tests', () => {
      for (const promised of [...PACKAGE.files, 'README.md', 'LICENSE', 'dist/index.d.ts'])
        assert.ok(
          files.some((path) => path === promised || path.startsWith(`${promised}/`)),
          promised,
        );
      const allowed = new RegExp(
        `^(?:package\\.json|README\\.md|LICENSE|(?:${PACKAGE.files.join('|')})(?:/|$))`,
      );
      assert.deepEqual(
        files.filter((path) => !allowed.test(path) || /\.test\.[jt]s|(?:^|\/)\.env|\.db$|\.pem$/.test(path)),
        [],
      );
    });

    it('runs: its version, its runbooks, and a calm refusal without a configuration', () => {
      assert.deepEqual(tenantwatch('--version'), { status: 0, output: `${PACKAGE.version}\n` });
      assert.match(tenantwatch('explain', 'dns-override').output, /dns-override/);
      const { status, output } = tenantwatch('config', 'check');
      assert.equal(status, 2);
      assert.match(output, /there is no tenantwatch\.yaml .*`tenantwatch init` writes one/);
    });

    it('is a library with types: the example of the documentation compiles, and prints what it says', () => {
      const example = /^```ts\n([\s\S]*?)^```$/m.exec(read('docs/library.md'))?.[1] ?? '';
      const said = [...example.matchAll(/^console\.log\(.*\); \/\/ (.+)$/gm)].map(([, text = '']) => text);
      assert.equal(said.length, 3);
      writeFileSync(join(consumer, 'package.json'), '{"type":"module"}');
      // If the types were not found, everything would be `any`, and nothing an error.
      const wrong = "\n// @ts-expect-error: no problem has this code\nCATALOGUE['no-such-problem'].title;\n";
      writeFileSync(join(consumer, 'example.mts'), example);
      writeFileSync(join(consumer, 'wrong.mts'), example + wrong);
      const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
      const options = [
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        '--target',
        'es2024',
        '--module',
        'nodenext',
      ];
      const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')];
      assert.deepEqual(run(process.execPath, tsc, ...options, ...types, 'example.mts', 'wrong.mts'), {
        status: 0,
        output: '',
      });
      assert.deepEqual(run(process.execPath, 'example.mts'), { status: 0, output: `${said.join('\n')}\n` });
    });
  });
});
