import { isAppName, isClaimableHostname, normalizeHostname } from '../model/hostname.ts';
import { clientStatus } from './app.ts';
import type { SandboxApp, SandboxCertificate } from './app.ts';
import { validationErrors } from './fly-certificate.ts';
import { shellWords } from './shell-words.ts';
import type { World } from './world.ts';

/** What a command did, as a terminal would show it. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Invocation {
  readonly verb: 'add' | 'remove' | 'show' | 'list';
  readonly app: string;
  readonly hostname: string | null;
  readonly yes: boolean;
  readonly json: boolean;
}

const VERBS: Readonly<Record<string, Invocation['verb']>> = {
  add: 'add',
  create: 'add',
  remove: 'remove',
  delete: 'remove',
  show: 'show',
  check: 'show',
  list: 'list',
};

/** flyctl shows one page, and no sign that there are more. */
const LISTED = 50;

/**
 * Carries out `fly certs add|remove|show|list`, as the remedies print them and a terminal would take them. Anything else,
 * or anything that a shell would treat specially, is an error and changes nothing.
 */
export function applyFlyCommand(world: World, command: string): CommandResult {
  const split = shellWords(command.trim());
  if (!split.ok) return failure(`the sandbox carries out plain fly commands only: ${split.problem}`);
  const invocation = parseInvocation(split.words);
  if (typeof invocation === 'string') return failure(invocation);
  const app = world.apps.get(invocation.app);
  if (app === undefined) return failure(`failed to get app: Could not find App "${invocation.app}"`);
  return run(world, app, invocation);
}

function parseInvocation(words: readonly string[]): Invocation | string {
  const [program, group, verbWord, ...rest] = words;
  const verb = VERBS[verbWord ?? ''];
  if ((program !== 'fly' && program !== 'flyctl') || (group !== 'certs' && group !== 'certificates'))
    return `the sandbox knows fly certs only, not ${JSON.stringify([program, group].join(' '))}`;
  if (verb === undefined) return `unknown command ${JSON.stringify(verbWord ?? '')} for "fly certs"`;
  const positional: string[] = [];
  let app: string | null = null;
  let yes = false;
  let json = false;
  for (let index = 0; index < rest.length; index += 1) {
    const word = rest[index] ?? '';
    if (word === '-a' || word === '--app') {
      app = rest[index + 1] ?? null;
      index += 1;
    } else if (word.startsWith('--app=')) app = word.slice('--app='.length);
    else if ((word === '-y' || word === '--yes') && verb === 'remove') yes = true;
    else if ((word === '-j' || word === '--json') && verb !== 'remove') json = true;
    else if (word.startsWith('-')) return `unknown flag: ${word}`;
    else positional.push(word);
  }
  if (app === null || !isAppName(app)) return 'we couldn’t find an app name; specify one with -a';
  const [hostname, ...more] = positional;
  if (more.length > 0 || (verb === 'list') !== (hostname === undefined))
    return verb === 'list' ? 'fly certs list takes no host name' : 'exactly one host name is needed';
  if (hostname !== undefined && !isClaimableHostname(normalizeHostname(hostname)))
    return `${JSON.stringify(hostname)} is no host name`;
  return { verb, app, hostname: hostname ?? null, yes, json };
}

function run(world: World, app: SandboxApp, { verb, hostname, yes, json }: Invocation): CommandResult {
  const name = hostname ?? '';
  const existing = app.certificates.get(normalizeHostname(name));
  switch (verb) {
    case 'list':
      return success(json ? listAsJson(world, app) : listAsTable(world, app));
    case 'add': {
      if (existing) return failure(`Hostname already exists on app: ${name}`);
      const certificate = world.addCertificate(app.name, name);
      return success(describe(world, app, certificate, json));
    }
    case 'remove':
      if (!existing) return failure(`Could not find Certificate for ${name} on ${app.name}`);
      // There is nobody to ask: flyctl refuses without a terminal, too.
      if (!yes) return failure('prompt: non interactive; use --yes to remove without confirmation');
      world.removeCertificate(app.name, name);
      return success(`Certificate ${name} deleted from app ${app.name}`);
    case 'show': {
      const certificate = world.checkCertificate(app.name, name);
      if (!certificate) return failure(`Could not find Certificate for ${name} on ${app.name}`);
      return success(describe(world, app, certificate, json));
    }
  }
}

function listed(
  world: World,
  app: SandboxApp,
): readonly { readonly hostname: string; readonly status: string }[] {
  return [...app.certificates.values()].slice(0, LISTED).map((certificate) => ({
    hostname: certificate.hostname,
    status: clientStatus(certificate, world.now()),
  }));
}

function listAsTable(world: World, app: SandboxApp): string {
  const rows = listed(world, app);
  const width = Math.max('Host Name'.length, ...rows.map(({ hostname }) => hostname.length)) + 2;
  const line = (left: string, right: string): string => `${left.padEnd(width)} ${right}`;
  return [line('Host Name', 'Status'), ...rows.map(({ hostname, status }) => line(hostname, status))].join(
    '\n',
  );
}

function listAsJson(world: World, app: SandboxApp): string {
  return JSON.stringify(
    listed(world, app).map(({ hostname, status }) => ({ Hostname: hostname, ClientStatus: status })),
    null,
    2,
  );
}

function describe(world: World, app: SandboxApp, certificate: SandboxCertificate, json: boolean): string {
  const status = clientStatus(certificate, world.now());
  if (json) return JSON.stringify({ Hostname: certificate.hostname, ClientStatus: status }, null, 2);
  const problems = validationErrors(world, app, certificate);
  return [
    status === 'Ready'
      ? `The certificate for ${certificate.hostname} has been issued.`
      : `The certificate for ${certificate.hostname} has not been issued yet.`,
    '',
    `Hostname                  = ${certificate.hostname}`,
    'DNS Provider              = cloudflare',
    "Certificate Authority     = Let's Encrypt",
    `Status                    = ${status}`,
    ...problems.flatMap(({ message, remediation }) => ['', message, remediation]),
  ].join('\n');
}

function success(stdout: string): CommandResult {
  return { exitCode: 0, stdout: `${stdout}\n`, stderr: '' };
}

function failure(problem: string): CommandResult {
  return { exitCode: 1, stdout: '', stderr: `Error: ${problem}\n` };
}
