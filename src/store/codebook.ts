import type { Connection } from './connection.ts';

export type CodeKind = 'verdict' | 'trigger' | 'problem' | 'check' | 'reason' | 'stage' | 'series';

/** Names of the closed sets as small numbers that stay with the file. */
export interface Codebook {
  /** The number of a name; a new name gets the next one. Only inside a write transaction. */
  readonly encode: (kind: CodeKind, name: string) => number;
  /** The name of a number. Its type is what the caller wrote there. */
  readonly decode: (kind: CodeKind, code: number) => string;
}

interface Names {
  readonly byName: Map<string, number>;
  readonly byCode: string[];
}

export function createCodebook(connection: Connection): Codebook {
  const select = connection.prepare<{ code: number; name: string }>(
    'SELECT code, name FROM codes WHERE kind = ?',
  );
  const insert = connection.prepare('INSERT INTO codes (kind, code, name) VALUES (?, ?, ?)');
  const known = new Map<CodeKind, Names>();
  // A number that was given in a transaction that failed was never given.
  connection.onRollback(() => {
    known.clear();
  });

  const load = (kind: CodeKind): Names => {
    const names: Names = { byName: new Map(), byCode: [] };
    for (const { code, name } of select.all(kind)) {
      names.byName.set(name, code);
      names.byCode[code] = name;
    }
    known.set(kind, names);
    return names;
  };

  return {
    encode: (kind, name) => {
      // Another process may have given it a number since: look again before giving one.
      const given = known.get(kind)?.byName.get(name) ?? load(kind).byName.get(name);
      if (given !== undefined) return given;
      const names = known.get(kind) ?? load(kind);
      const next = names.byCode.length;
      insert.run(kind, next, name);
      names.byName.set(name, next);
      names.byCode[next] = name;
      return next;
    },
    decode: (kind, code) => {
      const name = known.get(kind)?.byCode[code] ?? load(kind).byCode[code];
      if (name === undefined) throw new RangeError(`no ${kind} has the number ${code} in this file`);
      return name;
    },
  };
}
