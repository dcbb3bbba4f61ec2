import type { JSX } from 'preact';
import { CATALOGUE } from '../../../diagnosis/catalogue.ts';
import { TENANT_CHECKS, type CheckResult } from '../../../model/check.ts';
import { Mark } from '../parts/mark.tsx';
import { Ago } from '../parts/time.tsx';
import { CHECK_LABELS } from '../words.ts';
import type { ShownRow } from './rows.ts';

/** Tenant by check. Each cell that does not pass says why; markup is terse, since a page has 450 of them. */
export function Matrix({
  rows,
  now,
}: {
  readonly rows: readonly ShownRow[];
  readonly now: number;
}): JSX.Element {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Tenants and their checks">
      <table class="matrix">
        <thead>
          <tr>
            <th scope="col">Tenant</th>
            {TENANT_CHECKS.map((id) => (
              <th key={id} scope="col" title={id}>
                {CHECK_LABELS[id]}
              </th>
            ))}
            <th scope="col" class="end">
              Verified
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.tenant.id} row={row} now={now} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row, now }: { readonly row: ShownRow; readonly now: number }): JSX.Element {
  const { tenant, latest, standing, code, since, checks } = row;
  return (
    <tr id={`t-${tenant.id}`} class={standing}>
      <th scope="row">
        <Mark of={standing} />
        <a href={`/tenants/${encodeURIComponent(tenant.id)}`} title={tenant.app}>
          {tenant.hostname}
        </a>
        {code !== null && (
          <small class={latest?.diagnosis == null ? undefined : 'own'}>
            {CATALOGUE[code].title}
            {since !== null && (
              <>
                {' '}
                <Ago at={since} now={now} />
              </>
            )}
          </small>
        )}
      </th>
      {cellsOf(checks)}
      <td class="end quiet">{latest === undefined ? 'not yet' : <Ago at={latest.at} now={now} />}</td>
    </tr>
  );
}

/** As many of a row's failures as explain themselves when one points at them, so that a page of nothing else stays below its size. */
const MAX_TIPS = 3;
const MAX_TIP = 120;

/** What passed is a mark; on a telephone, where columns are gone, what did not also says which check it is. */
function cellsOf(checks: readonly CheckResult[]): readonly JSX.Element[] {
  let tips = 0;
  return TENANT_CHECKS.map((id) => {
    const check = checks.find((one) => one.id === id);
    if (check === undefined) return <td key={id} class="cell waiting" />;
    const { verdict, reason, summary } = check;
    const speaks = verdict !== 'pass' && verdict !== 'skipped';
    if (speaks) tips += 1;
    return (
      <td
        key={id}
        class={`cell ${verdict}`}
        data-check={speaks ? CHECK_LABELS[id] : undefined}
        title={speaks && tips <= MAX_TIPS ? shortened(summary) : undefined}
      >
        <i>{verdict}</i>
        {reason}
      </td>
    );
  });
}

function shortened(text: string): string {
  return text.length > MAX_TIP ? `${text.slice(0, MAX_TIP - 1)}…` : text;
}
