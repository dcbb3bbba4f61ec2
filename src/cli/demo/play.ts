import type { Diagnosis } from '../../model/diagnosis.ts';
import type { Incident } from '../../model/incident.ts';
import type { Sandbox } from '../../sandbox/index.ts';
import { renderSlackText } from '../../sandbox/slack-text.ts';
import type { CliContext, StartedDaemon } from '../context.ts';
import { paletteOf } from '../terminal.ts';
import { indent } from './indent.ts';
import { playSecondAct } from './second-act.ts';
import { DEMO_INTERVALS, setStage } from './stage.ts';
import { waitFor } from './wait.ts';

export interface DemoOptions {
  readonly tenants: number;
  readonly keep: boolean;
  /** Print messages as JSON. */
  readonly json: boolean;
}

/** How long any one step of the story may take; more means that it went wrong. */
const STEP_MS = 60_000;

/** Plays the story from a healthy fleet to the recovery. Rejects when a step does not happen. */
export async function playDemo(context: CliContext, options: DemoOptions): Promise<void> {
  const { startSandbox, INCIDENT_TENANT } = await import('../../sandbox/index.ts');
  const { stdout, clock } = context;
  const { bold, dim, command } = paletteOf(stdout, context.env);
  const say = (text: string): void => {
    stdout.write(`${text}\n`);
  };
  const step = (text: string): void => {
    say(`\n${bold(`== ${text}`)}`);
  };

  const sandbox = await startSandbox({ tenants: options.tenants });
  const stage = await setStage(sandbox, context.env);
  let daemon: StartedDaemon | undefined;
  try {
    const { world } = sandbox;
    const app = world.options.tenantApp.replace('{tenant}', INCIDENT_TENANT);
    const hostname = `${INCIDENT_TENANT}.${world.options.domain}`;
    say(bold('tenantwatch demo'));
    say(
      'This is a sandbox: name servers, edge, Fly API and Slack are small stand-ins on loopback. The daemon is the real one;\n' +
        `only its intervals are shorter (${Object.entries(DEMO_INTERVALS)
          .map(([name, value]) => `${name} ${value}`)
          .join(', ')}).`,
    );
    say(dim(`configuration: ${stage.file}`));
    daemon = await context.startDaemon(stage.config, { log: { format: 'none' }, env: stage.env });
    const watched = daemon;
    say(dim(`daemon: ${daemon.url} (pages, API, metrics)`));
    const messages = messagesOf(sandbox);
    const took: [string, number][] = [];
    const happens = async <Result>(what: string, look: () => Result | undefined): Promise<Result> => {
      const startedMs = clock.monotonicMs();
      const result = await waitFor(look, { what, clock, timeoutMs: STEP_MS, signal: context.signal });
      took.push([what, clock.monotonicMs() - startedMs]);
      return result;
    };
    let read = 0;
    /** The next message that says so. */
    const tell = async (what: string, says: RegExp, brief = false): Promise<void> => {
      const payload = await happens(what, () => {
        const all = messages();
        const found = all.findIndex((one, index) => index >= read && says.test(renderSlackText(one)));
        if (found === -1) return undefined;
        read = found + 1;
        return all[found];
      });
      const text = options.json ? JSON.stringify(payload, null, 2) : renderSlackText(payload);
      say(indent(brief && !options.json ? (text.split('\n')[0] ?? '') : text));
    };

    step(`${String(options.tenants)} tenants, all healthy`);
    await happens('all tenants verified', () => {
      const verdicts = watched.fleet.tenants().map(({ id }) => watched.fleet.latest(id)?.decided);
      return verdicts.length === options.tenants && verdicts.every((verdict) => verdict === 'pass')
        ? true
        : undefined;
    });
    say(`   ${String(options.tenants)} of ${String(options.tenants)} pass.`);

    step(`A deploy of ${app}, and its pipeline adds a certificate to the wrong app`);
    world.deploy(app);
    runFly(sandbox, `fly certs add ${hostname} -a ${app}`, say, command);
    say('   The handshake still works: nobody notices yet. tenantwatch does:\n');
    await tell('the latent conflict told to on-call (warning)', /WARNING/u);

    step("Fly's edge takes the certificate into account: every handshake dies with an unexpected EOF");
    world.propagate(hostname);
    await tell('the outage told to on-call (critical)', /CRITICAL/u);

    step('On-call says so, and pastes the commands of the message');
    acknowledge(watched, INCIDENT_TENANT);
    await tell('the acknowledgement told', /Acknowledged/u);
    const diagnosis = toldDiagnosis(watched, INCIDENT_TENANT);
    const commands = diagnosis.remediation.flatMap((one) => (one.kind === 'command' ? [one.command] : []));
    for (const text of commands.filter((one) => one.startsWith('fly '))) runFly(sandbox, text, say, command);

    step('The site is back');
    await tell('the recovery told to on-call', /RESOLVED/u);

    const { env } = stage;
    await playSecondAct({
      context: {
        ...context,
        ...context.withEnv({ ...env, TENANTWATCH_FLY_WRITE_TOKEN: sandbox.tokens.write }),
      },
      file: stage.file,
      world,
      daemon: watched,
      tenant: INCIDENT_TENANT,
      stdout,
      say,
      step,
      tell,
    });

    step('How long each took');
    for (const [what, durationMs] of took) say(`   ${(durationMs / 1000).toFixed(1).padStart(5)} s  ${what}`);
    say(dim('\nPeople needed seven minutes and four terminals.'));

    if (options.keep) {
      say(
        `\nStaying. Try, in another terminal:\n   ${command(`tenantwatch status --config ${stage.file}`)}\nCtrl-C ends.`,
      );
      await new Promise<void>((resolve) => {
        context.signal.addEventListener('abort', () => {
          resolve();
        });
      });
    }
  } finally {
    await daemon?.stop();
    await sandbox.close();
    stage.remove();
  }
}

/** What Slack got, oldest first. */
function messagesOf(sandbox: Sandbox): () => readonly unknown[] {
  return () =>
    sandbox.receivers
      .received()
      .filter(({ service, status }) => service === 'slack' && status === 200)
      .map(({ payload }) => payload);
}

/** The diagnosis of the message, which the latest run may already see otherwise. */
function toldDiagnosis(daemon: StartedDaemon, tenant: string): Diagnosis {
  const diagnosis = incidentOf(daemon, tenant)?.diagnosis;
  if (diagnosis === null || diagnosis === undefined)
    throw new Error(`no diagnosis of ${tenant} although it was told`);
  return diagnosis;
}

function incidentOf(daemon: StartedDaemon, tenant: string): Incident | undefined {
  return daemon.tracker.unresolved().find(({ subject }) => subject.name === tenant);
}

function acknowledge(daemon: StartedDaemon, tenant: string): void {
  const incident = incidentOf(daemon, tenant);
  if (
    incident === undefined ||
    !daemon.tracker.acknowledge(incident.id, 'on-call', 'removing the certificate')
  )
    throw new Error(`no incident of ${tenant} to acknowledge`);
}

function runFly(
  sandbox: Sandbox,
  text: string,
  say: (text: string) => void,
  command: (text: string) => string,
): void {
  say(`   ${command(`$ ${text}`)}`);
  const { exitCode, stdout, stderr } = sandbox.applyFlyCommand(text);
  const output = (exitCode === 0 ? stdout : stderr).trimEnd();
  if (output !== '') say(indent(output));
  if (exitCode !== 0) throw new Error(`the sandbox refused ${JSON.stringify(text)}`);
}
