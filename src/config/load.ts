import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { z } from 'zod';
import { consistencyProblems } from './consistency.ts';
import { NO_DOCUMENT, parseConfigDocument, type ConfigDocument } from './document.ts';
import { effectiveInput, type EffectiveInput } from './effective.ts';
import { ConfigError, formatKey, type ConfigIssue } from './error.ts';
import { keyProblems, unknownKey, type KeyProblem } from './issues.ts';
import { overrides, withOverrides, type ConfigFlags, type Override } from './overrides.ts';
import { platformWithoutFlySchema } from './platform-schema.ts';
import { configSchema, type Config } from './schema.ts';
import type { ValueSources } from './sources.ts';
import { isRecord } from './tree.ts';
import { codeOf, whyUnreadable } from './why-unreadable.ts';

export interface LoadOptions {
  /** `--config`; else TENANTWATCH_CONFIG, else `tenantwatch.yaml` in the working folder if there is one, else no file. */
  readonly path?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly flags?: ConfigFlags | undefined;
  /** `all`: every secret must be there, and those that are not are reported with everything else. Default: each when it is used. */
  readonly secrets?: 'when-used' | 'all' | undefined;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Absolute path; null when flags and environment sufficed. */
  readonly file: string | null;
  /** The settings in effect in the file's own vocabulary, for `config show`; secrets are Secret objects. */
  readonly effective: unknown;
}

const DEFAULT_FILE = 'tenantwatch.yaml';

const WITHOUT_FLY = configSchema.extend({ platform: platformWithoutFlySchema });
type Schema = typeof configSchema | typeof WITHOUT_FLY;

/** Reads, fills in, validates. Throws ConfigError with everything that is wrong. */
export function loadConfig(options: LoadOptions): LoadedConfig {
  const { env, cwd, flags = {} } = options;
  const found = readDocument(options);
  const baseDir = found.path === null ? cwd : dirname(found.path);
  const sources: ValueSources = { env, readFile: (path) => readFileSync(resolve(baseDir, path), 'utf8') };
  const { document } = found;

  const noFly = flags.noFly ?? false;
  const schema = noFly ? WITHOUT_FLY : configSchema;
  const given = overrides(flags, env);
  const input = effectiveInput(schema, withOverrides(document.data, given), sources, document.textOf);
  const { sections, problems } = parseSections(schema, input);
  const secretProblems = options.secrets === 'all' ? unreadableSecrets(input) : [];
  const everything = [
    ...input.problems,
    ...problems,
    ...consistencyProblems(input.tree, noFly),
    ...secretProblems,
    ...unreadableRoots(sections, sources),
  ];
  const issues = located(everything, document, given);
  const fileIsMissed = found.path === null && issues.some(({ message }) => message.startsWith('is required'));
  if (issues.length > 0) throw new ConfigError(fileIsMissed ? [nothingFound(cwd), ...issues] : issues);

  // Every section was parsed: nothing was reported.
  return { config: withAbsolutePaths(sections as Config, baseDir), file: found.path, effective: input.tree };
}

function readDocument({ path, env, cwd }: LoadOptions): { path: string | null; document: ConfigDocument } {
  const asked = path ?? (env.TENANTWATCH_CONFIG === '' ? undefined : env.TENANTWATCH_CONFIG);
  const file = asked ?? DEFAULT_FILE;
  const absolute = resolve(cwd, file);
  let content: string;
  try {
    content = readFileSync(absolute, 'utf8');
  } catch (error) {
    if (asked === undefined && codeOf(error) === 'ENOENT') return { path: null, document: NO_DOCUMENT };
    throw new ConfigError([{ file, line: null, key: '', message: whyUnreadable(error) }]);
  }
  const document = parseConfigDocument(file, content);
  if (!('data' in document)) throw new ConfigError(document);
  return { path: absolute, document };
}

/** Section by section, so that one that is wrong does not hide what is wrong with another. */
function parseSections(
  schema: Schema,
  { tree, keysAt }: EffectiveInput,
): { readonly sections: Partial<Config>; readonly problems: readonly KeyProblem[] } {
  if (!isRecord(tree))
    return {
      sections: {},
      problems: [{ path: [], message: 'must hold keys and values, beginning with platform:' }],
    };
  const known = Object.keys(schema.shape);
  const problems: KeyProblem[] = Object.keys(tree)
    .filter((key) => !known.includes(key))
    .map((key) => unknownKey([], key, known));
  const sections: Record<string, unknown> = {};
  for (const [key, section] of Object.entries<z.ZodType>(schema.shape)) {
    const parsed = section.safeParse(tree[key]);
    if (parsed.success) sections[key] = parsed.data;
    else problems.push(...keyProblems(parsed.error.issues, [key], tree, keysAt));
  }
  return { sections, problems };
}

function nothingFound(cwd: string): ConfigIssue {
  const message = `there is no ${DEFAULT_FILE} in ${cwd}; \`tenantwatch init\` writes one, --config names another`;
  return { file: null, line: null, key: '', message };
}

/** What every handshake is checked against: better missed now than at the first probe. */
function unreadableRoots({ tls }: Partial<Config>, { readFile }: ValueSources): readonly KeyProblem[] {
  const path = ['tls', 'caFile'];
  if (tls === undefined || tls.caFile === null) return [];
  try {
    return readFile(tls.caFile).includes('-----BEGIN CERTIFICATE-----')
      ? []
      : [{ path, message: `${tls.caFile} holds no certificate (-----BEGIN CERTIFICATE-----)` }];
  } catch (error) {
    return [{ path, message: `${tls.caFile} ${whyUnreadable(error)}` }];
  }
}

function unreadableSecrets({ secrets }: EffectiveInput): readonly KeyProblem[] {
  return secrets.flatMap(({ path, secret }) => {
    try {
      secret.reveal();
      return [];
    } catch (error) {
      return [{ path, message: error instanceof Error ? error.message : String(error) }];
    }
  });
}

/**
 * In the order of the file; a value that a flag or the environment gave is blamed on that. A key that stands there twice is one thing that is
 * wrong, whatever is below it.
 */
function located(
  problems: readonly KeyProblem[],
  document: ConfigDocument,
  given: readonly Override[],
): readonly ConfigIssue[] {
  const judged = problems.filter(
    ({ path }) => !document.repeated.some((twice) => twice.path.every((part, index) => path[index] === part)),
  );
  const issues = judged.map(({ path, message }): ConfigIssue => {
    const key = formatKey(path);
    const override = given.find((candidate) => candidate.path.join('.') === key);
    return override === undefined
      ? { file: document.file, line: document.lineOf(path), key, message }
      : { file: null, line: null, key, message: `${override.origin} ${message}` };
  });
  const inPlace = (issue: ConfigIssue): string => `${issue.line ?? ''} ${issue.key}`;
  const unique = issues.filter(
    (issue, index) => issues.findIndex((other) => inPlace(other) === inPlace(issue)) === index,
  );
  return [...unique, ...document.repeated.map(({ issue }) => issue)].toSorted(
    (left, right) => (left.line ?? 0) - (right.line ?? 0),
  );
}

function withAbsolutePaths(config: Config, baseDir: string): Config {
  const absolute = (path: string): string => resolve(baseDir, path);
  const { caFile } = config.tls;
  return {
    ...config,
    tls: { ...config.tls, caFile: caFile === null ? null : absolute(caFile) },
    store: { ...config.store, path: absolute(config.store.path) },
    tenants: config.tenants.map((source) =>
      source.source === 'file' ? { ...source, path: absolute(source.path) } : source,
    ),
  };
}
