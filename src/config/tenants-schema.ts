import { z } from 'zod';
import { appName, hostname, text, url } from './value-schemas.ts';

const id = text("a tenant's id");

const label = z
  .union([z.string(), z.number(), z.boolean()], { error: 'must be text, a number, true or false' })
  .transform(String);

/** One tenant of a list: its id alone, or with what differs from the platform's templates. */
const entrySchema = z
  .union(
    [
      id,
      z.strictObject({
        id,
        hostname: hostname.optional(),
        app: appName.optional(),
        labels: z.record(text('the name of a label'), label).optional(),
      }),
    ],
    { error: 'must be an id, or {id, hostname?, app?, labels?}' },
  )
  .transform((entry) => (typeof entry === 'string' ? { id: entry } : entry));

const exclude = z.array(id).prefault([]).describe('Ids that are left out, whatever the source says.');

const flySource = z.strictObject({ source: z.literal('fly'), exclude });
const listSource = z.strictObject({ source: z.literal('list'), tenants: z.array(entrySchema), exclude });
const fileSource = z.strictObject({
  source: z.literal('file'),
  path: text('the path of a file').describe(
    'A YAML or JSON file with a list of entries; read again when it changes.',
  ),
  exclude,
});
const httpSource = z.strictObject({
  source: z.literal('http'),
  url: url().describe('Answers a JSON list of entries; asked with its ETag.'),
  exclude,
});

/** Where the tenants come from; several sources are combined. */
export const tenantSourceSchema = z.discriminatedUnion(
  'source',
  [flySource, listSource, fileSource, httpSource],
  {
    error:
      'must be a source of tenants: {source: fly}, {source: list, tenants}, {source: file, path} or {source: http, url}',
  },
);
