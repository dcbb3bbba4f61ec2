/** One thing that is wrong with the configuration. */
export interface ConfigIssue {
  /** Path of the file as it was given; null when the value came from a flag, the environment, or is missing without a file. */
  readonly file: string | null;
  /** 1 for the first line. */
  readonly line: number | null;
  /** `platform.domain`, `alerts.channels[0].name`; empty for the file as a whole. */
  readonly key: string;
  /** What is wrong and what would be right; never a secret's value. */
  readonly message: string;
}

/** The configuration cannot be used; everything that is wrong with it, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_INVALID';
  readonly issues: readonly ConfigIssue[];

  constructor(issues: readonly ConfigIssue[]) {
    super(issues.map(formatIssue).join('\n'));
    this.issues = issues;
  }
}

/** `tenantwatch.yaml:12: platform.domain: must be …`, the form that editors and terminals turn into a link. */
function formatIssue({ file, line, key, message }: ConfigIssue): string {
  const place = file === null ? 'configuration' : line === null ? file : `${file}:${line}`;
  return key === '' ? `${place}: ${message}` : `${place}: ${key}: ${message}`;
}

export type KeyPath = readonly (string | number)[];

export function formatKey(path: KeyPath): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  );
}
