/** What a page of the documentation asks its reader to do: the commands of its ```sh blocks, in order. */

export interface DocumentedCommand {
  readonly page: string;
  readonly line: number;
  readonly text: string;
  readonly exitCode: number;
  /** What must have happened before, from `<!-- given: … -->`. */
  readonly given: string | null;
}

/**
 * Comments before a block say what the page cannot show: `<!-- exit 1 -->` (one code for each command, or one for the last),
 * `<!-- given: an incident -->`. A ```bash block defines something for scripts: it is one command, with the use of it from `<!-- then: … -->`.
 */
export function commandsOf(page: string, text: string): readonly DocumentedCommand[] {
  const commands: DocumentedCommand[] = [];
  const lines = text.split('\n');
  let exits: readonly number[] = [];
  let given: string | null = null;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const exit = /^<!-- exit ([\d ]+) -->$/.exec(line)?.[1];
    if (exit !== undefined) exits = exit.split(' ').map(Number);
    given = /^<!-- given: (.+) -->$/.exec(line)?.[1] ?? given;
    const then = /^<!-- then: (.+) -->$/.exec(line)?.[1];
    if (then !== undefined) {
      const start = lines.indexOf('```bash', index);
      const script = lines.slice(start + 1, lines.indexOf('```', start));
      const text = [...script, then].join('\n');
      commands.push({ page, line: start + 1, text, exitCode: 0, given: null });
      continue;
    }
    if (!/^ *```sh$/.test(line)) continue;
    const end = lines.findIndex((one, at) => at > index && /^ *```$/.test(one));
    if (end < 0) throw new Error(`${page}:${String(index + 1)}: the block does not end`);
    const block = logicalLines(lines.slice(index + 1, end), index + 2);
    block.forEach((one, at) => {
      const code = exits.length > 1 ? exits[at] : at === block.length - 1 ? exits[0] : 0;
      commands.push({ page, ...one, exitCode: code ?? 0, given: at === 0 ? given : null });
    });
    exits = [];
    given = null;
    index = end;
  }
  return commands;
}

/** Lines as the shell sees them: continued ones joined, without blank lines and comments. */
function logicalLines(lines: readonly string[], first: number): readonly { line: number; text: string }[] {
  const result: { line: number; text: string }[] = [];
  let pending = '';
  let start = first;
  lines.forEach((raw, at) => {
    if (pending === '') start = first + at;
    const line = pending + raw.trim();
    if (line.endsWith('\\')) {
      pending = line.slice(0, -1);
      return;
    }
    pending = '';
    if (line !== '' && !line.startsWith('#')) result.push({ line: start, text: line });
  });
  return result;
}

/** The ```yaml blocks: fragments of a configuration. */
export function yamlOf(text: string): readonly string[] {
  return [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
}
