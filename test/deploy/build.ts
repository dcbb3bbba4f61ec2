import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { ROOT, read } from './commands.ts';
import { parseCopy, parseDockerfile, type Instruction, type Stage } from './dockerfile.ts';

/**
 * Carries out the instructions of the Dockerfile in folders instead of containers; the folder that becomes /app.
 * Two things are not done twice: the install that this checkout has made already, and the check of types, which is `npm run check`.
 */
export function buildImage(folder: string): string {
  const at = (stage: Stage): string => join(folder, stage.name ?? 'image');
  for (const stage of parseDockerfile(read('Dockerfile'))) {
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
      // A file goes into a folder; a folder is copied as what the target names.
      const intoFolder = target === './' || (target.endsWith('/') && statSync(join(ROOT, source)).isFile());
      const to = resolve(workdir, target, intoFolder ? basename(source) : '.');
      if (from === null) cpSync(join(ROOT, source), to, { recursive: true });
      else renameSync(join(folder, from, source), to);
      if (source === 'tsconfig.build.json') leaveTypesUnchecked(to);
    }
  }

  function run(command: string, workdir: string, stage: Stage): void {
    if (command.startsWith('install -d -o node')) return;
    if (command.startsWith('npm ci') && !command.includes('--omit=dev')) {
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

/** What `npm publish` would upload, of what was built; the folder that holds the one tarball, and its list of files. */
export function packPackage(
  app: string,
  folder: string,
): { readonly tarball: string; readonly files: string[] } {
  const { files } = JSON.parse(read('package.json')) as { readonly files: readonly string[] };
  mkdirSync(folder, { recursive: true });
  for (const path of ['package.json', 'README.md', 'LICENSE', ...files])
    cpSync(join(path === 'dist' ? app : ROOT, path), join(folder, path), { recursive: true });
  const packed = spawnSync('npm', ['pack', '--ignore-scripts', '--json'], {
    cwd: folder,
    encoding: 'utf8',
    env: plainEnv(),
  });
  assert.equal(packed.status, 0, packed.stderr);
  const list = JSON.parse(packed.stdout) as unknown;
  const entries = Object.values(list as Readonly<Record<string, Packed>>);
  const [entry] = entries;
  assert.ok(entry !== undefined);
  return { tarball: join(folder, entry.filename), files: entry.files.map(({ path }) => path) };
}

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

function leaveTypesUnchecked(file: string): void {
  const settings = JSON.parse(readFileSync(file, 'utf8')) as { readonly compilerOptions: object };
  const compilerOptions = { ...settings.compilerOptions, noCheck: true };
  writeFileSync(file, JSON.stringify({ ...settings, compilerOptions }));
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
