import type { FastifyInstance } from 'fastify';
import type { JSX } from 'preact';
import { factsOf } from '../../../model/observation.ts';
import { sendPage, type Pages } from '../page.tsx';
import { readStore } from '../read-store.ts';
import { counted, grouped } from '../words.ts';
import { CLAIM_MARKS, claimsMap, type ClaimsMap } from './map.ts';
import { ClaimTable, MARK_WORDS } from './table.tsx';

/** Conflicts come first; of ten thousand harmless claims nobody reads more at once. */
const MOST = 200;

export function claimsRoutes(app: FastifyInstance, pages: Pages): void {
  const { store, platform, clock, inventory } = pages.context;
  app.get<{ Querystring: Record<string, unknown> }>(
    '/claims',
    { config: { access: 'page' } },
    (request, reply) => {
      const search =
        typeof request.query.q === 'string' ? request.query.q.trim().toLowerCase().slice(0, 100) : '';
      const map = readStore(pages.context, () =>
        claimsMap(store.claims.current(), platform, factsOf(inventory()) ?? null),
      );
      return sendPage(pages, request, reply, {
        title: 'Claims',
        section: 'claims',
        topic: 'fleet',
        body: () => <ClaimsPage map={map} search={search} now={clock.now()} />,
      });
    },
  );
}

function ClaimsPage(props: {
  readonly map: ClaimsMap | null;
  readonly search: string;
  readonly now: number;
}): JSX.Element {
  const { map, search, now } = props;
  if (map === null) return <p class="note">The database cannot be read at the moment.</p>;
  const fitting = map.claims.filter(
    ({ record: { claim } }) =>
      search === '' || claim.hostname.includes(search) || claim.app.toLowerCase().includes(search),
  );
  const wrong = CLAIM_MARKS.filter((mark) => map.counts[mark] > 0);
  return (
    <>
      <div class="lead">
        <h1>{headline(map)}</h1>
        <p class="quiet">
          Every hostname that an app of the organization holds a certificate for, as of the last complete
          sweep.
        </p>
      </div>
      {wrong.length > 0 && (
        <dl class="meanings">
          {wrong.map((mark) => (
            <div key={mark}>
              <dt>
                <span class={`tag ${mark}`}>{mark}</span> {grouped(map.counts[mark])}
              </dt>
              <dd>{MARK_WORDS[mark]}</dd>
            </div>
          ))}
        </dl>
      )}
      <form method="get" action="/claims" role="search" class="search">
        <label>
          <span class="vh">Search claims</span>
          <input type="search" name="q" value={search} placeholder="hostname or app" data-shortcut="/" />
        </label>
        <button type="submit">Show</button>
      </form>
      {fitting.length === 0 ? (
        <p class="empty">{map.claims.length === 0 ? 'No claim is known yet.' : 'No claim fits.'}</p>
      ) : (
        <ClaimTable records={fitting.slice(0, MOST)} now={now} />
      )}
      {fitting.length > MOST && (
        <p class="quiet">
          The first {MOST} of {counted(fitting.length, 'claim')}; search to see others.
        </p>
      )}
    </>
  );
}

function headline({ counts, claims }: ClaimsMap): string {
  const conflicts = counts.conflict + counts.takeover;
  if (conflicts > 0) return `${counted(conflicts, 'claim')} in the wrong place`;
  return claims.length === 0 ? 'Claims' : `${counted(claims.length, 'claim')}, none in the wrong place`;
}
