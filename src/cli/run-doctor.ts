import { ConfigError, loadConfig, type Config, type LoadOptions } from '../config/index.ts';
import { doctorReport, doctorReportOf, type DoctorFinding } from '../reports/doctor.ts';
import type { CliContext, GateVerifier } from './context.ts';
import type { DatabaseOptions } from './database-options.ts';
import { print } from './database.ts';
import { judgeMachine } from './doctor/machine.ts';
import { judgePlatformRound } from './doctor/platform.ts';
import { judgeTenants, type TenantsAnswer } from './doctor/tenants.ts';
import { judgeToken, type TokenAnswer } from './doctor/token.ts';
import { EXIT } from './exit-code.ts';
import { flyFailure } from './fly-failure.ts';
import { hasToken } from './platform-settings.ts';
import { configFlags, type ConfigOptions } from './shared-options.ts';

/** What the command line of `doctor` says; durations are milliseconds. */
export interface DoctorOptions extends ConfigOptions, Pick<DatabaseOptions, 'format' | 'json'> {
  readonly send?: true;
  readonly timeout: number;
}

/** Looks at everything; the exit code. What cannot be looked at does not end the rest. */
export async function runDoctor(context: CliContext, options: DoctorOptions): Promise<number> {
  const { config, findings } = readConfiguration(context, options);
  const noFly = options.fly === false;
  const [token, platform, machine, channels] = await Promise.all([
    noFly ? [] : tokenFindings(context, config),
    config === undefined ? [] : platformFindings(context, config, { noFly, timeoutMs: options.timeout }),
    config === undefined ? [] : context.inspectMachine(config).then((facts) => judgeMachine(facts, config)),
    config === undefined ? [] : channelFindings(context, config, options.send === true),
  ]);
  context.signal.throwIfAborted();
  const report = doctorReportOf([...findings, ...token, ...platform, ...channels, ...machine]);
  print(context, options, report, doctorReport);
  return report.ok ? EXIT.passed : EXIT.failed;
}

/** A secret that is missing does not keep the rest from being looked at; anything else does. */
function readConfiguration(
  { env, cwd }: CliContext,
  options: DoctorOptions,
): { readonly config: Config | undefined; readonly findings: readonly DoctorFinding[] } {
  const load = (secrets: LoadOptions['secrets']): ReturnType<typeof loadConfig> =>
    loadConfig({ path: options.config, env, cwd, flags: configFlags(options), secrets });
  try {
    const { config, file } = load('all');
    const text = `${file ?? 'Flags and environment'}: it can be used.`;
    return { config, findings: [{ id: 'configuration', verdict: 'pass', text, advice: [] }] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const { issues } = error;
    const text =
      issues.length === 1 ? 'One thing is wrong with it.' : `${issues.length} things are wrong with it.`;
    const wrong = { id: 'configuration', verdict: 'fail', text, advice: error.message.split('\n') } as const;
    try {
      return { config: load('when-used').config, findings: [wrong] };
    } catch {
      return { config: undefined, findings: [wrong] };
    }
  }
}

async function tokenFindings(
  context: CliContext,
  config: Config | undefined,
): Promise<readonly DoctorFinding[]> {
  const { env, clock, signal } = context;
  const org = config?.fly.org ?? null;
  return judgeToken(await askToken(), org, clock.now());

  async function askToken(): Promise<TokenAnswer> {
    if (!hasToken(env)) return { token: 'none' };
    const fly = await context.openFly({ org, contactUrl: config?.network.contactUrl ?? null });
    try {
      return { token: 'known', info: await fly.client.token(signal) };
    } catch (error) {
      return { token: 'failed', failure: flyFailure(error) };
    } finally {
      await fly.close();
    }
  }
}

async function platformFindings(
  context: CliContext,
  config: Config,
  { noFly, timeoutMs }: { readonly noFly: boolean; readonly timeoutMs: number },
): Promise<readonly DoctorFinding[]> {
  const verifier = await context.createVerifier(config, { noFly, claims: true });
  try {
    const result = await verifier.round({
      tenants: [],
      trigger: 'manual',
      priority: 'gate',
      claims: true,
      wake: false,
      signal: AbortSignal.any([context.signal, AbortSignal.timeout(timeoutMs)]),
    });
    return [
      ...judgePlatformRound(result),
      judgeTenants(await tenantsOf(verifier, context, config, noFly), config),
    ];
  } finally {
    await verifier.close();
  }
}

/** The list as the daemon would begin with. */
async function tenantsOf(
  verifier: GateVerifier,
  { signal }: CliContext,
  { tenants: sources }: Config,
  noFly: boolean,
): Promise<TenantsAnswer> {
  if (noFly && sources.every(({ source }) => source === 'fly')) return { list: 'left-out' };
  try {
    return { list: 'read', tenants: await verifier.tenants({ discover: !noFly, signal }) };
  } catch (error) {
    return { list: 'unreadable', why: error instanceof Error ? error.message : String(error) };
  }
}

/** One channel after the other: two messages at once over one webhook could be one too many. */
async function channelFindings(
  context: CliContext,
  config: Config,
  send: boolean,
): Promise<readonly DoctorFinding[]> {
  const { channels } = config.alerts;
  if (channels.length === 0)
    return [
      {
        id: 'channels',
        verdict: 'warn',
        text: 'There is no alert channel: nobody is told when something breaks.',
        advice: ['add one to alerts.channels'],
      },
    ];
  const findings: DoctorFinding[] = [];
  for (const { name, type } of channels) {
    const id = `channel ${name}`;
    if (send) findings.push({ id, ...(await tried(context, config, name)) });
    else findings.push({ id, verdict: 'pass', text: `${type}, not tried: --send tries it.`, advice: [] });
  }
  return findings;
}

async function tried(context: CliContext, config: Config, name: string): Promise<Omit<DoctorFinding, 'id'>> {
  const advice = ['check the secret and the address of the channel in alerts.channels'];
  try {
    const outcome = await context.sendTest(config, name, context.signal);
    if (outcome.result === 'sent')
      return outcome.missed === undefined
        ? { verdict: 'pass', text: 'The test message was taken.', advice: [] }
        : { verdict: 'fail', text: `The test message was refused for ${outcome.missed}.`, advice };
    return { verdict: 'fail', text: `The test message was not taken: ${outcome.reason}`, advice };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'SecretError') throw error;
    return { verdict: 'fail', text: error.message, advice };
  }
}
