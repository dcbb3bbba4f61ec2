import type { FastifyInstance } from 'fastify';
import type { JSX } from 'preact';
import type { Json, JsonObject } from '../../../model/json.ts';
import { sendPage, type Pages } from '../page.tsx';
import { writtenSettings } from './written.ts';
import { isJsonList } from '../parts/json-list.ts';

export function settingsRoutes(app: FastifyInstance, pages: Pages): void {
  const settings = writtenSettings(pages.context.config);
  // Where something is kept and how it is reached is not for the public, even where pages are.
  app.get('/settings', { config: { access: 'read' } }, (request, reply) =>
    sendPage(pages, request, reply, {
      title: 'Settings',
      section: 'settings',
      topic: null,
      body: () => <SettingsPage settings={settings} />,
    }),
  );
}

function SettingsPage({ settings }: { readonly settings: JsonObject }): JSX.Element {
  return (
    <>
      <div class="lead">
        <h1>Settings in effect</h1>
        <p class="quiet">
          Defaults filled in; of a secret only its source is shown. <code>tenantwatch config show</code>{' '}
          prints them as a file. A changed file is taken over without a restart.
        </p>
      </div>
      <div class="settings">
        {Object.entries(settings).map(([section, value]) => (
          <section key={section} aria-labelledby={`s-${section}`} class="part">
            <h2 id={`s-${section}`}>{section}</h2>
            <Tree of={value} />
          </section>
        ))}
      </div>
    </>
  );
}

function Tree({ of }: { readonly of: Json }): JSX.Element {
  if (of === null) return <span class="quiet">null</span>;
  if (typeof of !== 'object') return <code>{String(of)}</code>;
  if (isJsonList(of)) {
    if (of.length === 0) return <span class="quiet">none</span>;
    if (of.every((item) => typeof item !== 'object')) return <code>{of.map(String).join(', ')}</code>;
    return (
      <ol class="plain items">
        {of.map((item, index) => (
          <li key={index}>
            <Tree of={item} />
          </li>
        ))}
      </ol>
    );
  }
  return (
    <dl class="facts">
      {Object.entries(of).map(([key, value]) => (
        <div key={key}>
          <dt>{key}</dt>
          <dd>
            <Tree of={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
