import { z } from 'zod';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../model/time.ts';
import { ENDPOINT_SYNTAX } from './address.ts';
import { alertsSchema } from './alerts-schema.ts';
import { platformSchema } from './platform-schema.ts';
import { tenantSourceSchema } from './tenants-schema.ts';
import {
  duration,
  endpoint,
  flag,
  integer,
  listen,
  oneOf,
  secret,
  share,
  size,
  text,
  url,
} from './value-schemas.ts';

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

const RESOLVER_MESSAGE = `must be ${ENDPOINT_SYNTAX}, or system`;

const dns = z
  .strictObject({
    resolvers: z
      .union(
        [
          z.literal('system').transform((value) => [value]),
          z.array(z.union([z.literal('system'), endpoint(53)], { error: RESOLVER_MESSAGE })).min(1),
        ],
        { error: 'must be a list of IP addresses (with a port if it is not 53), or system' },
      )
      .prefault(['1.1.1.1', '8.8.8.8'])
      .describe("Where names are resolved: ip, ip:port, or system for this machine's own."),
    authoritative: z
      .union([z.boolean(), z.array(endpoint(53)).min(1)], {
        error: 'must be true, false or a list of IP addresses (with a port if it is not 53)',
      })
      .prefault(true)
      .describe("Ask the zone's own name servers too: true finds them, a list names them."),
  })
  .prefault({})
  .describe('How names are resolved.');

const tls = z
  .strictObject({
    caFile: text('the path of a PEM file')
      .nullable()
      .prefault(null)
      .describe('Roots to trust beside the usual ones.'),
    warnDays: integer(0, 365).prefault(14).describe('Days left of a certificate below which it warns.'),
    failDays: integer(0, 365).prefault(3).describe('Days left of a certificate below which it fails.'),
    timeout: duration({ minMs: 100, maxMs: 5 * MINUTE_MS })
      .prefault('12s')
      .describe(
        "Of one handshake. Above 10s, so that a slow certificate fetch at Fly's edge is told from a reset.",
      ),
  })
  .refine((value) => value.failDays <= value.warnDays, {
    path: ['failDays'],
    error: 'must not be above tls.warnDays',
  })
  .transform(({ timeout, ...rest }) => ({ ...rest, timeoutMs: timeout }))
  .prefault({})
  .describe('Handshakes and certificates.');

const network = z
  .strictObject({
    allowPrivateAddresses: flag()
      .prefault(false)
      .describe('Probes refuse loopback, private, link-local and metadata addresses unless true.'),
    witnesses: z
      .union([z.literal('auto'), z.array(endpoint(null)).min(1)], {
        error: 'must be auto or a list of ip:port',
      })
      .prefault('auto')
      .describe(
        "What must be reachable if this machine's network is up. auto: the Fly API host and the resolvers.",
      ),
    contactUrl: url()
      .nullable()
      .prefault(null)
      .describe('Named in the User-Agent, so that people know whom to ask.'),
  })
  .prefault({})
  .describe('The network of this machine.');

const limits = z
  .strictObject({
    concurrency: integer(1, 4096).prefault(64).describe('Tenants verified at the same time.'),
    handshakesPerSecond: integer(1, 10_000)
      .prefault(25)
      .describe("All handshakes together; Fly's edge aborts what is too fast."),
    issuanceGrace: duration({ maxMs: DAY_MS })
      .prefault('5m')
      .describe('How long a certificate may be on its way before waiting is no cure.'),
  })
  .transform(({ issuanceGrace, ...rest }) => ({ ...rest, issuanceGraceMs: issuanceGrace }))
  .prefault({})
  .describe('How gently to probe.');

function interval() {
  return duration({ minMs: SECOND_MS, maxMs: DAY_MS });
}

const watch = z
  .strictObject({
    inventory: interval().prefault('30s').describe('Sweep of all apps, certificates, releases and machines.'),
    edge: interval().prefault('60s').describe('Each tenant once, at its own phase.'),
    platform: interval().prefault('10s').describe('Control names, witnesses, resolvers, clock.'),
    suspects: interval()
      .prefault('5s')
      .describe('Handshakes of tenants under a latent conflict or a pending incident.'),
    wake: oneOf(['never', 'always'])
      .prefault('never')
      .describe('May a scheduled run wake an app whose machines are asleep? That costs money.'),
    deadManUrl: secret('http-url')
      .nullable()
      .prefault(null)
      .describe('Pinged after each completed and committed cycle, as by healthchecks.io.'),
    maxLossShare: share()
      .prefault(0.3)
      .describe('A source that suddenly loses more of its tenants than this share is at fault itself.'),
  })
  .transform(({ inventory, edge, platform, suspects, ...rest }) => ({
    ...rest,
    inventoryMs: inventory,
    edgeMs: edge,
    platformMs: platform,
    suspectsMs: suspects,
  }))
  .prefault({})
  .describe('Intervals of the daemon.');

const store = z
  .strictObject({
    path: text('the path of a file')
      .prefault('data/tenantwatch.db')
      .describe('The SQLite database; a relative path begins at the folder of this file.'),
    keepRuns: duration({ minMs: HOUR_MS }).prefault('14d').describe('Single runs.'),
    keepFailures: duration({ minMs: HOUR_MS }).prefault('90d').describe('Evidence of failed runs.'),
    keepRollups: duration({ minMs: DAY_MS }).prefault('400d').describe('Hourly and daily summaries.'),
    maxSize: size(10_000_000).prefault('2GB').describe('Size wins over age.'),
  })
  .transform(({ path, keepRuns, keepFailures, keepRollups, maxSize }) => ({
    path,
    keepRunsMs: keepRuns,
    keepFailuresMs: keepFailures,
    keepRollupsMs: keepRollups,
    maxSizeBytes: maxSize,
  }))
  .prefault({})
  .describe('History.');

const TOKEN_SCOPES = ['read', 'verify', 'operate'] as const;

const server = z
  .strictObject({
    listen: listen.prefault('127.0.0.1:9480').describe('Address and port of pages, API and metrics.'),
    publicUrl: url()
      .nullable()
      .prefault(null)
      .describe('Where people reach the daemon; links in messages begin with it.'),
    tokens: z
      .array(
        z.strictObject({
          name: text('a name').describe('For logs and audit.'),
          token: secret(),
          scopes: z.array(oneOf(TOKEN_SCOPES)).min(1, 'must name at least one scope'),
        }),
      )
      .prefault([])
      .describe('Bearer tokens. Without any only loopback is served.'),
    publicRead: flag().prefault(false).describe('Pages can be read without a token.'),
    perTenantMetrics: flag().prefault(true).describe('Series for each tenant on /metrics.'),
  })
  .prefault({})
  .describe("The daemon's HTTP server.");

const OPEN_AFTER_MESSAGE = 'must be "N of M" with 1 <= N <= M <= 50, for example "3 of 4"';
const openAfter = z
  .string({ error: OPEN_AFTER_MESSAGE })
  .regex(/^[1-9]\d? of [1-9]\d?$/, OPEN_AFTER_MESSAGE)
  .transform((value, context) => {
    const [failures = 0, of = 0] = value.split(' of ').map(Number);
    if (failures <= of && of <= 50) return { failures, of };
    context.addIssue({ code: 'custom', message: OPEN_AFTER_MESSAGE });
    return z.NEVER;
  });

const incidents = z
  .strictObject({
    openAfter: openAfter
      .prefault('3 of 4')
      .describe('Failed runs of the latest ones that open an incident; a certain finding opens at once.'),
    resolveAfter: integer(1, 50).prefault(2).describe('Passing runs in a row that resolve it.'),
    reopenWithin: duration({ maxMs: DAY_MS })
      .prefault('15m')
      .describe('What comes back within this time is the same incident.'),
    stormShare: share()
      .prefault(0.2)
      .describe('One problem at more than this share of the tenants is one incident…'),
    stormCount: integer(2, 100_000).prefault(5).describe('… if there are at least so many of them.'),
  })
  .transform(({ reopenWithin, ...rest }) => ({ ...rest, reopenWithinMs: reopenWithin }))
  .prefault({})
  .describe('When trouble becomes an incident.');

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
  dns,
  tls,
  network,
  limits,
  watch,
  store,
  server,
  incidents,
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

export type TenantSourceConfig = Config['tenants'][number];
export type TenantEntry = Extract<TenantSourceConfig, { source: 'list' }>['tenants'][number];
export type ChannelConfig = Config['alerts']['channels'][number];
export type RouteConfig = Config['alerts']['routes'][number];
export type TokenScope = (typeof TOKEN_SCOPES)[number];
