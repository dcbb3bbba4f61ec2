import { z } from 'zod';
import { DAY_MS, MINUTE_MS } from '../model/time.ts';
import { ENDPOINT_SYNTAX } from './address.ts';
import { duration, endpoint, flag, integer, text, url } from './value-schemas.ts';

/** How this machine looks at the platform: the sections that gate and daemon share. */

const RESOLVER_MESSAGE = `must be ${ENDPOINT_SYNTAX}, or system`;

export const dnsSchema = z
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

export const tlsSchema = z
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
  .transform(({ timeout, ...rest }) => ({ ...rest, timeoutMs: timeout }))
  .prefault({})
  .describe('Handshakes and certificates.');

export const networkSchema = z
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

export const limitsSchema = z
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
