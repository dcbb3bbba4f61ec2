import { UsageError } from './usage-error.ts';

export const FORMATS = ['pretty', 'json', 'junit', 'github', 'markdown'] as const;
export type Format = (typeof FORMATS)[number];

export interface FormatTarget {
  readonly format: Format;
  /** Path of a file; null: stdout. */
  readonly file: string | null;
}

/** The n-th output belongs to the n-th format; one format may go without and is printed on stdout. */
export function pairFormats(formats: readonly string[], outputs: readonly string[]): readonly FormatTarget[] {
  const asked = formats.length === 0 ? ['pretty'] : formats;
  if (outputs.length > asked.length)
    throw new UsageError(
      `${outputs.length} --output but ${asked.length} --format: the n-th --output belongs to the n-th --format`,
    );
  const targets = asked.map((format, index): FormatTarget => {
    const file = outputs[index];
    return { format: formatOf(format), file: file === undefined || file === '-' ? null : file };
  });
  const printed = targets.filter(({ file }) => file === null);
  if (printed.length > 1)
    throw new UsageError(
      `only one format can be printed on stdout, not ${printed.map(({ format }) => format).join(' and ')}: give each other one its --output FILE`,
    );
  const files = targets.flatMap(({ file }) => file ?? []);
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined) throw new UsageError(`two formats would be written to ${twice}`);
  return targets;
}

function formatOf(text: string): Format {
  const format = FORMATS.find((candidate) => candidate === text);
  if (format === undefined) throw new UsageError(`"${text}" is no format; there are: ${FORMATS.join(', ')}`);
  return format;
}
