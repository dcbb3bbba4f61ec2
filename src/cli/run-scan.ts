import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { whyUnreadable } from '../config/why-unreadable.ts';
import type { Finding } from '../guard/scan/finding.ts';
import { MAX_SOURCE_LENGTH, scanText } from '../guard/scan/scan-text.ts';
import type { Platform } from '../model/platform.ts';
import { printableJson } from '../reports/json.ts';
import { scanAnnotations, scanReport, type ScanResult } from '../reports/scan.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit-code.ts';
import { loadPlatform } from './platform-settings.ts';
import type { ConfigOptions } from './shared-options.ts';
import { paletteOf } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { walkSources, type WalkEnd } from './walk-sources.ts';

/** What the command line of `scan` says. */
export interface ScanOptions extends Pick<ConfigOptions, 'config' | 'domain' | 'managementApp'> {
  readonly format: 'pretty' | 'json' | 'github';
  readonly json?: true;
  readonly strict?: true;
}

/** More than anybody reads; a tree with more of them has another problem. */
const MAX_FINDINGS = 10_000;

/** One scan; its exit code. Throws UsageError and ConfigError before anything is printed. */
export async function runScan(context: CliContext, path: string, options: ScanOptions): Promise<number> {
  const { config, domain, managementApp } = options;
  // Only names are needed: neither token nor organization.
  const { platform } = loadPlatform(context, config, { domain, managementApp, noFly: true });
  const { findings, end } = await scanPath(context, path, platform);
  const { files, truncated, unreadable } = end;
  const complete = !truncated && unreadable.length === 0;
  const result: ScanResult = { schema: 'tenantwatch.scan/1', findings, files, complete };
  context.stdout.write(rendered(context, result, options));
  if (truncated)
    context.stderr.write('tenantwatch: the tree is too large: not everything was read; scan its parts\n');
  for (const each of unreadable) context.stderr.write(`tenantwatch: ${each} could not be read\n`);

  const counted = options.strict === true ? ['fail', 'warn'] : ['fail'];
  if (findings.some(({ verdict }) => counted.includes(verdict))) return EXIT.failed;
  return result.complete ? EXIT.passed : EXIT.couldNotTell;
}

function rendered(context: CliContext, result: ScanResult, { json, format }: ScanOptions): string {
  if (json === true || format === 'json') return printableJson(result);
  return format === 'github'
    ? scanAnnotations(result)
    : scanReport(result, paletteOf(context.stdout, context.env));
}

interface Scanned {
  readonly findings: readonly Finding[];
  readonly end: WalkEnd;
}

async function scanPath({ cwd, signal }: CliContext, path: string, platform: Platform): Promise<Scanned> {
  const target = resolve(cwd, path);
  const kind = await stat(target).catch((error: unknown) => {
    throw new UsageError(`${path} ${whyUnreadable(error)}`);
  });
  const folder = kind.isDirectory() ? target : dirname(target);
  // Findings are named as the user would name them: from the working folder where they lie below it.
  const prefix = relative(cwd, folder);
  const outside = prefix.startsWith('..') || isAbsolute(prefix);
  const shown = (name: string): string =>
    (outside ? resolve(folder, name) : relative(cwd, resolve(folder, name))).split(sep).join('/');

  const findings: Finding[] = [];
  const take = (name: string, text: string): void => {
    for (const finding of scanText(name, text, platform))
      if (findings.length < MAX_FINDINGS) findings.push({ ...finding, path: shown(name) });
  };
  if (!kind.isDirectory()) {
    if (kind.size > MAX_SOURCE_LENGTH) throw new UsageError(`${path} is too large to be read`);
    take(basename(target), await readFile(target, 'utf8'));
    return { findings, end: { files: 1, truncated: false, unreadable: [] } };
  }
  const walk = walkSources(target);
  for (let step = await walk.next(); ; step = await walk.next()) {
    signal.throwIfAborted();
    if (step.done === true) {
      return { findings, end: { ...step.value, unreadable: step.value.unreadable.map(shown) } };
    }
    take(step.value.path, step.value.text);
  }
}
