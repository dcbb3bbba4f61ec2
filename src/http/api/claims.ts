import { z } from 'zod';
import { checkCertificateTarget } from '../../guard/certificate-target.ts';
import type { ClaimRecord } from '../../model/history.ts';
import { normalizeHostname } from '../../model/hostname.ts';
import type { Platform } from '../../model/platform.ts';
import { stored } from '../acts.ts';
import { answer, cursor, decodeCursor, encodeCursor, nextCursor, pageSize } from '../schemas/common.ts';
import { claim } from '../schemas/history.ts';
import { ERRORS, needs, type ApiParts } from './route.ts';

const query = z.object({
  hostname: z.string().max(300).optional(),
  app: z.string().max(100).optional(),
  conflicts: z.stringbool().default(false).describe('Only those on an app that may not hold them.'),
  gone: z.stringbool().default(false).describe('Also those that are gone; needs a hostname or an app.'),
  limit: pageSize(500, 5_000),
  cursor,
});

const HISTORY_LIMIT = 1_000;

export function claimRoutes({ api, context }: ApiParts): void {
  const { store, platform } = context;
  api.get(
    '/claims',
    {
      config: needs('read'),
      schema: {
        operationId: 'listClaims',
        summary: 'Which app holds a certificate for which hostname, by hostname and app',
        tags: ['claims'],
        querystring: query,
        response: { 200: answer({ claims: z.array(claim), total: z.number(), next: nextCursor }), ...ERRORS },
      },
    },
    ({ query }, reply) => {
      const { app, gone } = query;
      const hostname = query.hostname === undefined ? undefined : normalizeHostname(query.hostname);
      const filter = {
        ...(hostname === undefined ? {} : { hostname }),
        ...(app === undefined ? {} : { app }),
      };
      const named = hostname !== undefined || app !== undefined;
      const records = stored(() =>
        gone && named
          ? store.claims.history({ ...filter, limit: HISTORY_LIMIT })
          : store.claims.current().filter((record) => isOf(record, hostname, app)),
      );
      const matching = records
        .filter(({ claim }) => !query.conflicts || isConflict(claim, platform))
        .map((record) => ({ key: keyOf(record), record }))
        .sort((one, other) => (one.key < other.key ? -1 : 1));
      const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor);
      const start = after === undefined ? 0 : matching.findIndex(({ key }) => key > after);
      const page = start < 0 ? [] : matching.slice(start, start + query.limit);
      const last = page.at(-1);
      return reply.send({
        claims: page.map(({ record }) => shown(record, platform)),
        total: matching.length,
        next: last === undefined || last === matching.at(-1) ? null : encodeCursor(last.key),
      });
    },
  );
}

function isOf({ claim }: ClaimRecord, hostname: string | undefined, app: string | undefined): boolean {
  return (hostname === undefined || claim.hostname === hostname) && (app === undefined || claim.app === app);
}

/** Distinct for every life of a claim. */
function keyOf({ claim, firstSeenAt }: ClaimRecord): string {
  return `${claim.hostname}\n${claim.app}\n${String(firstSeenAt).padStart(16, '0')}`;
}

/** The guard's own rule of placement, so that both always say the same. */
function isConflict({ hostname, app }: ClaimRecord['claim'], platform: Platform): boolean {
  const { reason } = checkCertificateTarget({ hostname, app, platform });
  return reason === 'tenant-app' || reason === 'other-app';
}

function shown({ claim, firstSeenAt, lastSeenAt, goneAt }: ClaimRecord, platform: Platform) {
  const { hostname, app, state, status, source, createdAt, expiresAt } = claim;
  return {
    hostname,
    app,
    state,
    status,
    source,
    createdAt,
    expiresAt,
    firstSeenAt,
    lastSeenAt,
    goneAt,
    conflict: isConflict(claim, platform),
  };
}
