import { z } from 'zod';
import { MAX_SILENCE_MS, stored } from '../acts.ts';
import { HttpError } from '../errors.ts';
import { answer, durationText, pageSize, time } from '../schemas/common.ts';
import { matcher, silence } from '../schemas/incidents.ts';
import { nameOf } from './incidents.ts';
import { ERRORS, needs, type ApiParts } from './route.ts';

const newSilence = z.strictObject({
  matcher: matcher.describe('What all must match; at least one of them.'),
  reason: z.string().trim().min(1).max(500),
  startsAt: time('Now if absent.').int().optional(),
  endsAt: time('').int().optional(),
  for: durationText(MAX_SILENCE_MS).optional().describe('Instead of endsAt: `2h`, from its start.'),
  untilDeployOf: z
    .string()
    .max(100)
    .optional()
    .describe('Ends early, when a deploy of this app was verified.'),
});

export function silenceRoutes({ api, context, acts }: ApiParts): void {
  const { store, clock } = context;

  api.get(
    '/silences',
    {
      config: needs('read'),
      schema: {
        operationId: 'listSilences',
        summary: 'Silences that are in force or to come',
        tags: ['silences'],
        querystring: z.object({
          ended: z.stringbool().default(false).describe('Also those that are over.'),
          limit: pageSize(200, 1_000),
        }),
        response: { 200: answer({ silences: z.array(silence) }), ...ERRORS },
      },
    },
    ({ query: { ended, limit } }, reply) =>
      reply.send({ silences: stored(() => store.silences.list(clock.now(), { ended, limit })) }),
  );

  api.post(
    '/silences',
    {
      config: needs('operate'),
      schema: {
        operationId: 'addSilence',
        summary: 'Mutes telling, never probing and never a resolve; a planned maintenance is one',
        tags: ['silences'],
        body: newSilence,
        response: { 201: answer({ silence }), ...ERRORS },
      },
    },
    ({ body, principal }, reply) => {
      const startsAt = body.startsAt ?? clock.now();
      const endsAt = body.for === undefined ? body.endsAt : startsAt + body.for;
      if (endsAt === undefined || (body.for !== undefined && body.endsAt !== undefined))
        throw new HttpError('bad-request', 'Give either endsAt or for.');
      const { matcher: wanted, reason, untilDeployOf = null } = body;
      const added = acts.silence(
        { matcher: withoutUndefined(wanted), reason, startsAt, endsAt, untilDeployOf },
        nameOf(principal),
      );
      return reply.code(201).send({ silence: added });
    },
  );

  api.delete(
    '/silences/:silence',
    {
      config: needs('operate'),
      schema: {
        operationId: 'endSilence',
        summary: 'Ends a silence now',
        tags: ['silences'],
        params: z.object({ silence: z.string().max(200) }),
        response: { 200: answer({ silence }), ...ERRORS },
      },
    },
    ({ params: { silence: id }, principal }, reply) =>
      reply.send({ silence: acts.endSilence(id, nameOf(principal)) }),
  );
}

function withoutUndefined({ tenant, problem, labels }: z.output<typeof matcher>) {
  return {
    ...(tenant === undefined ? {} : { tenant }),
    ...(problem === undefined ? {} : { problem }),
    ...(labels === undefined ? {} : { labels }),
  };
}
