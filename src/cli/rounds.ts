import type { VerifyResult } from '../model/diagnosis.ts';
import { namedTenants } from '../model/named-tenants.ts';
import type { Tenant } from '../model/tenant.ts';
import { loadConfig, toPlatform, type ConfigFlags } from '../config/index.ts';
import { spokenDuration } from '../reports/wording.ts';
import type { CliContext, GateVerifier } from './context.ts';
import { roundTimeoutMs } from './gate.ts';
import type { Progress } from './progress.ts';
import { askServer } from './server.ts';
import { UsageError } from './usage-error.ts';

export interface RoundsRequest {
  readonly configPath: string | undefined;
  readonly flags: ConfigFlags;
  /** Names as the user gave them; null: all tenants. */
  readonly names: readonly string[] | null;
  readonly claims: boolean;
  readonly server: string | undefined;
  /** Undefined: 30 s, or what the number of tenants needs. */
  readonly timeoutMs: number | undefined;
}

export type Round =
  | { readonly kind: 'no-tenant'; readonly details: readonly string[] }
  | {
      readonly kind: 'result';
      readonly result: VerifyResult;
      readonly problem: string | null;
      /** How long a certificate on its way is worth waiting for; null: only the daemon knows. */
      readonly issuanceGraceMs: number | null;
    };

/** Where results come from: one round after another, from a daemon or from this machine. */
export interface Rounds {
  readonly next: () => Promise<Round>;
  readonly close: () => Promise<void>;
}

export function createRounds(context: CliContext, request: RoundsRequest, progress: Progress): Rounds {
  let local: Promise<LocalRounds> | undefined;
  let { server } = request;

  const fromHere = async (): Promise<Round> => {
    local ??= localRounds(context, request, progress);
    return (await local).next();
  };

  return {
    next: async () => {
      if (request.names?.length === 0) return { kind: 'no-tenant', details: ['the list names no tenant'] };
      if (server === undefined) return fromHere();
      const answer = await askServer(
        {
          url: server,
          token: nonEmpty(context.env.TENANTWATCH_TOKEN),
          names: request.names,
          claims: request.claims,
          timeoutMs: request.timeoutMs ?? 30_000,
          userAgent: `tenantwatch/${context.version}`,
        },
        context.signal,
      );
      switch (answer.kind) {
        case 'result':
          return answer.result.tenants.length === 0
            ? { kind: 'no-tenant', details: [`${server} knows no such tenant`] }
            : { kind: 'result', result: answer.result, problem: null, issuanceGraceMs: null };
        case 'no-tenant':
          return { kind: 'no-tenant', details: [answer.detail] };
        case 'rejected':
          throw new UsageError(`${server}: ${answer.detail}`);
        case 'unavailable':
          progress.clear();
          context.stderr.write(`tenantwatch: ${server}: ${answer.detail}; probing from here instead\n`);
          server = undefined;
          return fromHere();
      }
    },
    close: async () => {
      await (await local?.catch(() => undefined))?.close();
    },
  };
}

interface LocalRounds {
  readonly next: () => Promise<Round>;
  readonly close: () => Promise<void>;
}

async function localRounds(
  context: CliContext,
  request: RoundsRequest,
  progress: Progress,
): Promise<LocalRounds> {
  const { env, cwd, clock } = context;
  const noFly = request.flags.noFly ?? false;
  const { config } = loadConfig({ path: request.configPath, env, cwd, flags: request.flags });
  if (!noFly && nonEmpty(env.FLY_ACCESS_TOKEN) === null && nonEmpty(env.FLY_API_TOKEN) === null)
    throw new UsageError(
      "no Fly token: set FLY_ACCESS_TOKEN or FLY_API_TOKEN (`fly tokens create readonly -o ORG`), or leave Fly's API out with --no-fly",
    );
  const platform = toPlatform(config);
  // Said before anything is connected: a name that can be no tenant is a typing error.
  if (request.names !== null && config.tenants.every(({ source }) => source === 'fly')) {
    const { unmatched } = namedTenants(request.names, [], platform);
    if (unmatched.length > 0)
      return { next: () => Promise.resolve(noSuch(unmatched)), close: () => Promise.resolve() };
  }
  const verifier = await context.createVerifier(config, { noFly, claims: request.claims });

  const next = async (): Promise<Round> => {
    const targets = await targetsOf(
      verifier,
      config.tenants.some(({ source }) => source !== 'fly'),
    );
    if (targets.unmatched.length > 0) return noSuch(targets.unmatched);
    const { tenants, problem } = targets;
    if (tenants.length === 0 && problem === null)
      return { kind: 'no-tenant', details: ['the configured sources know no tenant'] };
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
        onCheck: progress.check,
        onTenant: progress.tenant,
      });
      if (timeout.signal.aborted) {
        progress.clear();
        context.stderr.write(
          `tenantwatch: the look was ended after ${spokenDuration(timeoutMs)} (--timeout); what was not known by then could not be told\n`,
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
      if (names === null || listed)
        known = await from.tenants({ discover: names === null && !noFly, signal: context.signal });
    } catch (error) {
      trouble = `the list of tenants cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    }
    if (names === null) return { tenants: known, unmatched: [], problem: trouble };
    const { tenants, unmatched } = namedTenants(names, known, platform);
    if (trouble !== null) context.stderr.write(`tenantwatch: ${trouble}; names are read by the templates\n`);
    return { tenants, unmatched, problem: null };
  };

  return { next, close: () => verifier.close() };
}

type Unmatched = ReturnType<typeof namedTenants>['unmatched'][number];

function noSuch(unmatched: readonly Unmatched[]): Round {
  return {
    kind: 'no-tenant',
    details: unmatched.map(({ name, reason }) => `"${name}" is no tenant: ${reason}`),
  };
}

function nonEmpty(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}
