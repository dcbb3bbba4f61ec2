/** A cell is padded first and styled then: escape codes have no width. */
export type Cell = string | { readonly text: string; readonly style: (text: string) => string };

export interface ColumnOptions {
  readonly indent?: number;
  /** Columns (from 0) whose texts stand at the right edge. */
  readonly right?: readonly number[];
}

/** Rows of texts under one another, two blanks apart, without a final newline; the last column is not padded. */
export function columns(rows: readonly (readonly Cell[])[], options: ColumnOptions = {}): string {
  const { indent = 2, right = [] } = options;
  const count = Math.max(0, ...rows.map(({ length }) => length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(0, ...rows.map((row) => textOf(row[column]).length)),
  );
  return rows
    .map((row) => {
      const cells = row.map((cell, column) => {
        const text = textOf(cell);
        const width = widths[column] ?? 0;
        const last = column === row.length - 1;
        const padded = right.includes(column) ? text.padStart(width) : last ? text : text.padEnd(width);
        return typeof cell === 'string' ? padded : cell.style(padded);
      });
      return `${' '.repeat(indent)}${cells.join('  ')}`.trimEnd();
    })
    .join('\n');
}

function textOf(cell: Cell | undefined): string {
  if (cell === undefined) return '';
  return typeof cell === 'string' ? cell : cell.text;
}
