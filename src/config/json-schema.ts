import { z } from 'zod';
import { configSchema } from './schema.ts';

const REFERENCE = { type: 'string', pattern: '\\$\\{.+\\}' } as const;

/** JSON Schema (draft 2020-12) of the file, for editors; from the schema that validates. */
export function configJsonSchema(): unknown {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (z.globalRegistry.get(zodSchema)?.secret !== undefined) {
        delete jsonSchema.secret;
        Object.assign(jsonSchema, { type: 'string', minLength: 1 });
      } else if (isReplaceable(jsonSchema)) {
        // `${NAME}` may stand where a number, a boolean or a text of a certain form belongs.
        const { type, minimum, maximum, pattern, ...rest } = jsonSchema;
        for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
        const own = Object.fromEntries(
          Object.entries({ type, minimum, maximum, pattern }).filter(([, value]) => value !== undefined),
        );
        Object.assign(jsonSchema, rest, { anyOf: [own, REFERENCE] });
      }
    },
  });
  return {
    $id: 'https://github.com/tenantwatch/tenantwatch/raw/main/docs/schemas/config.schema.json',
    title: 'tenantwatch configuration',
    ...schema,
  };
}

function isReplaceable({ type, pattern, format }: z.core.JSONSchema.BaseSchema): boolean {
  return (
    ['integer', 'number', 'boolean'].includes(String(type)) || (pattern !== undefined && format === undefined)
  );
}
