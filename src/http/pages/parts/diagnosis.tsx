import type { JSX } from 'preact';
import { CATALOGUE } from '../../../diagnosis/catalogue.ts';
import type { Diagnosis, Effect, RemediationStep } from '../../../model/diagnosis.ts';
import type { Certainty } from '../../../model/verdict.ts';
import { CHECK_LABELS } from '../words.ts';
import { Breakable } from './breakable.tsx';

const EFFECTS: Readonly<Record<Effect, string>> = {
  reads: 'reads only',
  revalidates: 're-validates, may start issuance',
  changes: 'changes',
};

const CERTAINTIES: Readonly<Record<Certainty, string>> = {
  certain: 'certain',
  likely: 'likely',
  unexplained: 'cause not known',
};

/** What is wrong, what proves it, and what to do: the reason why someone opened the page. */
export function DiagnosisCard({
  of,
  heading = 'h2',
  titled = true,
}: {
  readonly of: Diagnosis;
  /** False where the page's own title says the same. */
  readonly titled?: boolean;
  readonly heading?: 'h2' | 'h3';
}): JSX.Element {
  const Heading = heading;
  const { code, severity, certainty, summary, explanation, evidence, explains, remediation } = of;
  return (
    <article class={`diagnosis ${severity}`} aria-label={CATALOGUE[code].title}>
      <p class="tags">
        {titled && <span class={`tag ${severity}`}>{severity}</span>}
        <span class="tag">{CERTAINTIES[certainty]}</span>
        <a class="tag code" href={`/runbooks/${code}`}>
          {code}
        </a>
      </p>
      {titled && (
        <Heading class="summary">
          <Breakable text={summary} />
        </Heading>
      )}
      <p class="explanation">{explanation}</p>
      {evidence.length > 0 && (
        <section>
          <h3 class="label">What proves it</h3>
          <ul class="evidence">
            {evidence.map((fact, index) => (
              <li key={index}>
                <Breakable text={fact} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {remediation.length > 0 && (
        <section>
          <h3 class="label">What to do</h3>
          <Remediation steps={remediation} />
        </section>
      )}
      {explains.length > 0 && (
        <p class="quiet">
          Explains: {explains.map((id) => CHECK_LABELS[id]).join(', ')}.{' '}
          <a href={`/runbooks/${code}`}>Runbook</a>
        </p>
      )}
    </article>
  );
}

/** Numbered steps; commands stand alone so that they copy clean. */
function Remediation({ steps }: { readonly steps: readonly RemediationStep[] }): JSX.Element {
  return (
    <ol class="steps">
      {steps.map((step, index) => (
        <li key={index}>
          {step.kind === 'command' ? (
            <div class="command">
              <pre tabIndex={0}>
                <code>{step.command}</code>
              </pre>
              <button type="button" class="copy" data-copy={step.command}>
                Copy
              </button>
            </div>
          ) : (
            <p>{step.text}</p>
          )}
          <p class="why">
            {step.kind === 'command' && <span class={`effect ${step.effect}`}>{EFFECTS[step.effect]}</span>}
            {step.why}
          </p>
        </li>
      ))}
    </ol>
  );
}
