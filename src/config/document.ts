import { isCollection, isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { ConfigIssue, KeyPath } from './error.ts';

/** A parsed configuration file: its data, and where each key stands. */
export interface ConfigDocument {
  /** As given by the user; null without a file. */
  readonly file: string | null;
  readonly data: unknown;
  /** Line of the key, or of the nearest thing around it that is written down; null without a file. */
  readonly lineOf: (path: KeyPath) => number | null;
  /** A scalar as it was written: an id such as 012345678901 or 12e456789012 is a number to YAML. */
  readonly textOf: (path: KeyPath) => string | undefined;
}

export const NO_DOCUMENT: ConfigDocument = {
  file: null,
  data: {},
  lineOf: () => null,
  textOf: () => undefined,
};

/** The document, or what is wrong with its syntax. */
export function parseConfigDocument(file: string, content: string): ConfigDocument | readonly ConfigIssue[] {
  const lineCounter = new LineCounter();
  const document = parseDocument(content, { lineCounter, prettyErrors: false, version: '1.2' });
  const issues = [...document.errors, ...document.warnings].map((problem) => ({
    file,
    line: lineCounter.linePos(problem.pos[0]).line,
    key: '',
    message: problem.message,
  }));
  if (issues.length > 0) return issues;

  let data: unknown;
  try {
    // Bounded: a few aliases are handy, a bomb of them is not.
    data = document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    return [{ file, line: null, key: '', message: error instanceof Error ? error.message : String(error) }];
  }
  return {
    file,
    data: data ?? {},
    lineOf: (path) => lineCounter.linePos(offsetOf(document, path)).line,
    textOf: (path) => {
      const node = document.getIn(path, true);
      return isScalar(node) ? node.source : undefined;
    },
  };
}

function offsetOf(document: Document, path: KeyPath): number {
  let node: unknown = document.contents;
  let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (pair === undefined) return offset;
      if (isNode(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isCollection(node)) {
      node = node.get(part, true);
      if (isNode(node)) offset = node.range?.[0] ?? offset;
    } else return offset;
  }
  return offset;
}
