import type { JSX } from 'preact';
import { CATALOGUE } from '../../../diagnosis/catalogue.ts';
import { spokenDuration, counted, grouped } from '../../../model/spoken.ts';
import type { LatestShared } from '../../../monitor/fleet.ts';
import { Matrix } from './matrix.tsx';
import { fleetAddress, ORDERS, type FleetQuery, type Order } from './query.ts';
import { ROWS_A_PAGE, type FleetView } from './rows.ts';
import { SharedState } from './shared-state.tsx';
import { STANDING_WORDS, STANDINGS } from '../words.ts';

interface FleetPageProps {
  readonly view: FleetView;
  readonly query: FleetQuery;
  readonly shared: LatestShared | undefined;
  readonly loaded: boolean;
  readonly intervalMs: number;
  readonly now: number;
}

const ORDER_WORDS: Readonly<Record<Order, string>> = {
  trouble: 'Trouble first',
  name: 'Name',
  oldest: 'Longest not verified',
  slowest: 'Slowest first',
};

export function FleetPage({ view, query, shared, loaded, intervalMs, now }: FleetPageProps): JSX.Element {
  return (
    <>
      <div class="lead">
        <h1>{headline(view, loaded)}</h1>
        {intervalMs > 0 && view.total > 0 && (
          <p class="quiet">
            {counted(view.total, 'tenant')}, each verified every {spokenDuration(intervalMs)}.
          </p>
        )}
      </div>
      <SharedState shared={shared} now={now} />
      <section aria-labelledby="tenants" class="tenants">
        <h2 id="tenants" class="vh">
          Tenants
        </h2>
        <Proportions view={view} />
        <Filters view={view} query={query} />
        {view.rows.length > 0 ? (
          <Matrix rows={view.rows} now={now} />
        ) : (
          <p class="empty">
            {view.total === 0
              ? 'No tenant is known yet. The first sweep of the organization brings them.'
              : `None of ${counted(view.total, 'tenant')} fits what you asked for. `}
            {view.total > 0 && <a href="/">Show all</a>}
          </p>
        )}
        <Pager view={view} query={query} />
      </section>
    </>
  );
}

/** The answer to the question that brought the reader here. */
function headline({ counts, total }: FleetView, loaded: boolean): string {
  if (!loaded || total === 0) return 'No tenants yet';
  if (counts.fail > 0)
    return `${grouped(counts.fail)} of ${counted(total, 'tenant')} ${counts.fail === 1 ? 'fails' : 'fail'}`;
  if (counts.unknown > 0) return `Nothing fails; of ${counted(counts.unknown, 'tenant')} we cannot tell`;
  if (counts.warn > 0) return `Nothing fails; ${counted(counts.warn, 'warning')}`;
  if (counts.waiting > 0) return `${counted(counts.waiting, 'tenant')} not verified yet`;
  return total === 1 ? 'The only tenant passes' : `All ${grouped(total)} tenants pass`;
}

/** For a tab among many. */
export function fleetTitle({ counts, total }: FleetView): string {
  return counts.fail > 0 ? `(${String(counts.fail)}) Fleet` : total === 0 ? 'Fleet' : 'Fleet, all well';
}

/** The fleet as one line. Every standing that exists is at least visible. */
function Proportions({ view: { counts, total } }: { readonly view: FleetView }): JSX.Element | null {
  if (total === 0) return null;
  const parts = STANDINGS.filter((standing) => counts[standing] > 0);
  const least = 1;
  const scale = (100 - least * parts.length) / total;
  let x = 0;
  return (
    <svg class="proportions" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      {parts.map((standing) => {
        const width = least + counts[standing] * scale;
        const from = x;
        x += width;
        return <rect key={standing} class={standing} x={from} y="0" width={width} height="1" />;
      })}
    </svg>
  );
}

function Filters({ view, query }: { readonly view: FleetView; readonly query: FleetQuery }): JSX.Element {
  const shown = STANDINGS.filter((standing) => view.counts[standing] > 0 || standing === query.standing);
  return (
    <div class="filters">
      <ul class="tabs" aria-label="By state">
        <li>
          <a href={fleetAddress(query, { standing: null })} aria-current={query.standing === null}>
            all <b>{grouped(view.total)}</b>
          </a>
        </li>
        {shown.map((standing) => (
          <li key={standing}>
            <a href={fleetAddress(query, { standing })} aria-current={query.standing === standing}>
              <span class={`mark ${standing}`} aria-hidden="true" />
              {STANDING_WORDS[standing]} <b>{grouped(view.counts[standing])}</b>
            </a>
          </li>
        ))}
      </ul>
      <form method="get" action="/" role="search" class="search">
        {query.standing !== null && <input type="hidden" name="state" value={query.standing} />}
        <label>
          <span class="vh">Search tenants</span>
          <input
            type="search"
            name="q"
            value={query.search}
            placeholder="id, hostname, app, label"
            autocomplete="off"
            data-shortcut="/"
          />
        </label>
        <label>
          <span class="vh">Problem</span>
          <select name="problem" data-submit>
            <option value="">any problem</option>
            {optionsOf(view, query).map(({ code, count }) => (
              <option key={code} value={code} selected={code === query.problem}>
                {`${CATALOGUE[code].title} (${grouped(count)})`}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span class="vh">Order</span>
          <select name="sort" data-submit>
            {ORDERS.map((order) => (
              <option key={order} value={order} selected={order === query.order}>
                {ORDER_WORDS[order]}
              </option>
            ))}
          </select>
        </label>
        <button type="submit">Show</button>
      </form>
    </div>
  );
}

/** What was asked for stays choosable when it is over. */
function optionsOf({ problems }: FleetView, { problem }: FleetQuery): FleetView['problems'] {
  if (problem === null || problems.some(({ code }) => code === problem)) return problems;
  return [{ code: problem, count: 0 }, ...problems];
}

function Pager({
  view,
  query,
}: {
  readonly view: FleetView;
  readonly query: FleetQuery;
}): JSX.Element | null {
  const { page, pages, matching } = view;
  if (pages === 1) return null;
  const from = (page - 1) * ROWS_A_PAGE + 1;
  return (
    <nav class="pager" aria-label="Pages of tenants">
      {page > 1 ? (
        <a href={fleetAddress(query, { page: page - 1 })} rel="prev">
          Previous
        </a>
      ) : (
        <span class="quiet">Previous</span>
      )}
      <span>
        {grouped(from)} to {grouped(Math.min(matching, from + ROWS_A_PAGE - 1))} of {grouped(matching)}
      </span>
      {page < pages ? (
        <a href={fleetAddress(query, { page: page + 1 })} rel="next">
          Next
        </a>
      ) : (
        <span class="quiet">Next</span>
      )}
    </nav>
  );
}
