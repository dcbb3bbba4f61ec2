import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { ComponentChildren, JSX } from 'preact';
import { CATALOGUE } from '../../../diagnosis/catalogue.ts';
import { PROBLEM_CODES, type ProblemCode } from '../../../model/problem.ts';
import { SCOPES, type Scope } from '../../../model/verdict.ts';
import type { Fleet } from '../../../monitor/fleet.ts';
import { notFound } from '../not-found.tsx';
import { sendPage, type Pages } from '../page.tsx';
import { counted } from '../../../model/spoken.ts';
import { Markdown } from '../markdown/view.tsx';
import { documentLink } from './link.ts';

// Beside src and dist alike, and in the published package.
const FOLDER = new URL('../../../../docs/', import.meta.url);

export function runbookRoutes(app: FastifyInstance, pages: Pages): void {
  const { fleet } = pages.context;

  app.get('/runbooks', { config: { access: 'page' } }, (request, reply) =>
    sendPage(pages, request, reply, {
      title: 'Runbooks',
      section: 'runbooks',
      topic: null,
      body: () => <Index present={presentProblems(fleet)} />,
    }),
  );

  app.get<{ Params: { code: string } }>(
    '/runbooks/:code',
    { config: { access: 'page' } },
    async (request, reply) => {
      const code = PROBLEM_CODES.find((known) => known === request.params.code);
      if (code === undefined)
        return notFound(pages, request, reply, 'There is no such problem in the catalogue.');
      // The catalogue says the most important things by itself, should the folder not be there.
      const text = await readFile(new URL(`runbooks/${code}.md`, FOLDER), 'utf8').catch(() => fallback(code));
      return sendPage(pages, request, reply, {
        title: CATALOGUE[code].title,
        section: 'runbooks',
        topic: null,
        body: () => (
          <Document text={text} name={code}>
            <Present code={code} count={presentProblems(fleet).get(code) ?? 0} />
          </Document>
        ),
      });
    },
  );

  app.get('/playbook', { config: { access: 'page' } }, async (request, reply) => {
    const text = await readFile(new URL('playbook.md', FOLDER), 'utf8').catch(() => null);
    if (text === null) return notFound(pages, request, reply, 'This installation came without the playbook.');
    return sendPage(pages, request, reply, {
      title: 'Playbook',
      section: 'runbooks',
      topic: null,
      body: () => <Document text={text} name="playbook" />,
    });
  });
}

interface DocumentProps {
  readonly text: string;
  readonly name: ProblemCode | 'playbook';
  readonly children?: ComponentChildren;
}

function Document({ text, name, children }: DocumentProps): JSX.Element {
  return (
    <article class="prose">
      <p class="crumbs">
        <a href="/runbooks">Runbooks</a>
      </p>
      <Markdown text={text} link={documentLink(name)} />
      {children}
    </article>
  );
}

/** Whom it concerns at this moment. */
function Present({ code, count }: { readonly code: ProblemCode; readonly count: number }): JSX.Element {
  const isTenants = CATALOGUE[code].scope === 'tenant';
  if (count === 0) return <p class="note part">At this moment nothing has this problem.</p>;
  return (
    <p class={`note part ${CATALOGUE[code].scope === 'monitor' ? 'warning' : 'critical'}`}>
      {isTenants ? (
        <a href={`/?problem=${code}`}>{counted(count, 'tenant has', 'tenants have')} this problem now</a>
      ) : (
        <a href="/">It is there now</a>
      )}
      .
    </p>
  );
}

function fallback(code: ProblemCode): string {
  const { title, explanation, toldApartBy } = CATALOGUE[code];
  return `# ${title}\n\n\`${code}\`\n\n## What it is\n\n${explanation}\n\n## How it is told apart\n\n${toldApartBy}\n`;
}

/** How often each problem is there now. */
function presentProblems(fleet: Fleet): ReadonlyMap<ProblemCode, number> {
  const present = new Map<ProblemCode, number>();
  const note = (code: ProblemCode | undefined): void => {
    if (code !== undefined) present.set(code, (present.get(code) ?? 0) + 1);
  };
  for (const { id } of fleet.tenants()) note(fleet.latest(id)?.diagnosis?.code);
  const shared = fleet.shared()?.result;
  note(shared?.platform.diagnosis?.code);
  note(shared?.monitor.diagnosis?.code);
  return present;
}

const SCOPE_TITLES: Readonly<Record<Scope, string>> = {
  tenant: 'One tenant',
  platform: 'Every tenant at once',
  monitor: 'tenantwatch itself',
};

function Index({ present }: { readonly present: ReadonlyMap<ProblemCode, number> }): JSX.Element {
  return (
    <>
      <div class="lead">
        <h1>Runbooks</h1>
        <p class="quiet">
          One page for each problem that tenantwatch can name. How certificates, DNS and routing fit together,
          and where to look first: <a href="/playbook">the playbook</a>.
        </p>
      </div>
      {SCOPES.toReversed().map((scope) => (
        <section key={scope} aria-labelledby={`scope-${scope}`} class="part">
          <h2 id={`scope-${scope}`}>{SCOPE_TITLES[scope]}</h2>
          <ul class="index">
            {PROBLEM_CODES.filter((code) => CATALOGUE[code].scope === scope).map((code) => {
              const count = present.get(code);
              return (
                <li key={code}>
                  <a href={`/runbooks/${code}`}>{CATALOGUE[code].title}</a>
                  <code>{code}</code>
                  {count !== undefined && (
                    <span class="tag critical">
                      {scope === 'tenant' ? `now at ${counted(count, 'tenant')}` : 'now'}
                    </span>
                  )}
                </li>
              );
            })}
          </ul>
        </section>
      ))}
    </>
  );
}
