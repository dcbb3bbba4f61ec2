import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const compressed = promisify(gzip);

/** Shorter ones fit into the first packets as they are. */
const WORTHWHILE = 2_000;
/** A page of the fleet shrinks to a twentieth; higher levels cost time and win nothing. */
const LEVEL = 4;

/**
 * Sends the pages of this scope compressed, off the event loop. That a form's secret and a reader's words are compressed together
 * tells nobody anything: the session's cookie is SameSite=Strict, so no other site can have such a page sent.
 */
export function compressPages(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    const isPage = String(reply.getHeader('content-type')).startsWith('text/html');
    if (!isPage || typeof payload !== 'string' || payload.length < WORTHWHILE) return payload;
    reply.header('vary', 'accept-encoding');
    if (!takesGzip(request)) return payload;
    reply.header('content-encoding', 'gzip').removeHeader('content-length');
    return compressed(payload, { level: LEVEL });
  });
}

/** As browsers say it; who sets a quality of its own gets the text as it is. */
export function takesGzip(request: FastifyRequest): boolean {
  const accepted = request.headers['accept-encoding'] ?? '';
  return accepted.split(',').some((one) => one.trim().toLowerCase() === 'gzip');
}
