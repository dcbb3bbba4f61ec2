import type { JSX } from 'preact';
import { TENANT_CHECKS, type CheckResult } from '../../../model/check.ts';
import { Breakable } from '../parts/breakable.tsx';
import { Evidence } from '../parts/evidence.tsx';
import { Mark } from '../parts/mark.tsx';
import { spokenMs } from '../../../model/spoken.ts';
import { CHECK_LABELS } from '../words.ts';

/** Each check with its sentence; its facts unfold. The script fills it anew while a verification runs. */
export function Checklist({ checks }: { readonly checks: readonly CheckResult[] }): JSX.Element {
  return (
    <ol class="checklist" id="checklist">
      {TENANT_CHECKS.map((id) => {
        const check = checks.find((one) => one.id === id);
        return (
          <li key={id} id={`check-${id}`} data-check={id} class={check?.verdict ?? 'waiting'}>
            <Mark of={check?.verdict ?? 'waiting'} />
            <div>
              <h3>
                {CHECK_LABELS[id]} <code>{id}</code>
                {check?.reason != null && <span class="reason">{check.reason}</span>}
              </h3>
              <p class="sentence">
                <Breakable text={check?.summary ?? 'Not verified yet.'} />
              </p>
              {check !== undefined && Object.keys(check.evidence).length > 0 && (
                <details id={`facts-${id}`}>
                  <summary>Facts</summary>
                  <Evidence of={check.evidence} />
                </details>
              )}
            </div>
            <span class="took quiet">{tookOf(check)}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** What was judged from what others found took no time worth a number. */
function tookOf(check: CheckResult | undefined): string {
  return check === undefined || check.durationMs < 0.05 ? '' : spokenMs(check.durationMs);
}
