import type { JSX } from 'preact';
import type { Diagnosis, MonitorResult, PlatformResult } from '../../../model/diagnosis.ts';
import { worstVerdict, type Verdict } from '../../../model/verdict.ts';
import type { LatestShared } from '../../../monitor/fleet.ts';
import { DiagnosisCard } from '../parts/diagnosis.tsx';
import { Mark } from '../parts/mark.tsx';
import { Ago } from '../parts/time.tsx';
import { CHECK_LABELS } from '../words.ts';

/** The platform and the monitor: what is wrong there explains what is wrong below. */
export function SharedState({
  shared,
  now,
}: {
  readonly shared: LatestShared | undefined;
  readonly now: number;
}): JSX.Element {
  if (shared === undefined)
    return <p class="empty">The platform was not looked at yet; that takes a few seconds after a start.</p>;
  const { platform, monitor } = shared.result;
  const findings = [platform, monitor].flatMap(({ diagnosis, alsoFound }) =>
    [diagnosis, ...alsoFound].flatMap((one) => one ?? []),
  );
  return (
    <>
      <div class="shared">
        <Scope name="Platform" result={platform} at={shared.at} now={now} words={PLATFORM_WORDS} />
        <Scope name="Monitor" result={monitor} at={shared.at} now={now} words={MONITOR_WORDS} />
      </div>
      {findings.length > 0 && (
        <div class="findings">
          {findings.map((diagnosis) => (
            <Finding key={diagnosis.code} of={diagnosis} />
          ))}
        </div>
      )}
    </>
  );
}

const PLATFORM_WORDS: Readonly<Record<Verdict, string>> = {
  pass: 'fine',
  warn: 'fine, with a warning',
  fail: 'in trouble',
  unknown: 'cannot tell',
  skipped: 'not looked at',
};

const MONITOR_WORDS: Readonly<Record<Verdict, string>> = { ...PLATFORM_WORDS, fail: 'cannot see well' };

interface ScopeProps {
  readonly name: string;
  readonly result: PlatformResult | MonitorResult;
  readonly at: number;
  readonly now: number;
  readonly words: Readonly<Record<Verdict, string>>;
}

function Scope({ name, result, at, now, words }: ScopeProps): JSX.Element {
  const verdict = worstVerdict(result.checks.map((check) => check.verdict));
  return (
    <section class={`scope ${verdict}`} aria-label={name}>
      <h2>
        <Mark of={verdict} />
        {name} <span class="state">{words[verdict]}</span>
        <small class="quiet">
          <Ago at={at} now={now} />
        </small>
      </h2>
      <ul class="checks">
        {result.checks.map((check) => (
          <li key={check.id} class={check.verdict} title={check.summary}>
            <Mark of={check.verdict} />
            {CHECK_LABELS[check.id]}
            {check.reason !== null && <small>{check.reason}</small>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What is critical is shown at once; what can wait is one line that unfolds. */
function Finding({ of }: { readonly of: Diagnosis }): JSX.Element {
  if (of.severity === 'critical') return <DiagnosisCard of={of} />;
  return (
    <details id={`finding-${of.code}`}>
      <summary>
        <span class={`tag ${of.severity}`}>{of.severity}</span> {of.summary}
      </summary>
      <DiagnosisCard of={of} titled={false} />
    </details>
  );
}
