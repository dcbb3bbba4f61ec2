import type { FastifyInstance } from 'fastify';
import type { JSX } from 'preact';
import { SIGN_IN_PATH } from '../../auth.ts';
import { field, formOf } from '../forms.ts';
import { seeOther, sendPage, type Pages } from '../page.tsx';
import { ownPath } from './own-path.ts';

/** Guessing costs the guesser a minute for ten tries. */
const RATE_LIMIT = { max: 10, timeWindow: 60_000 };

export function signInRoutes(app: FastifyInstance, pages: Pages): void {
  const { auth, context } = pages;
  app.get<{ Querystring: { next?: unknown } }>(
    SIGN_IN_PATH,
    { config: { access: 'public' } },
    (request, reply) => {
      const next = ownPath(request.query.next);
      if (auth.authenticate(request) !== undefined) return seeOther(reply, next);
      return sendPage(pages, request, reply, {
        title: 'Sign in',
        section: null,
        topic: null,
        body: () => <SignInPage next={next} refused={null} />,
      });
    },
  );

  app.post(SIGN_IN_PATH, { config: { access: 'public', rateLimit: RATE_LIMIT } }, (request, reply) => {
    const form = formOf(request.body);
    const next = ownPath(form.next);
    const answer = auth.signIn(request, reply, field(form, 'token') ?? '');
    if (answer.ok) {
      context.logger.info({ by: answer.principal.name }, 'signed in');
      return seeOther(reply, next);
    }
    return sendPage(pages, request, reply, {
      title: 'Sign in',
      section: null,
      topic: null,
      status: answer.reason === 'unknown-token' ? 401 : 403,
      body: () => <SignInPage next={next} refused={REFUSALS[answer.reason]} />,
    });
  });

  app.post('/sign-out', { config: { access: 'page' } }, (request, reply) => {
    auth.signOut(request, reply);
    return seeOther(reply, SIGN_IN_PATH);
  });
}

const REFUSALS = {
  'unknown-token': 'This token is not known.',
  'no-read-scope':
    'This token is for programs: it has not the scope read, and without it there is no page to see.',
} as const;

interface SignInPageProps {
  readonly next: string;
  readonly refused: string | null;
}

function SignInPage({ next, refused }: SignInPageProps): JSX.Element {
  return (
    <div class="sign-in">
      <h1>Sign in</h1>
      <p class="quiet">
        With one of the tokens in <code>server.tokens</code> of the configuration.
      </p>
      {refused !== null && (
        <p class="refused" role="alert" id="refused">
          {refused}
        </p>
      )}
      <form method="post" action={SIGN_IN_PATH}>
        <input type="hidden" name="next" value={next} />
        <label>
          Token
          <input
            type="password"
            name="token"
            required
            autocomplete="current-password"
            aria-describedby={refused === null ? undefined : 'refused'}
            autofocus
          />
        </label>
        <button type="submit" class="primary">
          Sign in
        </button>
      </form>
    </div>
  );
}
