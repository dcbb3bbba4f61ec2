import type { World } from '../../sandbox/world.ts';
import type { CliContext, OutputStream, StartedDaemon } from '../context.ts';
import { runFix } from '../fix/run-fix.ts';
import { runClaims } from '../run-claims.ts';
import { runForensics } from '../run-forensics.ts';
import { runGuard } from '../run-guard.ts';
import { reportIncident } from '../run-incident-report.ts';
import { paletteOf } from '../terminal.ts';
import { indent } from './indent.ts';

export interface SecondAct {
  /** With the environment of the sandbox, and a token that may change it. */
  readonly context: CliContext;
  readonly file: string;
  readonly world: World;
  readonly daemon: StartedDaemon;
  /** Whose incident is over. */
  readonly tenant: string;
  readonly stdout: OutputStream;
  readonly say: (text: string) => void;
  readonly step: (text: string) => void;
  /** Waits for a message that says so, and shows it, or its first line. */
  readonly tell: (what: string, says: RegExp, brief?: boolean) => Promise<void>;
}

/** How long a command of the story may take. */
const TIMEOUT_MS = 30_000;

/** Afterwards: how it got there, how it is kept from happening again, and the repair in one command. */
export async function playSecondAct(act: SecondAct): Promise<void> {
  const { world, daemon, tenant, step, tell } = act;
  const other = daemon.fleet.tenants().find(({ id }) => id !== tenant);
  if (other === undefined) return;
  const { id, hostname, app } = other;
  const { managementApp } = world.options;
  const config = act.file;

  step('How did the certificate get there, and which hop was missing?');
  await shown(act, `forensics ${tenant}`, 6, (context) =>
    runForensics(context, tenant, { config, timeout: TIMEOUT_MS }),
  );

  step('The pipeline is about to do it again, at another tenant: the guard refuses');
  await shown(
    act,
    `guard certs --hostname ${hostname} --app ${app}`,
    10,
    (context) => runGuard(context, { config, hostname, app, timeout: TIMEOUT_MS }),
    1,
  );

  step('Nobody asked the guard there; the daemon sees it');
  world.addCertificate(app, hostname);
  await tell('the second conflict told to on-call (warning)', /WARNING/u, true);
  await shown(act, `claims ${hostname}`, 10, (context) =>
    runClaims(context, hostname, { config, timeout: TIMEOUT_MS }),
  );

  step('This time in one command: plan, change, verification');
  const options = { config, yes: true, wait: TIMEOUT_MS, timeout: TIMEOUT_MS, author: 'on-call' } as const;
  await shown(act, `fix ${id} --yes`, 40, (context) => runFix(context, [id], options));
  if (!world.app(managementApp).certificates.has(hostname)) throw new Error('the repair did not happen');
  await tell('the second recovery told to on-call', /RESOLVED/u, true);

  step('The post-mortem of the first incident is drafted');
  await shown(act, `incidents report ${tenant}`, 40, async (context) => {
    await reportIncident(context, tenant, { config, format: 'markdown', timeout: TIMEOUT_MS });
    return 0;
  });
}

/** Runs the command as the program does, and shows the beginning of what it prints. */
async function shown(
  { context, stdout, say }: SecondAct,
  commandLine: string,
  lines: number,
  run: (context: CliContext) => Promise<number>,
  expected = 0,
): Promise<void> {
  const { command, dim } = paletteOf(stdout, context.env);
  say(`   ${command(`$ tenantwatch ${commandLine}`)}`);
  let printed = '';
  const write = (text: string): void => {
    printed += text;
  };
  const exitCode = await run({ ...context, stdout: { ...stdout, write } });
  const all = printed.trimEnd().split('\n');
  say(indent(all.slice(0, lines).join('\n').trimEnd()));
  if (all.length > lines) say(dim(`   (${all.length - lines} more lines)`));
  if (exitCode !== expected) throw new Error(`tenantwatch ${commandLine} ended with ${exitCode}`);
}
