import {
  checkCertificateTarget,
  targetExitCode,
  type CertificateTarget,
  type TargetDecision,
} from '../guard/certificate-target.ts';
import type { Claim, Inventory } from '../model/fly.ts';
import type { Observation } from '../model/observation.ts';
import { guardReport, type GuardResult } from '../reports/guard.ts';
import type { CliContext } from './context.ts';
import type { DatabaseOptions } from './database-options.ts';
import { print } from './database.ts';
import { askGuard } from './guard-server.ts';
import { loadPlatform, requireToken } from './platform-settings.ts';
import { configFlags, type ConfigOptions } from './shared-options.ts';
import { isForUser, UsageError } from './usage-error.ts';

/** What the command line of `guard certs` says; durations are milliseconds. */
export interface GuardOptions extends ConfigOptions, Pick<DatabaseOptions, 'format' | 'json'> {
  readonly hostname: string;
  readonly app: string;
  readonly server?: string;
  readonly timeout: number;
}

/** One question to the guard; its exit code. Throws UsageError and ConfigError. */
export async function runGuard(context: CliContext, options: GuardOptions): Promise<number> {
  const { hostname, app } = options;
  const { decision, claims } =
    options.server === undefined
      ? await fromHere(context, options)
      : await fromDaemon(context, options.server, options);
  const result: GuardResult = { schema: 'tenantwatch.guard/1', hostname, app, ...decision, claims };
  print(context, options, result, guardReport);
  return targetExitCode(decision);
}

interface Decided {
  readonly decision: TargetDecision;
  readonly claims: GuardResult['claims'];
}

async function fromDaemon(context: CliContext, url: string, options: GuardOptions): Promise<Decided> {
  const { env, stderr, version, signal } = context;
  const { hostname, app, timeout } = options;
  const { TENANTWATCH_TOKEN: token = '' } = env;
  const answer = await askGuard(
    {
      url,
      token: token === '' ? null : token,
      body: { hostname, app },
      timeoutMs: timeout,
      userAgent: `tenantwatch/${version}`,
    },
    signal,
  );
  switch (answer.kind) {
    case 'decided':
      return { decision: answer.decision, claims: 'daemon' };
    case 'rejected':
      throw new UsageError(`${url}: ${answer.detail}`);
    case 'unavailable':
      stderr.write(`tenantwatch: ${url}: ${answer.detail}; looking from here instead\n`);
      return fromHereIfPossible(context, options);
  }
}

/** A pipeline that only knows the daemon has no configuration: without the daemon it cannot tell, and did nothing wrong. */
async function fromHereIfPossible(context: CliContext, options: GuardOptions): Promise<Decided> {
  try {
    return await fromHere(context, options);
  } catch (error) {
    if (!isForUser(error)) throw error;
    for (const line of error.message.split('\n')) context.stderr.write(`tenantwatch: ${line}\n`);
    const text = 'The daemon cannot answer, and from here nothing can be looked at.';
    return {
      decision: { decision: 'unknown', reason: 'claims-unknown', text, command: null },
      claims: 'none',
    };
  }
}

async function fromHere(context: CliContext, options: GuardOptions): Promise<Decided> {
  const { config, platform } = loadPlatform(context, options.config, configFlags(options));
  const target: CertificateTarget = { hostname: options.hostname, app: options.app, platform };
  const placed = checkCertificateTarget(target);
  // A wrong place is wrong whoever else claims the name.
  if (placed.decision !== 'allowed' || options.fly === false) return { decision: placed, claims: 'none' };
  requireToken(context.env, 'ask a daemon with --server, or judge the place alone with --no-fly');
  const fly = await context.openFly({ org: config.fly.org, contactUrl: config.network.contactUrl });
  try {
    const signal = AbortSignal.any([context.signal, AbortSignal.timeout(options.timeout)]);
    const swept = await fly.probe.inventory(signal);
    context.signal.throwIfAborted();
    if (swept.outcome === 'failed') context.stderr.write(`tenantwatch: Fly: ${swept.failure.detail}\n`);
    return {
      decision: checkCertificateTarget({ ...target, claims: claimsOf(swept) }),
      claims: swept.outcome === 'failed' ? 'none' : 'fly',
    };
  } finally {
    await fly.close();
  }
}

function claimsOf(swept: Observation<Inventory>): readonly Claim[] | null {
  return swept.outcome === 'failed' ? null : [...swept.facts.claims.values()].flat();
}
