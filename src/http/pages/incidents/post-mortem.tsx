import type { FastifyInstance } from 'fastify';
import { SECOND_MS } from '../../../model/time.ts';
import { gatherPostMortem } from '../../../monitor/gather-post-mortem.ts';
import { postMortem } from '../../../reports/post-mortem.ts';
import { HttpError } from '../../errors.ts';
import { sendPage, type Pages } from '../page.tsx';

const TIMEOUT_MS = 10 * SECOND_MS;

/** The draft from the daemon's history, to copy or to download. What Fly's logs say is added by the command line, which may wait for it. */
export function postMortemRoutes(app: FastifyInstance, pages: Pages): void {
  const { store, platform, clock, fleet, tracker } = pages.context;

  const draft = async (id: string): Promise<string> => {
    const incident = tracker.get(id) ?? store.incidents.get(id);
    if (incident === null) throw new HttpError('not-found', 'There is no such incident.');
    const facts = await gatherPostMortem(
      { store, fly: null, platform, clock, tenantOf: fleet.tenant },
      incident,
      AbortSignal.timeout(TIMEOUT_MS),
    );
    return postMortem(facts);
  };

  app.get<{ Params: { id: string } }>(
    '/incidents/:id/post-mortem',
    { config: { access: 'page' } },
    async (request, reply) => {
      const { id } = request.params;
      const text = await draft(id);
      const address = `/incidents/${encodeURIComponent(id)}`;
      return sendPage(pages, request, reply, {
        title: 'Post-mortem draft',
        section: 'incidents',
        topic: null,
        body: () => (
          <>
            <div class="lead">
              <p class="crumbs">
                <a href={address}>Incident</a>
              </p>
              <h1>Post-mortem draft</h1>
              <p class="quiet">
                From the history of the daemon. <code>tenantwatch incidents report {id}</code> also asks Fly
                for releases and logs.
              </p>
            </div>
            <p class="tags">
              <a href={`${address}/post-mortem.md`} download={`post-mortem-${id}.md`}>
                Download as Markdown
              </a>
            </p>
            <div class="command draft">
              <pre tabIndex={0}>
                <code>{text}</code>
              </pre>
              <button type="button" class="copy" data-copy={text}>
                Copy
              </button>
            </div>
          </>
        ),
      });
    },
  );

  app.get<{ Params: { id: string } }>(
    '/incidents/:id/post-mortem.md',
    { config: { access: 'page' } },
    async (request, reply) =>
      reply
        .header('content-disposition', 'attachment; filename="post-mortem.md"')
        .header('cache-control', 'private, no-store')
        .type('text/markdown; charset=utf-8')
        .send(await draft(request.params.id)),
  );
}
