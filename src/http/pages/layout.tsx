import type { ComponentChildren, JSX } from 'preact';
import type { SharedResult } from '../../diagnosis/index.ts';
import type { Assets } from './assets.ts';
import type { Viewer } from './viewer.ts';

const SECTIONS = [
  ['fleet', '/', 'Fleet'],
  ['incidents', '/incidents', 'Incidents'],
  ['claims', '/claims', 'Claims'],
  ['silences', '/silences', 'Silences'],
  ['runbooks', '/runbooks', 'Runbooks'],
  ['settings', '/settings', 'Settings'],
] as const;

export type Section = (typeof SECTIONS)[number][0];

interface LayoutProps {
  readonly title: string;
  readonly section: Section | null;
  /** Of the stream of changes; null: the page does not change. */
  readonly topic: string | null;
  readonly viewer: Viewer;
  readonly assets: Assets;
  readonly version: string;
  readonly shared: SharedResult | undefined;
  readonly openIncidents: number;
  readonly children: ComponentChildren;
}

/** Everything around a page. `main` and what is marked `data-live` is what the script brings up to date. */
export function Layout(props: LayoutProps): JSX.Element {
  const { title, section, topic, viewer, assets, version, shared, openIncidents, children } = props;
  const sections = SECTIONS.filter(([name]) => (name === 'settings' ? viewer.mayRead : viewer.maySee));
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${title} · tenantwatch`}</title>
        <link rel="stylesheet" href={assets.style} />
        <link rel="icon" href={assets.icon} type="image/svg+xml" />
        <script type="module" src={assets.script} />
      </head>
      <body data-topic={topic}>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <header class="top">
          <div class="bar">
            <a class="home" href="/" aria-label="tenantwatch, fleet">
              <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
                <circle cx="10" cy="10" r="8.25" fill="none" stroke="currentColor" stroke-width="1.5" />
                <circle cx="10" cy="10" r="3" fill="currentColor" />
              </svg>
              tenantwatch
            </a>
            {sections.length > 0 && (
              <nav aria-label="Pages">
                <ul>
                  {sections.map(([name, href, label]) => (
                    <li key={name}>
                      <a href={href} aria-current={section === name ? 'page' : undefined}>
                        {label}
                        {name === 'incidents' && (
                          <span id="open-incidents" data-live class="badge" hidden={openIncidents === 0}>
                            {openIncidents}
                            <span class="vh"> open</span>
                          </span>
                        )}
                      </a>
                    </li>
                  ))}
                </ul>
              </nav>
            )}
            <div class="who">
              {topic !== null && <span id="connection" class="connection" role="status" />}
              <Session viewer={viewer} />
            </div>
          </div>
        </header>
        <div id="shared-trouble" data-live>
          {section !== 'fleet' && viewer.maySee && <SharedTrouble shared={shared} />}
        </div>
        <main id="main" data-live tabIndex={-1}>
          {children}
        </main>
        <footer>
          <p>
            tenantwatch {version}
            <span id="zone" />
          </p>
        </footer>
      </body>
    </html>
  );
}

function Session({ viewer }: { readonly viewer: Viewer }): JSX.Element | null {
  switch (viewer.session) {
    case 'not-needed':
      return null;
    case 'signed-out':
      return viewer.maySee ? <a href="/sign-in">Sign in</a> : null;
    case 'signed-in':
      return (
        <form method="post" action="/sign-out">
          <input type="hidden" name="csrf" value={viewer.csrf} />
          <span class="quiet">{viewer.name}</span>
          <button type="submit" class="link">
            Sign out
          </button>
        </form>
      );
  }
}

/** What breaks everything is said on every page: it explains the rest. */
function SharedTrouble({ shared }: { readonly shared: SharedResult | undefined }): JSX.Element | null {
  const roots = [shared?.platform.diagnosis, shared?.monitor.diagnosis].flatMap((one) => one ?? []);
  if (roots.length === 0) return null;
  return (
    <ul class="shared-trouble">
      {roots.map(({ code, scope, severity, summary }) => (
        <li key={code} class={severity}>
          <strong>{scope === 'platform' ? 'Platform' : 'Monitor'}</strong> {summary} <a href="/">Details</a>
        </li>
      ))}
    </ul>
  );
}
