import type { Run } from '../model/run.ts';
import { STAGES } from '../model/stages.ts';

export const EXPORT_FORMATS = ['ndjson', 'csv', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Texts of an export: what stands before, between and after the records, so that it can be written as it is read. */
export interface RecordFormat {
  readonly head: string;
  readonly record: (run: Run) => string;
  readonly separator: string;
  readonly tail: string;
}

const CSV_HEAD = [
  'tenant',
  'at',
  'verdict',
  'code',
  'trigger',
  'duration_ms',
  ...STAGES.map((stage) => `${stage.replaceAll('-', '_')}_ms`),
  'not_passed',
];

export const RECORD_FORMATS: Readonly<Record<ExportFormat, RecordFormat>> = {
  ndjson: { head: '', record: jsonLine, separator: '\n', tail: '\n' },
  json: { head: '[\n', record: jsonLine, separator: ',\n', tail: '\n]\n' },
  csv: { head: `${CSV_HEAD.join(',')}\r\n`, record: csvLine, separator: '\r\n', tail: '\r\n' },
};

function jsonLine({ at, ...run }: Run): string {
  const { tenant, ...rest } = run;
  return JSON.stringify({ tenant, at: new Date(at).toISOString(), ...rest });
}

/** RFC 4180. Checks that did not pass are one field: `check=verdict:reason`, separated by blanks. */
function csvLine({ tenant, at, verdict, code, trigger, durationMs, stages, notPassed }: Run): string {
  const checks = notPassed.map(
    ({ check, verdict: judged, reason }) => `${check}=${judged}${reason === null ? '' : `:${reason}`}`,
  );
  return [
    tenant,
    new Date(at).toISOString(),
    verdict,
    code ?? '',
    trigger,
    String(durationMs),
    ...STAGES.map((stage) => String(stages[stage] ?? '')),
    checks.join(' '),
  ]
    .map(csvField)
    .join(',');
}

/** A spreadsheet takes what begins like a formula for one, in quotes or not: an apostrophe makes it text. */
function csvField(text: string): string {
  const inert = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
