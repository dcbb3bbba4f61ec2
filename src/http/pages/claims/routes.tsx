import type { FastifyInstance } from 'fastify';
import type { JSX } from 'preact';
import {
  CLAIM_MARKS,
  claimsMap,
  countMarks,
  type ClaimMark,
  type ClaimsKnowledge,
  type HostnameClaims,
} from '../../../guard/claims-map.ts';
import { factsOf } from '../../../model/observation.ts';
import { sendPage, type Pages } from '../page.tsx';
import { readStore } from '../read-store.ts';
import { counted, grouped } from '../../../model/spoken.ts';
import { ClaimTable } from './table.tsx';

/** Conflicts come first; of ten thousand harmless claims nobody reads more at once. */
const MOST = 100;

export function claimsRoutes(app: FastifyInstance, pages: Pages): void {
  const { store, platform, clock, inventory, fleet } = pages.context;
  /** What the last complete sweep and the list of tenants tell; null where they do not. */
  const knowledge = (): ClaimsKnowledge => {
    const apps = factsOf(inventory())?.apps;
    return {
      platform,
      hasMachines: (name) => {
        const summary = apps?.get(name);
        if (summary === undefined) return apps === undefined ? null : false;
        return summary.machines === null ? null : summary.machines.length > 0;
      },
      tenantExists: (id) => (fleet.loaded() ? fleet.tenant(id) !== undefined : null),
    };
  };
  app.get<{ Querystring: Record<string, unknown> }>(
    '/claims',
    { config: { access: 'page' } },
    (request, reply) => {
      const search =
        typeof request.query.q === 'string' ? request.query.q.trim().toLowerCase().slice(0, 100) : '';
      const map = readStore(pages.context, () => claimsMap(store.claims.current(), knowledge()));
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
  readonly map: readonly HostnameClaims[] | null;
  readonly search: string;
  readonly now: number;
}): JSX.Element {
  const { map, search, now } = props;
  if (map === null) return <p class="note">The database cannot be read at the moment.</p>;
  const counts = countMarks(map);
  const holders = map.flatMap((one) => one.holders);
  const fitting = holders.filter(
    ({ claim }) =>
      search === '' || claim.hostname.includes(search) || claim.app.toLowerCase().includes(search),
  );
  const wrong = CLAIM_MARKS.filter((mark) => counts[mark] > 0);
  return (
    <>
      <div class="lead">
        <h1>{headline(counts, holders.length)}</h1>
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
                <b>{grouped(counts[mark])}</b>
                <span class={`tag ${mark}`}>{mark}</span>
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
        <p class="empty">
          {holders.length === 0
            ? 'No claim is known yet. The first sweep of the organization brings them.'
            : `None of ${counted(holders.length, 'claim')} has “${search}” in its hostname or app. `}
          {holders.length > 0 && <a href="/claims">Show all</a>}
        </p>
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

/** What each mark says of a claim; the claim's own reason is its tip. */
const MARK_WORDS: Readonly<Record<ClaimMark, string>> = {
  conflict:
    'A name of the platform’s domain that is not on the management app: the edge will refuse its handshakes.',
  foreign: 'Held by an app that has nothing to do with the name: whoever runs it could take visitors over.',
  duplicate: 'More than one app holds this name.',
  dangling: 'The app or the tenant behind it is gone.',
  misplaced: 'A custom domain on the other side than configured.',
};

function headline(counts: Readonly<Record<ClaimMark, number>>, total: number): string {
  const wrong = counts.conflict + counts.misplaced;
  if (wrong > 0) return `${counted(wrong, 'claim')} in the wrong place`;
  return total === 0 ? 'Claims' : `${counted(total, 'claim')}, none in the wrong place`;
}
