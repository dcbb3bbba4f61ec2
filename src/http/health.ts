import type { FastifyInstance } from 'fastify';
import type { HttpContext } from './context.ts';
import { textAnswer } from './schemas/common.ts';

/** Public, and without anything that is worth knowing. */
export function healthRoutes(app: FastifyInstance, { fleet, databaseWritable }: HttpContext): void {
  // The process answers: nothing else. A platform that is down must not get its monitor restarted.
  app.get(
    '/livez',
    {
      config: { access: 'public' },
      schema: {
        ...described('isAlive', 'The process answers'),
        response: { 200: textAnswer('text/plain', 'It does.') },
      },
    },
    (_request, reply) => reply.type('text/plain').send('ok\n'),
  );
  // Ready when there is something to say, and what is found is kept: tenants known, platform looked at once, database writable.
  app.get(
    '/readyz',
    {
      config: { access: 'public' },
      schema: {
        ...described(
          'isReady',
          'The tenants are known, the platform was looked at, the database can be written',
        ),
        response: {
          200: textAnswer('text/plain', 'It is ready.'),
          503: textAnswer('text/plain', 'What is missing, a line each.'),
        },
      },
    },
    (_request, reply) => {
      const missing = [
        ...(fleet.shared() === undefined ? ['the platform was not looked at yet'] : []),
        ...(fleet.loaded() ? [] : ['the list of tenants is not known yet']),
        ...(databaseWritable() ? [] : ['the database cannot be written; probing and metrics go on']),
      ];
      if (missing.length === 0) return reply.type('text/plain').send('ok\n');
      return reply
        .code(503)
        .type('text/plain')
        .send(`${missing.join('\n')}\n`);
    },
  );
}

function described(operationId: string, summary: string) {
  return { operationId, summary, tags: ['monitoring'] };
}
