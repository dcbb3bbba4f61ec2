/** In the order in which a verdict over several is the worst of them. */
export const VERDICTS = ['fail', 'unknown', 'warn', 'pass', 'skipped'] as const;
/** `unknown` means that we could not tell: never the tenant's fault. */
export type Verdict = (typeof VERDICTS)[number];

/** The worst, in the order fail, unknown, warn, pass, skipped; `skipped` of nothing. */
export function worstVerdict(verdicts: Iterable<Verdict>): Verdict {
  let worst = VERDICTS.length - 1;
  for (const verdict of verdicts) worst = Math.min(worst, VERDICTS.indexOf(verdict));
  return VERDICTS[worst] ?? 'skipped';
}

export const SCOPES = ['monitor', 'platform', 'tenant'] as const;
/** Whose problem it is. */
export type Scope = (typeof SCOPES)[number];

/** In the order of urgency. */
export const SEVERITIES = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** In the order of trust. `unexplained` says that the symptom is real and its cause is not known. */
export const CERTAINTIES = ['certain', 'likely', 'unexplained'] as const;
export type Certainty = (typeof CERTAINTIES)[number];

export const TRIGGERS = ['schedule', 'deploy', 'gate', 'recheck', 'manual'] as const;
export type Trigger = (typeof TRIGGERS)[number];
