import { MINUTE_MS } from '../model/time.ts';
import type { Clock } from '../model/time.ts';
import type { ClockSample } from './fly-client.ts';
import type { HttpAnswer } from './transport.ts';

const MAX_SAMPLES = 15;
const MAX_AGE_MS = 15 * MINUTE_MS;
/** A slower answer tells too little: the Date header may be from anywhere in between. */
const MAX_HEAD_MS = 2_000;

export interface ClockSamples {
  readonly add: (answer: HttpAnswer) => void;
  readonly list: () => readonly ClockSample[];
}

/** Our clock against the `Date` headers of answers that came quickly and from no cache. */
export function createClockSamples(clock: Clock): ClockSamples {
  let samples: readonly (ClockSample & { readonly takenMs: number })[] = [];
  return {
    add: (answer) => {
      const date = Date.parse(answer.header('date') ?? '');
      if (Number.isNaN(date) || answer.header('age') !== null || answer.headMs > MAX_HEAD_MS) return;
      const at = clock.now();
      // The header is cut to whole seconds, so the server's clock showed half a second more on average.
      const skewMs = Math.round(at - answer.headMs / 2 - (date + 500));
      samples = [...samples, { at, skewMs, takenMs: clock.monotonicMs() }].slice(-MAX_SAMPLES);
    },
    list: () => {
      const oldestMs = clock.monotonicMs() - MAX_AGE_MS;
      return samples.filter((sample) => sample.takenMs >= oldestMs).map(({ at, skewMs }) => ({ at, skewMs }));
    },
  };
}
