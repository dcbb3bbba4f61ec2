import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { INCIDENT_TENANT, startSandbox } from '../../src/sandbox/index.ts';
import { ROOT } from '../deploy/commands.ts';
import { startProgram, workplaceFor, type Workplace } from '../support/program.ts';
import { until } from '../support/until.ts';
import { openFlyTerminal } from './fly-terminal.ts';
import { standIns } from './stand-ins.ts';

const TOKEN = 'docs-0123456789abcdef0123456789abcdef';
const HOSTNAME = `${INCIDENT_TENANT}.systemprompt.io`;
const APP = `sp-${INCIDENT_TENANT}`;

interface TenantDetail {
  readonly decided: string | null;
  readonly incident: { readonly state: string } | null;
}

export interface Finished {
  readonly exitCode: number | null;
  readonly output: string;
}

/** A sandbox, a daemon that watches it, and a shell in which the commands of the pages run. */
export interface Stage {
  readonly run: (command: string) => Promise<Finished>;
  /** Brings about what a page presupposes, and waits until the daemon has seen it. */
  readonly given: (what: string) => Promise<void>;
  /** Everybody healthy, nobody silenced, an empty folder. */
  readonly nextPage: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const sandbox = await startSandbox({ tenants: 3 });
  const place = workplaceFor(sandbox, {
    // Trouble that comes back with the next page is no flapping, and one good run ends it.
    incidents: { reopenWithin: '1ms', resolveAfter: 1 },
    watch: { inventory: '1s', edge: '1s', platform: '1s', suspects: '1s' },
    server: {
      listen: '127.0.0.1:0',
      tokens: [{ name: 'docs', token: '${TENANTWATCH_TOKEN}', scopes: ['read', 'verify', 'operate'] }],
    },
  });
  const children: ChildProcess[] = [];
  const socket = join(place.folder, 'session.sock');
  const session = startSession(socket, place);
  children.push(session);
  const env: NodeJS.ProcessEnv = {
    ...place.env,
    TENANTWATCH_CONFIG: place.file,
    TENANTWATCH_TOKEN: TOKEN,
    USER: 'ada',
  };
  const daemon = startProgram(['watch', '--config', place.file, '--log', 'json'], {
    folder: place.folder,
    env,
  });
  children.push(daemon);
  let log = '';
  for (const stream of [daemon.stdout, daemon.stderr])
    stream?.on('data', (chunk: Buffer) => (log += chunk.toString()));

  const bin = join(place.folder, 'bin');
  const fly = join(place.folder, 'fly.sock');
  const closeFly = await openFlyTerminal(fly, sandbox);
  const machine = join(place.folder, 'machine');
  standIns(bin, { session: socket, fly, tokens: sandbox.tokens, machine });
  let cwd = place.folder;
  let pages = 0;

  await Promise.all([
    once(session.stdout ?? session, 'data'),
    until('the daemon to have verified everybody', async () => {
      if (daemon.exitCode !== null) throw new Error(`the daemon ended: ${log}`);
      const url = /"url":"([^"]+)"/.exec(log)?.[1];
      if (url === undefined) return undefined;
      env.TENANTWATCH_URL = url;
      const { body } = await request(`${url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
      return ((await body.text()).match(/^tenantwatch_tenant_success\{.*\} 1$/gm) ?? []).length === 3
        ? true
        : undefined;
    }),
  ]);
  env.PATH = `${bin}${delimiter}${process.env.PATH ?? ''}`;
  const setByPages = new Map<string, string | undefined>();

  const run = async (command: string): Promise<Finished> => {
    const exported = /^export (\w+)=/.exec(command)?.[1];
    const script = exported === undefined ? command : `${command}; printf %s "$${exported}"`;
    const child = spawn('bash', ['--noprofile', '--norc', '-euo', 'pipefail', '-c', script], { cwd, env });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const [exitCode] = (await once(child, 'close')) as [number | null];
    if (exported !== undefined && exitCode === 0) {
      if (!setByPages.has(exported)) setByPages.set(exported, env[exported]);
      env[exported] = output;
    }
    return { exitCode, output };
  };

  const api = async (path: string, method: 'GET' | 'DELETE' = 'GET'): Promise<string> => {
    const url = `${env.TENANTWATCH_URL ?? ''}/api/v1${path}`;
    const { statusCode, body } = await request(url, {
      method,
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    const text = await body.text();
    if (statusCode >= 300) throw new Error(`${method} ${path}: ${String(statusCode)} ${text}`);
    return text;
  };
  const seen = (what: string, fits: (tenant: TenantDetail) => boolean): Promise<true> =>
    until(what, async () => {
      const detail = JSON.parse(await api(`/tenants/${INCIDENT_TENANT}`)) as TenantDetail;
      return fits(detail) ? true : undefined;
    });

  /** What the guard and the claims of the daemon answer from. */
  const swept = (claimed: boolean): Promise<true> =>
    until('the sweep to have seen it', async () =>
      (await api(`/claims?app=${APP}`)).includes(`"${HOSTNAME}"`) === claimed ? true : undefined,
    );

  const given = async (what: string): Promise<void> => {
    switch (what) {
      case 'a certificate on the tenant app':
        sandbox.world.deploy(APP);
        sandbox.world.addCertificate(APP, HOSTNAME);
        await seen(what, ({ decided, incident }) => decided === 'fail' && incident?.state === 'open');
        await swept(true);
        return;
      case 'the certificate is gone':
        sandbox.applyFlyCommand(`fly certs remove ${HOSTNAME} -a ${APP} -y`);
        await seen(what, ({ decided, incident }) => decided === 'pass' && incident === null);
        await swept(false);
        return;
      case 'a configuration':
        copyFileSync(place.file, join(cwd, 'tenantwatch.yaml'));
        return;
      case 'secrets of the service':
        appendFileSync(join(machine, 'etc/tenantwatch/environment'), secretsOf(place.env));
        return;
      case 'both are filled in': {
        const path = join(cwd, '.env');
        writeFileSync(
          path,
          readFileSync(path, 'utf8').replaceAll(/=$/gm, '=https://hooks.example/0123456789abcdef'),
        );
        return;
      }
      default:
        throw new Error(`nobody knows how to bring about "${what}"`);
    }
  };

  return {
    run,
    given,
    nextPage: async () => {
      for (const [name, before] of setByPages) env[name] = before;
      setByPages.clear();
      sandbox.world.removeCertificate(sandbox.world.options.managementApp, HOSTNAME);
      await given('the certificate is gone');
      const { silences } = JSON.parse(await api('/silences')) as { silences: readonly { id: string }[] };
      for (const { id } of silences) await api(`/silences/${id}`, 'DELETE');
      // Pages name files of the checkout; what they write stays in a folder of its own.
      cwd = join(place.folder, `page-${String(++pages)}`);
      mkdirSync(cwd);
      for (const name of ['config', 'docs', 'compose.yaml', 'Dockerfile'])
        symlinkSync(join(ROOT, name), join(cwd, name));
    },
    close: async () => {
      for (const child of children) {
        child.kill('SIGTERM');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
      }
      await closeFly();
      await sandbox.close();
      place.remove();
    },
  };
}

function secretsOf(env: NodeJS.ProcessEnv): string {
  return Object.entries({ ...env, TENANTWATCH_TOKEN: TOKEN })
    .filter(([name]) => name !== 'PATH' && name !== 'HOME')
    .map(([name, value]) => `${name}="${value}"\n`)
    .join('');
}

function startSession(socket: string, place: Workplace): ChildProcess {
  const file = fileURLToPath(new URL('./session.ts', import.meta.url));
  return spawn(process.execPath, ['--import', 'tsx', file, socket], {
    env: { PATH: place.env.PATH, HOME: place.env.HOME },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
