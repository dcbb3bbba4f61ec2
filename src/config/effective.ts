import { z } from 'zod';
import { formatKey, type KeyPath } from './error.ts';
import { createSecret, SecretError, type Secret } from './secret.ts';
import { expand, hasReference, UnresolvedReferenceError, type ValueSources } from './sources.ts';
import { isRecord } from './tree.ts';
import { SECRET_KINDS, type SecretKind } from './value-schemas.ts';

/** What the file says with its defaults filled in and its references replaced, still in the file's own vocabulary. */
export interface EffectiveInput {
  readonly tree: unknown;
  readonly secrets: readonly { readonly path: KeyPath; readonly secret: Secret }[];
  readonly problems: readonly { readonly path: KeyPath; readonly message: string }[];
  /** The keys that exist beside an unknown one, by `formatKey` of the place. */
  readonly keysAt: ReadonlyMap<string, readonly string[]>;
}

/** Follows schema and data side by side: only the schema knows which texts are secrets and must not be read yet. */
export function effectiveInput(
  schema: z.ZodType,
  data: unknown,
  sources: ValueSources,
  textOf: (path: KeyPath) => string | undefined,
): EffectiveInput {
  const secrets: { path: KeyPath; secret: Secret }[] = [];
  const problems: { path: KeyPath; message: string }[] = [];
  const keysAt = new Map<string, readonly string[]>();

  const expanded = (value: unknown, path: KeyPath): unknown => {
    if (typeof value !== 'string' || !hasReference(value)) return value;
    try {
      return expand(value, sources);
    } catch (error) {
      problems.push({ path, message: error instanceof Error ? error.message : String(error) });
      return value;
    }
  };

  const visit = (visited: z.core.$ZodType, value: unknown, path: KeyPath): unknown => {
    const { def } = (visited as z.core.$ZodTypes)._zod;
    switch (def.type) {
      case 'prefault': {
        const absent = value === undefined || (value === null && isObject(def.innerType));
        return visit(def.innerType, absent ? def.defaultValue : value, path);
      }
      case 'optional':
        return value === undefined ? undefined : visit(def.innerType, value, path);
      case 'nullable':
        return value === null ? null : visit(def.innerType, value, path);
      case 'pipe':
        return visit(def.in, value, path);
      case 'object': {
        if (!isRecord(value)) return expanded(value, path);
        keysAt.set(formatKey(path), Object.keys(def.shape));
        const known = Object.entries(def.shape).map(
          ([key, inner]) => [key, visit(inner, value[key], [...path, key])] as const,
        );
        return { ...value, ...Object.fromEntries(known.filter(([, inner]) => inner !== undefined)) };
      }
      case 'array':
        return Array.isArray(value)
          ? value.map((item, index) => visit(def.element, item, [...path, index]))
          : expanded(value, path);
      case 'record':
        return isRecord(value)
          ? Object.fromEntries(
              Object.entries(value).map(([key, inner]) => [key, visit(def.valueType, inner, [...path, key])]),
            )
          : expanded(value, path);
      case 'union': {
        const option = def.options.find((candidate) => suits(candidate, value));
        return option === undefined ? expanded(value, path) : visit(option, value, path);
      }
      case 'custom': {
        const kind = secretKind(visited);
        if (kind === undefined || typeof value !== 'string' || value === '') return value;
        const secret = lazySecret(value, kind, sources);
        secrets.push({ path, secret });
        return secret;
      }
      case 'number':
      case 'boolean':
        return typeof value === 'string' && hasReference(value) ? scalar(expanded(value, path)) : value;
      case 'string':
        return typeof value === 'number' ? (textOf(path) ?? value) : expanded(value, path);
      default:
        return expanded(value, path);
    }
  };

  return { tree: visit(schema, data, []), secrets, problems, keysAt };
}

function lazySecret(text: string, kind: SecretKind, sources: ValueSources): Secret {
  return createSecret(hasReference(text) ? text : '(hidden)', () => {
    const value = expandSecret(text, sources);
    const { fits, what } = SECRET_KINDS[kind];
    if (!fits(value)) throw new SecretError(`the secret must be ${what}`);
    return value;
  });
}

/** Commands that use a secret know only that it is missing; that a reference leads nowhere is how. */
function expandSecret(text: string, sources: ValueSources): string {
  try {
    return expand(text, sources);
  } catch (error) {
    throw error instanceof UnresolvedReferenceError ? new SecretError(error.message) : error;
  }
}

/** What a reference brings into a number's or a boolean's place; anything else is left for the schema to refuse. */
function scalar(value: unknown): unknown {
  if (value === 'true' || value === 'false') return value === 'true';
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : value;
}

function secretKind(schema: z.core.$ZodType): SecretKind | undefined {
  const kind = z.globalRegistry.get(schema)?.secret;
  return typeof kind === 'string' && kind in SECRET_KINDS ? (kind as SecretKind) : undefined;
}

function isObject(schema: z.core.$ZodType): boolean {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === 'object' || (def.type === 'pipe' && isObject(def.in));
}

/** Is this the branch of a union that the value is meant for? By its kind, and for objects by their literals (`type`, `source`). */
function suits(schema: z.core.$ZodType, value: unknown): boolean {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'pipe') return suits(def.in, value);
  if (def.type === 'array') return Array.isArray(value);
  if (def.type === 'string') return typeof value === 'number' || typeof value === 'string';
  if (def.type !== 'object') return false;
  return (
    isRecord(value) &&
    Object.entries(def.shape).every(([key, inner]) => {
      const innerDef = (inner as z.core.$ZodTypes)._zod.def;
      return innerDef.type !== 'literal' || innerDef.values.includes(value[key] as z.core.util.Literal);
    })
  );
}
