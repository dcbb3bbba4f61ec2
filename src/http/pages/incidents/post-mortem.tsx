import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { JSX } from 'preact';
import { MINUTE_MS } from '../../../model/time.ts';
import { HttpError } from '../../errors.ts';
import { Markdown } from '../markdown/view.tsx';
import { sendPage, type Pages } from '../page.tsx';
import { documentLink } from '../runbooks/link.ts';
import { createDrafting } from './draft.ts';

/** A draft may ask Fly for some fifty pages: whoever reads many does not use up what the daemon may ask. */
const RATE_LIMIT = { max: 20, timeWindow: MINUTE_MS };

/** The draft to read, to copy or to download. Who only reads in public makes no request to Fly. */
export function postMortemRoutes(app: FastifyInstance, pages: Pages): void {
  const { store, tracker } = pages.context;
  const drafting = createDrafting(pages.context);

  const draftFor = (request: FastifyRequest<{ Params: { id: string } }>): Promise<string> => {
    const { id } = request.params;
    const incident = tracker.get(id) ?? store.incidents.get(id);
    if (incident === null) throw new HttpError('not-found', 'There is no such incident.');
    return drafting(incident, request.principal?.via !== 'public');
  };

  app.get<{ Params: { id: string } }>(
    '/incidents/:id/post-mortem',
    { config: { access: 'page', rateLimit: RATE_LIMIT } },
    async (request, reply) => {
      const text = await draftFor(request);
      return sendPage(pages, request, reply, {
        title: 'Post-mortem draft',
        section: 'incidents',
        topic: null,
        body: () => <DraftPage id={request.params.id} text={text} />,
      });
    },
  );

  app.get<{ Params: { id: string } }>(
    '/incidents/:id/post-mortem.md',
    { config: { access: 'page', rateLimit: RATE_LIMIT } },
    async (request, reply) => {
      const text = await draftFor(request);
      return reply
        .header('content-disposition', `attachment; filename="${fileName(request.params.id)}"`)
        .header('cache-control', 'private, no-store')
        .type('text/markdown; charset=utf-8')
        .send(text);
    },
  );
}

function fileName(id: string): string {
  return `post-mortem-${id.replaceAll(/[^\w-]/g, '')}.md`;
}

function DraftPage({ id, text }: { readonly id: string; readonly text: string }): JSX.Element {
  const address = `/incidents/${encodeURIComponent(id)}`;
  return (
    <>
      <div class="lead beside">
        <div>
          <p class="crumbs">
            <a href={address}>Incident</a>
          </p>
          <p class="quiet">
            A draft of everything that was observed; people add what only they know. The same as{' '}
            <code>tenantwatch incidents report {id}</code>.
          </p>
        </div>
        <div class="take">
          <button type="button" class="copy" data-copy={text}>
            Copy as Markdown
          </button>
          <a class="button" href={`${address}/post-mortem.md`} download={fileName(id)}>
            Download
          </a>
        </div>
      </div>
      <article class="prose sheet">
        <Markdown text={text} link={documentLink()} />
      </article>
    </>
  );
}
