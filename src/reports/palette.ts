/** How a text is emphasized. Injected, so that a report never asks where it is printed. */
export interface Palette {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly doubtful: (text: string) => string;
  readonly command: (text: string) => string;
}

const asIs = (text: string): string => text;

/** No escape codes: for pipes, files, and terminals that want none. */
export const PLAIN: Palette = {
  bold: asIs,
  dim: asIs,
  good: asIs,
  bad: asIs,
  doubtful: asIs,
  command: asIs,
};

function sgr(on: number, off: number): (text: string) => string {
  return (text) => `\u001b[${on}m${text}\u001b[${off}m`;
}

/** The sixteen colours that every terminal theme has made readable (ECMA-48 SGR). */
export const ANSI: Palette = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  good: sgr(32, 39),
  bad: sgr(31, 39),
  doubtful: sgr(33, 39),
  command: sgr(36, 39),
};
