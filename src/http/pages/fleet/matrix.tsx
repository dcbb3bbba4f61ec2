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
      {TENANT_CHECKS.map((id) => (
        <Cell key={id} check={checks.find((check) => check.id === id)} label={CHECK_LABELS[id]} />
      ))}
      <td class="end quiet">{latest === undefined ? 'not yet' : <Ago at={latest.at} now={now} />}</td>
    </tr>
  );
}

function Cell({
  check,
  label,
}: {
  readonly check: CheckResult | undefined;
  readonly label: string;
}): JSX.Element {
  if (check === undefined) return <td class="cell waiting" data-check={label} />;
  return (
    <td class={`cell ${check.verdict}`} data-check={label} title={tipOf(check)}>
      <i>{check.verdict}</i>
      {check.reason}
    </td>
  );
}

/** As much of the check's sentence as keeps a page with nothing but failures below its size. */
const MAX_TIP = 160;

function tipOf({ verdict, summary }: CheckResult): string | undefined {
  if (verdict === 'pass' || verdict === 'skipped') return undefined;
  return summary.length > MAX_TIP ? `${summary.slice(0, MAX_TIP - 1)}…` : summary;
}
