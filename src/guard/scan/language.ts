/** Which language a path is written in, as far as this scan reads it. */
export type Language =
  'shell' | 'yaml' | 'make' | 'just' | 'dockerfile' | 'package-json' | 'rust' | 'script' | 'go' | 'python';

const BY_EXTENSION: Readonly<Record<string, Language>> = {
  sh: 'shell',
  bash: 'shell',
  zsh: 'shell',
  ksh: 'shell',
  bats: 'shell',
  envrc: 'shell',
  yml: 'yaml',
  yaml: 'yaml',
  mk: 'make',
  just: 'just',
  dockerfile: 'dockerfile',
  rs: 'rust',
  ts: 'script',
  tsx: 'script',
  mts: 'script',
  cts: 'script',
  js: 'script',
  jsx: 'script',
  mjs: 'script',
  cjs: 'script',
  go: 'go',
  py: 'python',
};

const BY_NAME: readonly (readonly [RegExp, Language])[] = [
  [/^(?:gnu)?makefile$/i, 'make'],
  [/^\.?justfile$/i, 'just'],
  [/^(?:dockerfile|containerfile)(?:\..+)?$/i, 'dockerfile'],
  [/^procfile$/i, 'shell'],
  [/^package\.json$/, 'package-json'],
];

const BY_INTERPRETER: readonly (readonly [RegExp, Language])[] = [
  [/^#!.*\b(?:ba|z|k|da)?sh\b/, 'shell'],
  [/^#!.*\bpython/, 'python'],
  [/^#!.*\b(?:node|deno|bun|tsx)\b/, 'script'],
];

/** Null for what is not read: documentation, data, unknown languages, and the tests of a program, which add nothing for real. */
export function languageOf(path: string, text: string): Language | null {
  const name = path.split('/').at(-1) ?? path;
  const language = byName(name) ?? (name.includes('.') ? null : byInterpreter(text));
  const isProgram =
    language === 'rust' || language === 'script' || language === 'go' || language === 'python';
  return isProgram && isTest(path) ? null : language;
}

function byName(name: string): Language | null {
  const named = BY_NAME.find(([pattern]) => pattern.test(name));
  if (named !== undefined) return named[1];
  const extension = name.includes('.') ? (name.split('.').at(-1) ?? '').toLowerCase() : '';
  return Object.hasOwn(BY_EXTENSION, extension) ? (BY_EXTENSION[extension] ?? null) : null;
}

function byInterpreter(text: string): Language | null {
  const firstLine = text.slice(0, 200).split('\n', 1)[0] ?? '';
  return BY_INTERPRETER.find(([pattern]) => pattern.test(firstLine))?.[1] ?? null;
}

function isTest(path: string): boolean {
  return (
    /(?:^|\/)(?:tests?|__tests__|__mocks__|specs?|fixtures|testdata|mocks?)\//i.test(path) ||
    /(?:[._](?:test|spec)\.[a-z]+|_test\.go|(?:^|\/)test_[^/]*\.py|(?:^|\/)conftest\.py)$/i.test(path)
  );
}
