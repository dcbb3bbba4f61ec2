import { z } from 'zod';
import { DAY_MS } from '../../model/time.ts';
import { waitAtMost } from '../../model/wait-at-most.ts';
import { HttpError } from '../errors.ts';
import { answer, durationText, named, textAnswer, time } from '../schemas/common.ts';
import { verdict, verifyResult } from '../schemas/verify.ts';
import { createVerifications, type Verification, type Verifications } from '../verifications.ts';
import { nameOf } from './incidents.ts';
import { sendResult } from './result-stream.ts';
import { ERRORS, needs, type ApiParts } from './route.ts';
import { createEventStreams } from './verification-events.ts';

/** Names of 10,000 tenants, as UUIDs. */
const BODY_LIMIT = 1024 * 1024;
/** Gates of many pipelines look again and again; a loop without a pause does not. */
const RATE = { max: 240, timeWindow: 60_000 };

const newVerification = z
  .strictObject({
    tenants: z
      .array(z.string().max(300))
      .min(1)
      .max(20_000)
      .optional()
      .describe('Ids, host names, apps or UUIDs.'),
    all: z.literal(true).optional().describe('Instead of tenants.'),
    claims: z.boolean().default(false).describe('Sweep the organization first.'),
    wait: durationText(DAY_MS).optional().describe('Answer with the result if it is there within this time.'),
  })
  .refine(
    ({ tenants, all }) => (tenants === undefined) !== (all === undefined),
    'must have either tenants or all',
  );

const status = named(
  'Verification',
  answer({
    id: z.string(),
    state: z.enum(['running', 'finished', 'aborted']),
    createdAt: time(''),
    total: z.number().describe('Tenants to verify.'),
    finished: z.number(),
    verdict: verdict.nullable().describe('Null while it runs.'),
  }),
);

const params = z.object({ verification: z.uuid() });

export function verificationRoutes({ api, context }: ApiParts): void {
  const verifications = createVerifications(context);
  const stream = createEventStreams(api, statusOf);

  api.post(
    '/verifications',
    {
      bodyLimit: BODY_LIMIT,
      config: { ...needs('verify'), rateLimit: RATE },
      schema: {
        operationId: 'createVerification',
        summary: 'Verifies tenants now. With `wait` the answer is the result, when it is there in time',
        tags: ['verifications'],
        body: newVerification,
        response: {
          200: verifyResult,
          202: answer({ verification: status }).describe('It runs; look again, or listen to its events.'),
          ...ERRORS,
        },
      },
    },
    async ({ body, principal }, reply) => {
      const { tenants: names = null, claims, wait } = body;
      const verification = await verifications.start({ names, claims, by: nameOf(principal) });
      // Null when there will be none, undefined when it is not there in time.
      const result =
        wait === undefined ? undefined : await waitAtMost(wait, verification.over, context.clock);
      if (result === null)
        throw new HttpError('unavailable', 'The daemon stopped before the verification was over.');
      if (result !== undefined) return sendResult(reply, result);
      return reply.code(202).send({ verification: statusOf(verification) });
    },
  );

  api.get(
    '/verifications/:verification',
    {
      config: needs('verify'),
      schema: {
        operationId: 'getVerification',
        summary: 'How far a verification is',
        tags: ['verifications'],
        params,
        response: { 200: answer({ verification: status }), ...ERRORS },
      },
    },
    ({ params }, reply) => reply.send({ verification: statusOf(known(verifications, params.verification)) }),
  );

  api.get(
    '/verifications/:verification/result',
    {
      config: needs('verify'),
      schema: {
        operationId: 'getVerificationResult',
        summary: 'The result, as `tenantwatch verify --format json` prints it',
        tags: ['verifications'],
        params,
        response: { 200: verifyResult, ...ERRORS },
      },
    },
    ({ params }, reply) => {
      const verification = known(verifications, params.verification);
      const result = verification.result();
      if (result !== null) return sendResult(reply, result);
      if (verification.state() === 'running')
        throw new HttpError('conflict', 'The verification is not over yet.');
      throw new HttpError('unavailable', 'The verification did not come to an end.');
    },
  );

  api.get(
    '/verifications/:verification/events',
    {
      // A stream without a body would be a place taken for nothing.
      exposeHeadRoute: false,
      config: needs('verify'),
      schema: {
        operationId: 'streamVerification',
        summary:
          'Server-sent events: `check` and `tenant` as they end, `over` last; what is over already comes first',
        tags: ['verifications'],
        params,
        response: { 200: textAnswer('text/event-stream', 'Ends after `over`.'), ...ERRORS },
      },
    },
    ({ params }, reply) => {
      stream(known(verifications, params.verification), reply);
    },
  );
}

function known(verifications: Verifications, id: string): Verification {
  const verification = verifications.get(id);
  if (verification === undefined)
    throw new HttpError('not-found', 'There is no such verification, or no more.');
  return verification;
}

function statusOf(verification: Verification) {
  const { id, createdAt, total } = verification;
  return {
    id,
    state: verification.state(),
    createdAt,
    total,
    finished: verification.finished().length,
    verdict: verification.result()?.verdict ?? null,
  };
}
