const MAX_FRAMES = 12;

/**
 * What may be said of such an error: its kind, its code and where it happened. Its message and its fields may repeat an address or a
 * header, and with them a secret.
 */
export function crashText(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code =
    'code' in error && /^[A-Z0-9_]{1,60}$/.test(String(error.code)) ? ` ${String(error.code)}` : '';
  const name = /^\w{1,60}$/.test(error.name) ? error.name : 'Error';
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^ {4}at [^?]{1,300}:\d+:\d+\)?$/.test(line));
  return [`${name}${code}`, ...frames.slice(0, MAX_FRAMES)].join('\n');
}
