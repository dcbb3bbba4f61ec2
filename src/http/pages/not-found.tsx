import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendPage, type Pages } from './page.tsx';

export function notFound(
  pages: Pages,
  request: FastifyRequest,
  reply: FastifyReply,
  text: string,
): FastifyReply {
  return sendPage(pages, request, reply, {
    title: 'Not found',
    section: null,
    topic: null,
    status: 404,
    body: () => (
      <div class="lead">
        <h1>Not found</h1>
        <p>{text}</p>
        <p>
          <a href="/">To the fleet</a>
        </p>
      </div>
    ),
  });
}
