/** One annotation of a GitHub step. */
export interface Annotation {
  readonly level: 'error' | 'warning';
  readonly title: string;
  readonly text: string;
  /** Where it is shown; a path relative to the workspace, line and column from 1. */
  readonly place?: { readonly file: string; readonly line: number; readonly column: number };
}

/** GitHub shows at most so many of each level for one step; more would be dropped without a word. */
const PER_LEVEL = 10;

/** Workflow commands, one a line, errors first; the last of a level counts what did not fit. */
export function workflowCommands(annotations: readonly Annotation[]): string {
  const lines = (['error', 'warning'] as const).flatMap((level) =>
    limited(
      annotations.filter((candidate) => candidate.level === level),
      level,
    ),
  );
  return lines.map((line) => `${command(line)}\n`).join('');
}

function limited(annotations: readonly Annotation[], level: Annotation['level']): readonly Annotation[] {
  if (annotations.length <= PER_LEVEL) return annotations;
  const shown = annotations.slice(0, PER_LEVEL - 1);
  const left = annotations.length - shown.length;
  return [...shown, { level, title: 'tenantwatch', text: `${left} more; the other formats have them all` }];
}

/** Escaped as the runner unescapes it: data `% \r \n`, properties also `: ,` (actions/toolkit, command.ts). */
function command({ level, title, text, place }: Annotation): string {
  const properties = [
    ...(place === undefined
      ? []
      : [`file=${escapeProperty(place.file)}`, `line=${place.line}`, `col=${place.column}`]),
    `title=${escapeProperty(title)}`,
  ];
  return `::${level} ${properties.join(',')}::${escapeData(text)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
