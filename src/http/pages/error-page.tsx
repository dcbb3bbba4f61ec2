import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { HttpError, toHttpError, type HttpErrorCode } from '../errors.ts';
import { sendPage, type Pages } from './page.tsx';
import { ownPath } from './sign-in/own-path.ts';

const TITLES: Partial<Record<HttpErrorCode, string>> = {
  'not-found': 'Not found',
  'no-such-tenant': 'Not found',
  conflict: 'That cannot be done now',
  'csrf-token': 'The form is out of date',
  forbidden: 'Not allowed',
  'rate-limited': 'Too many requests',
  unavailable: 'Not at the moment',
};

/** What went wrong, in words; a fault of ours says nothing of the inside. */
export function errorPage(pages: Pages) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const known = error.name === 'StoreError' ? new HttpError('unavailable') : toHttpError(error);
    if (known.code === 'internal') {
      const route = request.routeOptions.url ?? 'unknown';
      pages.context.logger.error({ route, error: String(error) }, 'a page failed: a fault of ours');
    }
    return sendPage(pages, request, reply, {
      title: TITLES[known.code] ?? 'That did not work',
      section: null,
      topic: null,
      status: known.statusCode,
      body: () => (
        <div class="lead">
          <h1>{TITLES[known.code] ?? 'That did not work'}</h1>
          <p>{known.message}</p>
          <p>
            <a href={cameFrom(request)}>Back</a>
          </p>
        </div>
      ),
    });
  };
}

/** The page whose form or link led here; another site's address never. */
function cameFrom({ headers }: FastifyRequest): string {
  const { referer, host } = headers;
  const url = referer === undefined ? null : URL.parse(referer);
  return url === null || url.host !== host ? '/' : ownPath(`${url.pathname}${url.search}`);
}
