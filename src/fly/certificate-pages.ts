import type { z } from 'zod';
import type { Clock } from '../model/time.ts';
import { appCertificatesPage } from './answers.ts';
import type { graphqlCertificate } from './answers.ts';
import { APP_CERTIFICATES } from './documents.ts';
import { flyError } from './error.ts';
import type { Graphql } from './graphql.ts';
import { createPageSize } from './page-size.ts';
import { allPages } from './pages.ts';
import type { Page } from './pages.ts';

type Certificate = z.infer<typeof graphqlCertificate>;

/** The certificates of one app over GraphQL, in pages that shrink when they are too much. */
export interface CertificatePages {
  /** From the start; an unknown app: `not-found`. */
  readonly all: (app: string, signal: AbortSignal) => Promise<readonly Certificate[]>;
  /** From a first page that came along with something else. */
  readonly rest: (
    app: string,
    first: Page<Certificate>,
    signal: AbortSignal,
  ) => Promise<readonly Certificate[]>;
}

export function createCertificatePages(graphql: Graphql, clock: Clock): CertificatePages {
  const size = createPageSize({ clock, largest: 100, smallest: 10 });

  async function page(app: string, after: string | null, signal: AbortSignal): Promise<Page<Certificate>> {
    const what = `certificates of ${app}`;
    const answer = await size.ask((first) =>
      graphql(
        {
          document: APP_CERTIFICATES,
          variables: { app, first, after },
          schema: appCertificatesPage,
          what,
          aboutApp: true,
        },
        signal,
      ),
    );
    if (answer.app === null) throw flyError('not-found', `${what}: Fly does not know the app`);
    return answer.app.certificates;
  }

  const rest: CertificatePages['rest'] = (app, first, signal) =>
    allPages(first, (after) => page(app, after, signal), `certificates of ${app}`);

  return { rest, all: async (app, signal) => rest(app, await page(app, null, signal), signal) };
}
