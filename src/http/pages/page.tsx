import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ComponentChild } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Acts } from '../acts.ts';
import type { Auth } from '../auth.ts';
import type { HttpContext } from '../context.ts';
import type { Assets } from './assets.ts';
import { isLoud } from './incidents/words.ts';
import { Layout, type Section } from './layout.tsx';
import { viewerOf, type Viewer } from './viewer.ts';

/** What every page's routes are given. */
export interface Pages {
  readonly context: HttpContext;
  readonly auth: Auth;
  readonly acts: Acts;
  readonly assets: Assets;
}

export interface Page {
  readonly title: string;
  readonly section: Section | null;
  /** What the page is about for the stream of changes: `fleet`, `incidents`, `tenant:<id>`; null: it does not change. */
  readonly topic: string | null;
  readonly body: (viewer: Viewer) => ComponentChild;
  readonly status?: number;
}

/** The server's security headers hold for pages as for everything: nothing inline, nothing from elsewhere. */
export function sendPage(
  pages: Pages,
  request: FastifyRequest,
  reply: FastifyReply,
  page: Page,
): FastifyReply {
  const viewer = viewerOf(request, pages.auth);
  const { fleet, tracker, version } = pages.context;
  const html = renderToString(
    <Layout
      title={page.title}
      section={page.section}
      topic={page.topic}
      viewer={viewer}
      assets={pages.assets}
      version={version}
      shared={fleet.shared()?.result}
      openIncidents={tracker.unresolved().filter(isLoud).length}
    >
      {page.body(viewer)}
    </Layout>,
  );
  return (
    reply
      .code(page.status ?? 200)
      .header('cache-control', 'private, no-store')
      // Under `no-referrer` browsers send `Origin: null` with our own forms, which is nobody's.
      .header('referrer-policy', 'same-origin')
      .type('text/html; charset=utf-8')
      .send(`<!doctype html>${html}`)
  );
}

/** After a form: back to a page of ours, which a reload then only reads. */
export function seeOther(reply: FastifyReply, path: string): FastifyReply {
  return reply.redirect(path, 303);
}
