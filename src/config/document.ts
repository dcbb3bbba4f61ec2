import {
  isCollection,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type YAMLError,
} from 'yaml';
import { formatKey, type ConfigIssue, type KeyPath } from './error.ts';

/** A parsed configuration file: its data, and where each key stands. */
export interface ConfigDocument {
  /** As given by the user; null without a file. */
  readonly file: string | null;
  readonly data: unknown;
  /** Keys that stand there twice; what is below them is not to be judged, as nobody knows which is meant. */
  readonly repeated: readonly { readonly path: KeyPath; readonly issue: ConfigIssue }[];
  /** Line of the key, or of the nearest thing around it that is written down; null without a file. */
  readonly lineOf: (path: KeyPath) => number | null;
  /** A scalar as it was written: an id such as 012345678901 or 12e456789012 is a number to YAML. */
  readonly textOf: (path: KeyPath) => string | undefined;
}

export const NO_DOCUMENT: ConfigDocument = {
  file: null,
  data: {},
  repeated: [],
  lineOf: () => null,
  textOf: () => undefined,
};

/** The document, or what is wrong with its syntax. */
export function parseConfigDocument(file: string, content: string): ConfigDocument | readonly ConfigIssue[] {
  const lineCounter = new LineCounter();
  const document = parseDocument(content, {
    lineCounter,
    prettyErrors: false,
    // They are found below, with their names.
    uniqueKeys: false,
    version: '1.2',
  });
  const lineAt = (offset: number): number => lineCounter.linePos(offset).line;
  const issueAt = (offset: number, message: string): ConfigIssue => {
    return { file, line: lineAt(offset), key: '', message };
  };
  const issues = [
    ...[...document.errors, ...document.warnings].map((problem) =>
      issueAt(problem.pos[0], syntaxMessage(problem)),
    ),
    ...danglingAliases(document).map(({ offset, name }) =>
      issueAt(offset, `*${name} stands for nothing: there is no &${name} before it`),
    ),
  ];
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
    repeated: repeatedKeys(document).map(({ path, offset, firstOffset }) => ({
      path,
      issue: {
        file,
        line: lineAt(offset),
        key: formatKey(path),
        message: `is there twice, first on line ${lineAt(firstOffset)}: leave one`,
      },
    })),
    lineOf: (path) => lineAt(offsetOf(document, path)),
    textOf: (path) => {
      const node = document.getIn(path, true);
      return isScalar(node) ? node.source : undefined;
    },
  };
}

/** The parser's own words, but for those that speak to programmers. */
function syntaxMessage({ code, message }: YAMLError): string {
  return code === 'MULTIPLE_DOCS' ? 'must be one document: leave out this --- and what follows it' : message;
}

function danglingAliases(document: Document): readonly { readonly offset: number; readonly name: string }[] {
  const found: { offset: number; name: string }[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined)
        found.push({ offset: alias.range?.[0] ?? 0, name: alias.source });
    },
  });
  return found;
}

interface RepeatedKey {
  readonly path: KeyPath;
  readonly offset: number;
  readonly firstOffset: number;
}

function repeatedKeys(document: Document): readonly RepeatedKey[] {
  const search = (node: unknown, path: KeyPath): readonly RepeatedKey[] => {
    if (!isCollection(node)) return [];
    const seen = new Map<string, number>();
    return node.items.flatMap((item, index): readonly RepeatedKey[] => {
      if (!isMap(node)) return search(item, [...path, index]);
      const { key, value } = item as (typeof node.items)[number];
      if (!isScalar(key)) return [];
      const name = String(key.value);
      const offset = key.range?.[0] ?? 0;
      const firstOffset = seen.get(name);
      seen.set(name, firstOffset ?? offset);
      const inner = [...path, name];
      return firstOffset === undefined ? search(value, inner) : [{ path: inner, offset, firstOffset }];
    });
  };
  return search(document.contents, []);
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
