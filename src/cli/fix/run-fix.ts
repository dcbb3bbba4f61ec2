import { isDeepStrictEqual } from 'node:util';
import { namedTenants } from '../../model/named-tenants.ts';
import type { Tenant } from '../../model/tenant.ts';
import { unfinishedSteps, REPAIR_ACTION } from '../../repair/record.ts';
import type { RepairStep } from '../../repair/plan.ts';
import { printableJson } from '../../reports/json.ts';
import { outcomeText, planText, type RepairReport, type TenantRepair } from '../../repair/report.ts';
import type { Config } from '../../config/index.ts';
import type { CliContext } from '../context.ts';
import { isJson, type DatabaseOptions } from '../database-options.ts';
import { EXIT } from '../exit-code.ts';
import { operatorName } from '../operator.ts';
import { loadPlatform, requireToken } from '../platform-settings.ts';
import type { ConfigOptions } from '../shared-options.ts';
import { paletteOf } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import { lookAt, type LookedAt, type Looking } from './look.ts';
import { repairTenants } from './repair-tenants.ts';

/** What the command line of `fix` says; durations are milliseconds. */
export interface FixOptions extends Omit<ConfigOptions, 'fly'>, Pick<DatabaseOptions, 'format' | 'json'> {
  readonly all?: true;
  readonly yes?: true;
  readonly wait: number;
  readonly timeout: number;
  readonly author?: string;
}

/** Plans, asks, applies, verifies; the exit code. Throws UsageError, ConfigError and StoreError. */
export async function runFix(
  context: CliContext,
  names: readonly string[],
  options: FixOptions,
): Promise<number> {
  if (options.all === true && names.length > 0) throw new UsageError('--all and names exclude each other');
  if (options.all !== true && names.length === 0)
    throw new UsageError('which tenant? Name one (id, host name, app name or UUID), or --all');
  const { domain, managementApp, org } = options;
  const { config, platform } = loadPlatform(context, options.config, {
    domain,
    managementApp,
    org,
    noFly: false,
  });
  requireToken(context.env, 'which looks; TENANTWATCH_FLY_WRITE_TOKEN changes');
  const token = context.env.TENANTWATCH_FLY_WRITE_TOKEN ?? '';
  if (options.yes === true && token === '') throw new UsageError(NO_WRITE_TOKEN);
  // A plan needs no author.
  const author = options.yes === true ? operatorName(options.author, context) : null;

  const verifier = await context.createVerifier(config, { noFly: false, claims: true });
  const fly = await context.openFly({ org: config.fly.org, contactUrl: config.network.contactUrl });
  const looking: Looking = { context, verifier, fly, settings: platform, timeoutMs: options.timeout };
  try {
    const listed =
      options.all === true || config.tenants.some(({ source }) => source !== 'fly')
        ? await verifier.tenants({ discover: options.all === true, signal: context.signal })
        : [];
    const { tenants, unmatched } =
      options.all === true ? { tenants: listed, unmatched: [] } : namedTenants(names, listed, platform);
    for (const { name, reason } of unmatched)
      context.stderr.write(`tenantwatch: "${name}" is no tenant: ${reason}\n`);
    if (unmatched.length > 0 || tenants.length === 0) return EXIT.noTenant;

    const unfinished = await unfinishedOf(context, config);
    const looked = await lookAt(looking, tenants, unfinished);
    const planned = looked.filter(({ decision }) => decision.decision === 'plan');
    const plan = reportOf(looked);
    const output = printer(context, options);
    output.plan(plan);
    if (planned.length === 0) return finished(output, plan);
    const actor = author ?? (await confirmedBy(context, options, plan, token));
    if (actor === null) return finished(output, plan);
    // A question may stand for an hour.
    const again = planned.map(({ tenant }) => tenant);
    if (author === null && !samePlans(planned, await lookAt(looking, again, unfinished))) {
      context.stderr.write(
        'tenantwatch: nothing was changed: the plan is no longer what would be done now, run it again\n',
      );
      return finished(output, plan);
    }

    const repair = await context.openRepair(config, token);
    try {
      const repaired = await repairTenants(planned, {
        ...looking,
        repair,
        clock: context.clock,
        signal: context.signal,
        actor,
        waitMs: options.wait,
      });
      const tenantsAfter = plan.tenants.map((one) => ({ ...one, ...repaired.get(one.tenant) }));
      return finished(output, { ...plan, applied: true, tenants: tenantsAfter });
    } finally {
      await repair.close();
    }
  } finally {
    await Promise.all([verifier.close(), fly.close()]);
  }
}

function samePlans(before: readonly LookedAt[], now: readonly LookedAt[]): boolean {
  const steps = (looked: readonly LookedAt[]): unknown =>
    looked.map(({ tenant, decision }) => [
      tenant.id,
      decision.decision === 'plan' ? decision.plan.steps : decision.decision,
    ]);
  return isDeepStrictEqual(steps(before), steps(now));
}

const NO_WRITE_TOKEN =
  'no token that may change certificates: set TENANTWATCH_FLY_WRITE_TOKEN (`fly tokens create org -o ORG -x 1h`: a repair touches two apps)';

function reportOf(looked: readonly LookedAt[]): RepairReport {
  const tenants = looked.map(({ tenant, decision }): TenantRepair => ({
    tenant: tenant.id,
    hostname: tenant.hostname,
    app: tenant.app,
    made: [],
    verdict: null,
    ...decision,
  }));
  return { schema: 'tenantwatch.fix/1', applied: false, tenants };
}

/** The steps that earlier repairs left, by the audit trail; none where there is no database yet. */
async function unfinishedOf(
  context: CliContext,
  config: Config,
): Promise<(tenant: Tenant) => readonly RepairStep[]> {
  const store = await context.openStore(config, 'read').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'missing') return null;
    throw error;
  });
  if (store === null) return () => [];
  try {
    const entries = store.audit.list({ action: REPAIR_ACTION, limit: 1_000 });
    return ({ id }) => unfinishedSteps(entries.filter(({ subject }) => subject === id));
  } finally {
    store.close();
  }
}

/** Who said yes; null when nobody did, or nothing could follow from it. */
async function confirmedBy(
  { ask, stderr, env }: CliContext,
  options: FixOptions,
  plan: RepairReport,
  token: string,
): Promise<string | null> {
  if (ask === null) {
    stderr.write('tenantwatch: nothing was changed; --yes applies the plan\n');
    return null;
  }
  if (token === '') {
    stderr.write(`tenantwatch: nothing was changed: ${NO_WRITE_TOKEN}\n`);
    return null;
  }
  const author = operatorName(options.author, { env });
  if (isJson(options)) stderr.write(planText(plan, paletteOf(stderr, env)));
  const answer = await ask('Apply this? Only "yes" does: ');
  if (answer.trim().toLowerCase() === 'yes') return author;
  stderr.write('tenantwatch: nothing was changed\n');
  return null;
}

/** People see the plan before they are asked; JSON is one document at the end. */
function printer({ stdout, env }: CliContext, options: FixOptions) {
  const palette = paletteOf(stdout, env);
  return {
    plan: (report: RepairReport): void => {
      if (!isJson(options)) stdout.write(planText(report, palette));
    },
    end: (report: RepairReport): void => {
      if (isJson(options)) stdout.write(printableJson(report));
      else if (report.applied) stdout.write(`\n${outcomeText(report, palette)}`);
    },
  };
}

function finished(output: ReturnType<typeof printer>, report: RepairReport): number {
  output.end(report);
  const codes = report.tenants.map(exitCodeOf);
  for (const code of [EXIT.failed, EXIT.couldNotTell]) if (codes.includes(code)) return code;
  return EXIT.passed;
}

function exitCodeOf(one: TenantRepair): number {
  switch (one.decision) {
    case 'nothing-to-do':
      return EXIT.passed;
    case 'by-hand':
      return EXIT.failed;
    case 'refused':
      return one.reason === 'another-problem' ? EXIT.failed : EXIT.couldNotTell;
    case 'plan':
      if (one.made.some(({ outcome }) => outcome === 'failed')) return EXIT.couldNotTell;
      if (one.verdict === 'pass' || one.verdict === 'warn') return EXIT.passed;
      return one.verdict === 'unknown' ? EXIT.couldNotTell : EXIT.failed;
  }
}
