import { loadConfig, toPlatform } from '../config/index.ts';
import type { TenantResult } from '../model/diagnosis.ts';
import { namedTenants } from '../model/named-tenants.ts';
import type { Tenant } from '../model/tenant.ts';
import { spokenMs } from '../model/spoken.ts';
import type { CliContext, GateVerifier } from './context.ts';
import { roundTimeoutMs } from './gate.ts';
import { requireToken } from './platform-settings.ts';
import type { Progress } from './progress.ts';
import type { Round, Rounds, RoundsRequest } from './round.ts';

/** Rounds from this machine. Rejects when it is not set up for that: no configuration, no token. */
export async function localRounds(
  context: CliContext,
  request: RoundsRequest,
  progress: Progress,
): Promise<Rounds> {
  const { env, cwd, clock } = context;
  const noFly = request.flags.noFly ?? false;
  const { config } = loadConfig({ path: request.configPath, env, cwd, flags: request.flags });
  if (!noFly) requireToken(env, "or leave Fly's API out with --no-fly");
  const platform = toPlatform(config);
  // Said before anything is connected: a name that can be no tenant is a typing error.
  if (request.names !== null && config.tenants.every(({ source }) => source === 'fly')) {
    const { unmatched } = namedTenants(request.names, [], platform);
    if (unmatched.length > 0)
      return {
        next: () => Promise.resolve(noSuch(unmatched)),
        finished: () => [],
        close: () => Promise.resolve(),
      };
  }
  const verifier = await context.createVerifier(config, { noFly, claims: request.claims });
  const finished = new Map<string, TenantResult>();

  const next = async (): Promise<Round> => {
    const targets = await targetsOf(
      verifier,
      config.tenants.some(({ source }) => source !== 'fly'),
    );
    if (targets.unmatched.length > 0) return noSuch(targets.unmatched);
    const { tenants, problem } = targets;
    if (tenants.length === 0 && problem === null)
      return {
        kind: 'no-tenant',
        details: [noFly && config.tenants.every(({ source }) => source === 'fly') ? ONLY_FLY : NONE_KNOWN],
      };
    finished.clear();
    progress.begin(tenants.length);
    const timeoutMs = request.timeoutMs ?? roundTimeoutMs(tenants.length, config.limits.handshakesPerSecond);
    const timeout = new AbortController();
    const ended = new AbortController();
    const expiry = clock
      .sleep(timeoutMs, ended.signal)
      .then(() => {
        timeout.abort(new DOMException('the round took too long', 'TimeoutError'));
      })
      .catch(() => undefined);
    try {
      const result = await verifier.round({
        tenants,
        trigger: 'gate',
        priority: 'gate',
        claims: request.claims,
        wake: true,
        signal: AbortSignal.any([context.signal, timeout.signal]),
        onCheck: (_tenant, check) => {
          progress.check(check);
        },
        onTenant: (result) => {
          finished.set(result.tenant, result);
          progress.tenant(result);
        },
      });
      if (timeout.signal.aborted) {
        progress.clear();
        context.stderr.write(
          `tenantwatch: the look was ended after ${spokenMs(timeoutMs)} (--timeout); what was not known by then could not be told\n`,
        );
      }
      return { kind: 'result', result, problem, issuanceGraceMs: config.limits.issuanceGraceMs };
    } finally {
      ended.abort();
      await expiry;
    }
  };

  /** A list that cannot be read is the monitor's trouble: names are read by the templates, and `--all` cannot be told. */
  const targetsOf = async (
    from: GateVerifier,
    listed: boolean,
  ): Promise<{ tenants: readonly Tenant[]; unmatched: readonly Unmatched[]; problem: string | null }> => {
    const { names } = request;
    let known: readonly Tenant[] = [];
    let trouble: string | null = null;
    try {
      if (names === null || listed) {
        progress.preparing('reading the list of tenants');
        known = await from.tenants({ discover: names === null && !noFly, signal: context.signal });
      }
    } catch (error) {
      if (context.signal.aborted) throw error;
      trouble = `the list of tenants cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (names === null) return { tenants: known, unmatched: [], problem: trouble };
    const { tenants, unmatched } = namedTenants(names, known, platform);
    if (trouble !== null) {
      progress.clear();
      context.stderr.write(`tenantwatch: ${trouble}; names are read by the templates\n`);
    }
    return { tenants, unmatched, problem: null };
  };

  return { next, finished: () => [...finished.values()], close: () => verifier.close() };
}

const ONLY_FLY =
  "the only source of tenants is Fly's API, which --no-fly leaves out: name the tenants, or add a source to tenants";
const NONE_KNOWN = 'the configured sources know no tenant: `tenantwatch doctor` says what to compare';

type Unmatched = ReturnType<typeof namedTenants>['unmatched'][number];

function noSuch(unmatched: readonly Unmatched[]): Round {
  return {
    kind: 'no-tenant',
    details: unmatched.map(({ name, reason }) => `"${name}" is no tenant: ${reason}`),
  };
}
