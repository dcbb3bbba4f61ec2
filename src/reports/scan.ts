import type { Finding } from '../guard/scan/finding.ts';
import { PLAIN, type Palette } from './palette.ts';
import { say, withoutRunnerCommands } from './wording.ts';
import { workflowCommands, type Annotation } from './workflow-commands.ts';
import { wrap } from './wrap.ts';

/** What `scan` found; printed as it is with `--json`. */
export interface ScanResult {
  readonly schema: 'tenantwatch.scan/1';
  readonly findings: readonly Finding[];
  /** Text files that were read. */
  readonly files: number;
  /** False when something was left out that should have been read. */
  readonly complete: boolean;
}

const STYLE = { fail: 'bad', warn: 'doubtful', pass: 'good', skipped: 'dim' } as const;
const ORDER = ['fail', 'warn', 'skipped', 'pass'] as const;

/** For people: what conflicts first, each with `file:line`, the reason and the line itself. Ends with a newline. */
export function scanReport({ findings, files, complete }: ScanResult, palette: Palette = PLAIN): string {
  const shown = ORDER.flatMap((verdict) => findings.filter((finding) => finding.verdict === verdict));
  const blocks = shown
    .filter(({ verdict }) => verdict !== 'pass')
    .map((finding) => {
      const { verdict, reason, text, excerpt } = finding;
      return [
        `${palette.bold(placeOf(finding))}  ${palette[STYLE[verdict]](verdict)}  ${say(reason)}`,
        wrap(say(text), 2),
        palette.dim(`    ${say(excerpt)}`),
      ].join('\n');
    });
  const counts = ORDER.map((verdict) => ({
    verdict,
    count: findings.filter((finding) => finding.verdict === verdict).length,
  }));
  const [fail = 0, warn = 0, skipped = 0, pass = 0] = counts.map(({ count }) => count);
  const summary = [
    `${fail} conflicting`,
    `${warn} could not be told`,
    ...(skipped === 0 ? [] : [`${skipped} suppressed`]),
    `${pass} where they belong`,
  ].join(', ');
  const places = fail + warn + skipped + pass;
  const read = `${files} ${files === 1 ? 'file' : 'files'} read${complete ? '' : ', not all of them'}`;
  const last =
    places === 0
      ? `no place that adds certificates (${read})`
      : `${places} ${places === 1 ? 'place adds' : 'places add'} certificates: ${summary} (${read})`;
  return withoutRunnerCommands(`${[...blocks, last].join('\n\n')}\n`);
}

/** Annotations at the lines themselves; paths are relative to the working folder, which is the workspace in a workflow. */
export function scanAnnotations({ findings }: ScanResult): string {
  return workflowCommands(
    findings.flatMap(({ path, line, column, verdict, reason, text }): readonly Annotation[] =>
      verdict === 'fail' || verdict === 'warn'
        ? [
            {
              level: verdict === 'fail' ? 'error' : 'warning',
              title: `Certificate: ${say(reason)}`,
              text: say(text),
              place: { file: say(path), line, column },
            },
          ]
        : [],
    ),
  );
}

function placeOf({ path, line }: Finding): string {
  return `${say(path)}:${line}`;
}
