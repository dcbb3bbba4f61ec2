import { z } from 'zod';
import { alertsSchema } from './alerts-schema.ts';
import { incidentsSchema, serverSchema, storeSchema, watchSchema } from './daemon-schema.ts';
import { platformSchema } from './platform-schema.ts';
import { dnsSchema, limitsSchema, networkSchema, tlsSchema } from './probing-schema.ts';
import { tenantSourceSchema } from './tenants-schema.ts';
import { text, url } from './value-schemas.ts';

/**
 * Every key of the configuration: its kind, its default, what it is for. The same source validates, documents, and becomes
 * the JSON Schema for editors. Defaults are written as in the file (`prefault`), so that `config show` can print them.
 * Parsed durations are milliseconds and carry `Ms`.
 */

const fly = z
  .strictObject({
    org: text('the slug of an organization')
      .nullable()
      .prefault(null)
      .describe(
        'Slug of the Fly organization. Required, but for --no-fly. The token comes from FLY_ACCESS_TOKEN or FLY_API_TOKEN.',
      ),
  })
  .prefault({})
  .describe("Fly's API.");

const runbooks = z
  .strictObject({
    baseUrl: url().nullable().prefault(null).describe("null: the daemon's own pages, else the project's."),
  })
  .prefault({})
  .describe('Links to the runbooks.');

export const configSchema = z.strictObject({
  platform: platformSchema,
  fly,
  tenants: z
    .array(tenantSourceSchema)
    .prefault([{ source: 'fly' }])
    .describe('Where the tenants come from; several sources are combined.'),
  dns: dnsSchema,
  tls: tlsSchema,
  network: networkSchema,
  limits: limitsSchema,
  watch: watchSchema,
  store: storeSchema,
  server: serverSchema,
  incidents: incidentsSchema,
  alerts: alertsSchema,
  runbooks,
});

type DeepReadonly<T> = T extends (...args: never) => unknown
  ? T
  : T extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
      : T;

/** The configuration in effect, defaults filled in. */
export type Config = DeepReadonly<z.output<typeof configSchema>>;

export type TokenScope = Config['server']['tokens'][number]['scopes'][number];
