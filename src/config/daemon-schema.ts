import { z } from 'zod';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../model/time.ts';
import {
  cadence,
  duration,
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

/** What the daemon does and keeps: the sections that a gate has no use for. */

const BOUNDS = { minMs: SECOND_MS, maxMs: DAY_MS };

export const watchSchema = z
  .strictObject({
    inventory: cadence(BOUNDS)
      .prefault('30s')
      .describe('Sweep of all apps, certificates, releases and machines; or a cron expression in UTC.'),
    edge: duration(BOUNDS).prefault('60s').describe('Each tenant once, at its own phase.'),
    platform: cadence(BOUNDS)
      .prefault('10s')
      .describe('Control names, witnesses, resolvers, clock; or a cron expression in UTC.'),
    suspects: cadence(BOUNDS)
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
  .transform(({ edge, ...rest }) => ({ ...rest, edgeMs: edge }))
  .prefault({})
  .describe('Intervals of the daemon.');

export const storeSchema = z
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

export const serverSchema = z
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
          token: secret('token'),
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

export const incidentsSchema = z
  .strictObject({
    openAfter: openAfter
      .prefault('3 of 4')
      .describe(
        'Failed runs of the latest ones that open an incident; a certain one that stays (a claim) opens at once.',
      ),
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
