import { z } from 'zod';
import { checkCertificateTarget } from '../../guard/certificate-target.ts';
import type { Claim, Inventory } from '../../model/fly.ts';
import { normalizeHostname } from '../../model/hostname.ts';
import { HttpError } from '../errors.ts';
import { answer, named } from '../schemas/common.ts';
import { ERRORS, needs, type ApiParts } from './route.ts';

const targetDecision = named(
  'TargetDecision',
  answer({
    decision: z.enum(['allowed', 'refused', 'unknown']),
    reason: z.string().describe('From a closed set.'),
    text: z.string(),
    command: z.string().nullable().describe('What to run instead, or first.'),
  }),
);

export function guardRoute({ api, context }: ApiParts): void {
  const { platform, inventory } = context;
  api.post(
    '/guard/certificates',
    {
      config: needs('read'),
      schema: {
        operationId: 'checkCertificateTarget',
        summary: 'Would adding a certificate for this hostname to this app conflict? Nothing is added.',
        tags: ['guard'],
        body: z.strictObject({ hostname: z.string().max(300), app: z.string().max(100) }),
        response: { 200: targetDecision, ...ERRORS },
      },
    },
    ({ body }, reply) => {
      const swept = inventory();
      // A sweep that is missing or too old is no evidence that nobody else claims the name.
      const claims = swept.outcome === 'failed' ? null : claimsThatCover(body.hostname, swept.facts);
      const known = checkCertificateTarget({ ...body, claims, platform });
      // Nor is one in which an app that might claim it could not be read.
      const blind = swept.outcome === 'observed' && mayBeUnread(body.app, swept.facts);
      const decision =
        blind && known.decision === 'allowed'
          ? checkCertificateTarget({ ...body, claims: null, platform })
          : known;
      if (decision.reason === 'invalid-hostname' || decision.reason === 'invalid-app')
        throw new HttpError('bad-request', decision.text);
      return reply.send(decision);
    },
  );
}

function mayBeUnread(app: string, { unread }: Inventory): boolean {
  return [...(unread?.keys() ?? [])].some((name) => name !== app.trim());
}

/** The exact ones and those of the wildcard one level up: nothing else can cover a name. */
function claimsThatCover(hostname: string, { claims, unread }: Inventory): readonly Claim[] {
  const name = normalizeHostname(hostname);
  const wildcard = `*${name.slice(name.indexOf('.'))}`;
  return [...new Set([name, wildcard])].flatMap((one) =>
    (claims.get(one) ?? []).filter(({ app }) => unread?.has(app) !== true),
  );
}
