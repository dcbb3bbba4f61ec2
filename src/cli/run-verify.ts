import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { whyUnreadable } from '../config/why-unreadable.ts';
import { jsonReport } from '../reports/json.ts';
import { parseBaseline, type Baseline } from './baseline.ts';
import type { CliContext } from './context.ts';
import { exitCode } from './exit-code.ts';
import { pairFormats } from './formats.ts';
import { liveProgress, SILENT } from './progress.ts';
import { createRounds } from './rounds.ts';
import { runGate } from './run-gate.ts';
import { configFlags } from './shared-options.ts';
import { tenantNames } from './targets.ts';
import { isLive, paletteOf } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import type { VerifyOptions } from './verify-options.ts';
import { claimFiles, writeReports } from './write-reports.ts';

/** One run of the gate; its exit code. Throws UsageError and ConfigError before anything is printed on stdout. */
export async function runVerify(
  context: CliContext,
  given: readonly string[],
  options: VerifyOptions,
  report: { readonly formats: readonly string[]; readonly outputs: readonly string[] },
): Promise<number> {
  const targets = pairFormats(report.formats, report.outputs);
  const names = await namesOf(context, given, options);
  refuseContradictions(options);
  const baseline =
    options.baseline === undefined ? new Set<string>() : await readBaseline(context, options.baseline);
  const files = targets.flatMap(({ file }) => file ?? []);
  if (options.save !== undefined && files.includes(options.save))
    throw new UsageError(`--save and --output would both be written to ${options.save}`);
  await claimFiles([...files, ...(options.save === undefined ? [] : [options.save])], context.cwd);
  const history =
    options.store === undefined ? null : await context.openHistory(resolve(context.cwd, options.store));

  const progress =
    options.quiet !== true && isLive(context.stderr, context.env)
      ? liveProgress(context.stderr, paletteOf(context.stderr, context.env), context.clock)
      : SILENT;
  const rules = { strict: options.strict === true };
  const rounds = createRounds(
    context,
    {
      configPath: options.config,
      flags: configFlags(options),
      names,
      claims: options.claims === true,
      server: options.server,
      timeoutMs: options.timeout,
    },
    progress,
  );
  try {
    const { outcome, result, notes } = await runGate({
      rounds,
      clock: context.clock,
      policy: {
        waitMs: options.wait,
        intervalMs: options.interval ?? INTERVAL_MS,
        successes: options.successes,
      },
      rules,
      baseline,
      progress,
      signal: context.signal,
    });
    progress.clear();
    const code = exitCode(outcome, rules);
    await writeReports(context, {
      result,
      rules,
      targets,
      notes,
      exitCode: code,
      quiet: options.quiet === true,
    });
    if (outcome.kind === 'judged') {
      if (options.save !== undefined) await writeFile(resolve(context.cwd, options.save), jsonReport(result));
      history?.keep(result);
    }
    return code;
  } finally {
    progress.clear();
    history?.close();
    await rounds.close();
  }
}

const INTERVAL_MS = 5_000;

/** What would be ignored without a word is a mistake. */
function refuseContradictions({ wait, successes, interval, claims, fly, server }: VerifyOptions): void {
  if (successes > 1 && wait === 0)
    throw new UsageError('--successes needs --wait: how long may it take to pass so often?');
  if (interval !== undefined && wait === 0)
    throw new UsageError('--interval needs --wait: without it there is one look');
  // A daemon sweeps by itself; --no-fly is then for the case that it cannot answer.
  if (claims === true && fly === false && server === undefined)
    throw new UsageError("--claims and --no-fly exclude each other: the sweep asks Fly's API");
}

/** The names that were asked for; null for all. */
async function namesOf(
  context: CliContext,
  given: readonly string[],
  { all, tenants }: VerifyOptions,
): Promise<readonly string[] | null> {
  const listed = tenants === undefined ? [] : tenantNames(await readText(context, tenants, '--tenants'));
  if (all === true) {
    if (given.length > 0 || tenants !== undefined) throw new UsageError('--all and names exclude each other');
    return null;
  }
  if (given.length === 0 && tenants === undefined)
    throw new UsageError(
      'which tenant? Name one (id, host name, app name or UUID), or --all, or --tenants FILE',
    );
  return [...given, ...listed];
}

async function readBaseline(context: CliContext, file: string): Promise<Baseline> {
  const text = await readText(context, file, '--baseline');
  try {
    return parseBaseline(text);
  } catch (error) {
    throw new UsageError(`--baseline ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function readText({ cwd }: CliContext, file: string, option: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, file), 'utf8');
  } catch (error) {
    throw new UsageError(`${option} ${file} ${whyUnreadable(error)}`);
  }
}
