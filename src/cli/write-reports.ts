import { randomUUID } from 'node:crypto';
import { appendFile, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { VerifyResult } from '../model/diagnosis.ts';
import { githubAnnotations, githubOutputs, githubSummary } from '../reports/github.ts';
import { jsonReport } from '../reports/json.ts';
import { junitReport } from '../reports/junit.ts';
import { markdownReport } from '../reports/markdown.ts';
import { PLAIN } from '../reports/palette.ts';
import { prettyReport } from '../reports/pretty.ts';
import { subjectsOf } from '../reports/subject.ts';
import { gateVerdict, type GateRules } from '../reports/weight.ts';
import type { CliContext } from './context.ts';
import { EXIT } from './exit-code.ts';
import type { Format, FormatTarget } from './formats.ts';
import { makeFolder } from './make-folder.ts';
import { paletteOf } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { whyUnwritable } from './why-unwritable.ts';

export interface ReportRequest {
  readonly result: VerifyResult;
  readonly rules: GateRules;
  readonly targets: readonly FormatTarget[];
  readonly notes: readonly string[];
  readonly exitCode: number;
  /** The pretty report is left out. */
  readonly quiet: boolean;
}

/** Makes sure before anything is probed that the files can be written. */
export async function claimFiles(files: readonly string[], cwd: string): Promise<void> {
  for (const file of files) {
    try {
      const path = resolve(cwd, file);
      await makeFolder(dirname(path));
      await appendFile(path, '');
    } catch (error) {
      throw new UsageError(`${file} ${whyUnwritable(error)}`);
    }
  }
}

/** Prints and writes every format that was asked for. Throws UsageError when a file took nothing, after all the others. */
export async function writeReports(context: CliContext, request: ReportRequest): Promise<void> {
  const { result, targets, notes, quiet } = request;
  const unwritten: string[] = [];
  for (const { format, file } of targets) {
    if (format === 'github') await writeGithubFiles(context, request);
    const palette = file === null ? paletteOf(context.stdout, context.env) : PLAIN;
    const text =
      format === 'pretty'
        ? prettyReport(result, { ...request.rules, palette, notes })
        : RENDER[format](result, request.rules);
    if (file !== null)
      await writeFile(resolve(context.cwd, file), text).catch((error: unknown) => {
        unwritten.push(`${file} ${whyUnwritable(error)}`);
      });
    else if (format !== 'pretty' || !quiet) context.stdout.write(text);
  }
  const toldAlready = !quiet && targets.some(({ format, file }) => format === 'pretty' && file === null);
  // A name that means nobody is a mistake, and a mistake is never without a word.
  if (!toldAlready && (!quiet || request.exitCode === EXIT.noTenant))
    for (const note of notes) context.stderr.write(`tenantwatch: ${note}\n`);
  if (unwritten.length > 0) throw new UsageError(unwritten.join('\n'));
}

const RENDER: Readonly<
  Record<Exclude<Format, 'pretty'>, (result: VerifyResult, rules: GateRules) => string>
> = {
  json: jsonReport,
  junit: junitReport,
  github: githubAnnotations,
  markdown: markdownReport,
};

/** The step summary and the step's outputs, where the runner names their files. */
async function writeGithubFiles(
  { env }: CliContext,
  { result, rules, exitCode }: ReportRequest,
): Promise<void> {
  const { GITHUB_STEP_SUMMARY: summary, GITHUB_OUTPUT: output } = env;
  if (summary !== undefined && summary !== '') await appendFile(summary, githubSummary(result, rules));
  if (output === undefined || output === '') return;
  const codes = subjectsOf(result).flatMap(({ diagnosis }) => diagnosis?.code ?? []);
  const outputs = {
    verdict: result.verdict,
    gate: gateVerdict(result, rules),
    'exit-code': String(exitCode),
    problems: [...new Set(codes)].join(' '),
  };
  await appendFile(output, githubOutputs(outputs, `tenantwatch-${randomUUID()}`));
}
