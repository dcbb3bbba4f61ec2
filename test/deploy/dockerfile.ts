/** Just enough of a Dockerfile's syntax for ours: stages of instructions, continued lines, JSON arrays as text. */

export interface Instruction {
  readonly word: string;
  readonly text: string;
}

export interface Stage {
  readonly image: string;
  /** Null: the last one, which becomes the image. */
  readonly name: string | null;
  readonly instructions: readonly Instruction[];
}

export function parseDockerfile(text: string): readonly Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: { image: string; name: string | null; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, word = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (word === '') throw new Error(`no instruction: ${line}`);
    if (word === 'FROM') {
      const [, image = '', name = null] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(rest) ?? [];
      stages.push({ image, name, instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (stage === undefined) throw new Error(`before FROM: ${line}`);
      stage.instructions.push({ word, text: rest });
    }
  }
  return stages;
}

export interface Copy {
  /** Name of the stage that it copies from; null: the build context. */
  readonly from: string | null;
  readonly sources: readonly string[];
  readonly target: string;
}

export function parseCopy(text: string): Copy {
  const words = text.split(/\s+/);
  const from =
    words[0]?.startsWith('--from=') === true ? (words.shift() ?? '').slice('--from='.length) : null;
  return { from, sources: words.slice(0, -1), target: words.at(-1) ?? '' };
}

/** Would .dockerignore let the path into the build context? The last pattern that matches it, or a folder above it, decides. */
export function inContext(path: string, ignore: string): boolean {
  let kept = true;
  for (const line of ignore.split('\n').filter((text) => text !== '' && !text.startsWith('#'))) {
    const pattern = line.replace(/^!/, '');
    const shape = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]*');
    if (new RegExp(`^${shape}(?:/|$)`).test(path)) kept = line.startsWith('!');
  }
  return kept;
}
