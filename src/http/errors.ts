import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../model/logger.ts';
import { plainText } from '../model/text.ts';

/** The one catalogue of what the API answers when it does not do what it was asked. Codes are stable; scripts may match them. */
export const HTTP_ERRORS = {
  'bad-request': { status: 400, message: 'The request cannot be understood.' },
  unauthenticated: { status: 401, message: 'A valid token is needed: Authorization: Bearer …' },
  forbidden: { status: 403, message: 'The token does not have the scope that this needs.' },
  'loopback-only': {
    status: 403,
    message: 'Without configured tokens (server.tokens) only this machine is served.',
  },
  'unknown-host': {
    status: 403,
    message: 'This is not the name of this server (server.publicUrl); a bearer token would be proof enough.',
  },
  'foreign-origin': { status: 403, message: 'The request comes from a page of another site.' },
  'csrf-token': { status: 403, message: 'The form is too old, or not ours: load the page again.' },
  'not-found': { status: 404, message: 'There is nothing here.' },
  'no-such-tenant': { status: 404, message: 'There is no such tenant.' },
  'too-slow': { status: 408, message: 'The request did not arrive in time.' },
  conflict: { status: 409, message: 'That cannot be done in the present state.' },
  'too-large': { status: 413, message: 'The body is too large.' },
  'unsupported-media-type': { status: 415, message: 'The body must be JSON: Content-Type: application/json' },
  'rate-limited': { status: 429, message: 'Too many requests; see Retry-After.' },
  'headers-too-large': { status: 431, message: 'The headers are too large.' },
  internal: { status: 500, message: 'A fault of ours; the log says more.' },
  unavailable: { status: 503, message: 'This cannot be told at present.' },
} as const satisfies Record<string, { readonly status: number; readonly message: string }>;

export type HttpErrorCode = keyof typeof HTTP_ERRORS;

/** Thrown by a handler; becomes the answer `{error: {code, message}}` with the status of its code. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly code: HttpErrorCode;
  readonly statusCode: number;

  constructor(code: HttpErrorCode, message: string = HTTP_ERRORS[code].message) {
    super(message);
    this.code = code;
    this.statusCode = HTTP_ERRORS[code].status;
  }
}

/** What Fastify and its plugins throw, in the catalogue's words. */
const BY_STATUS: ReadonlyMap<number, HttpErrorCode> = new Map([
  [400, 'bad-request'],
  [404, 'not-found'],
  [405, 'not-found'],
  [413, 'too-large'],
  [414, 'bad-request'],
  [415, 'unsupported-media-type'],
  [429, 'rate-limited'],
]);

export function toHttpError(error: FastifyError | HttpError): HttpError {
  if (error instanceof HttpError) return error;
  if (error.validation !== undefined) return new HttpError('bad-request', validationMessage(error));
  const code = BY_STATUS.get(error.statusCode ?? 500);
  return new HttpError(code ?? 'internal');
}

export function errorBody({ code, message }: HttpError): {
  readonly error: { code: string; message: string };
} {
  return { error: { code, message } };
}

/** Nothing of the inside is shown: a fault of ours goes to the log, and the answer says only that it was one. */
export function answerError(logger: Logger) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const known = toHttpError(error);
    if (known.code === 'internal') {
      const route = request.routeOptions.url ?? 'unknown';
      logger.error(
        { method: request.method, route, error: String(error) },
        'a request failed: a fault of ours',
      );
    }
    return sendError(reply, known);
  };
}

export function sendError(reply: FastifyReply, error: HttpError): FastifyReply {
  if (error.code === 'unauthenticated') reply.header('www-authenticate', 'Bearer realm="tenantwatch"');
  // The rate limit says by itself when to come again; for what is full at present a little while will do.
  if (error.code === 'rate-limited' && !reply.hasHeader('retry-after')) reply.header('retry-after', '10');
  return reply.code(error.statusCode).type('application/json; charset=utf-8').send(errorBody(error));
}

/** `body/wait must be a duration`: which part, which field, what is wrong; never what was sent. */
function validationMessage({ validation, validationContext }: FastifyError): string {
  const issues = (validation ?? []).slice(0, 5).map(({ instancePath, message }) => {
    const where = `${validationContext ?? 'request'}${instancePath}`;
    return `${where} ${message ?? 'is wrong'}`;
  });
  return plainText(issues.join('; '), 500);
}
