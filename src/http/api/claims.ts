import { z } from 'zod';
import { checkCertificateTarget } from '../../guard/certificate-target.ts';
import type { ClaimRecord } from '../../model/history.ts';
import { normalizeHostname } from '../../model/hostname.ts';
import type { Platform } from '../../model/platform.ts';
import { stored } from '../acts.ts';
import { answer, cursor, nextCursor, pageSize } from '../schemas/common.ts';
import { claim } from '../schemas/history.ts';
import { cursorOf, positionOf } from './paging.ts';
import { ERRORS, needs, type ApiParts } from './route.ts';

const query = z.object({
  hostname: z.string().max(300).optional(),
  app: z.string().max(100).optional(),
  conflicts: z.stringbool().default(false).describe('Only those on an app that may not hold them.'),
  gone: z.stringbool().default(false).describe('Also those that are gone.'),
  limit: pageSize(500, 5_000),
  cursor,
});

const position = z
  .tuple([z.string(), z.int(), z.int()])
  .transform(([hostname, firstSeenAt, id]) => ({ hostname, firstSeenAt, id }));

export function claimRoutes({ api, context }: ApiParts): void {
  const { store, platform } = context;
  api.get(
    '/claims',
    {
      config: needs('read'),
      schema: {
        operationId: 'listClaims',
        summary: 'Which app holds a certificate for which hostname, by hostname',
        tags: ['claims'],
        querystring: query,
        response: {
          200: answer({
            claims: z.array(claim),
            total: z.number().describe('How many match, on all pages.'),
            next: nextCursor,
          }),
          ...ERRORS,
        },
      },
    },
    ({ query }, reply) => {
      const { app, gone, conflicts, limit } = query;
      const { domain, managementApp } = platform;
      const hostname = query.hostname === undefined ? undefined : normalizeHostname(query.hostname);
      const filter = {
        gone,
        ...(hostname === undefined ? {} : { hostname }),
        ...(app === undefined ? {} : { app }),
        ...(conflicts ? { misplaced: { domain: normalizeHostname(domain), managementApp } } : {}),
      };
      const after = positionOf(query.cursor, position);
      const { records, next, total } = stored(() => store.claims.page(filter, limit, after));
      return reply.send({
        claims: records.map((record) => shown(record, platform)),
        total,
        next: next === null ? null : cursorOf([next.hostname, next.firstSeenAt, next.id]),
      });
    },
  );
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
