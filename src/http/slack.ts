import type { FastifyInstance } from 'fastify';
import { spokenTime } from '../model/spoken.ts';
import { plainText } from '../model/text.ts';
import type { Acts } from './acts.ts';
import type { HttpContext } from './context.ts';
import { HttpError } from './errors.ts';

/**
 * `POST /slack/actions`: a button below a message. Slack signs the raw body and wants an answer within 3 s; everything here is a
 * matter of milliseconds. What cannot be done is told to the one who pressed, not to Slack, which would only try again.
 */
export async function slackRoute(app: FastifyInstance, context: HttpContext, acts: Acts): Promise<void> {
  const { slackActions, clock, tracker } = context;
  if (slackActions === null) return;

  /** Returns what the one who pressed is told: the message itself does not show a silence. */
  const silence = (id: string, by: string, durationMs: number): string => {
    const incident = tracker.get(id);
    if (incident === undefined) throw new HttpError('not-found', 'There is no such incident any more.');
    const startsAt = clock.now();
    const { scope, name } = incident.subject;
    // A tenant's silence covers the tenant, whatever its trouble turns into; another one the problem.
    const matcher =
      scope === 'tenant' && !name.startsWith('storm:') ? { tenant: name } : { problem: incident.code };
    const reason = `silenced from Slack: ${incident.summary}`.slice(0, 500);
    const endsAt = startsAt + durationMs;
    const made = acts.silence({ matcher, reason, startsAt, endsAt, untilDeployOf: null }, by);
    const whom = 'tenant' in matcher ? `of ${name}` : `of ${incident.code}`;
    return `Nobody is told ${whom} until ${spokenTime(endsAt)}, but that it is over. To end it before: tenantwatch silence end ${made.id}`;
  };

  await app.register((scope, _options, done) => {
    // Byte for byte: the signature is over what was sent.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'buffer' },
      (_request, body, parsed) => {
        parsed(null, body);
      },
    );
    scope.post(
      '/slack/actions',
      { bodyLimit: 256 * 1024, config: { access: 'signed' } },
      async (request, reply) => {
        const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
        const timestamp = header(request.headers['x-slack-request-timestamp']);
        const signature = header(request.headers['x-slack-signature']);
        if (!slackActions.isSigned({ timestamp, signature, rawBody }))
          throw new HttpError(
            'unauthenticated',
            'The signature is not that of a configured Slack app, or too old.',
          );
        const pressed = slackActions.parse(rawBody.toString('utf8'));
        // A link button, or a button of another version: nothing to do, and nothing to try again.
        if (pressed === undefined) return reply.send();
        const tell = (text: string): void => {
          if (pressed.responseUrl !== null) slackActions.answer(pressed.responseUrl, plainText(text));
        };
        try {
          // An acknowledgement shows in the message itself.
          if (pressed.action === 'acknowledge')
            acts.acknowledge(pressed.incident, `${pressed.by} (Slack)`, null);
          else tell(silence(pressed.incident, `${pressed.by} (Slack)`, pressed.durationMs));
        } catch (error) {
          if (!(error instanceof HttpError)) throw error;
          tell(error.message);
        }
        // The body of this answer is shown to nobody.
        return reply.send();
      },
    );
    done();
  });
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? undefined : value;
}
