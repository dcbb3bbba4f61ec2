import type { StageTimings } from './stages.ts';
import type { CheckResult } from './check.ts';
import type { Trigger, Verdict } from './verdict.ts';

/** What adapters and the shell count. `metrics/` implements it with prom-client. */
export interface Recorder {
  readonly apiRequest: (api: 'graphql' | 'machines' | 'logs' | 'prometheus', result: string) => void;
  readonly run: (
    trigger: Trigger,
    verdict: Verdict,
    checks: readonly CheckResult[],
    stages: StageTimings,
  ) => void;
  readonly delivery: (channel: string, result: string) => void;
  readonly lag: (loop: string, lagMs: number) => void;
}
