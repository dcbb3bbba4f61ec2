import { MINUTE_MS } from '../model/time.ts';
import type { Clock } from '../model/time.ts';
import { FlyError } from './error.ts';

/** After so long without a failure one step larger is tried again. */
const PEACE_MS = 15 * MINUTE_MS;

/** Asks for a page, and for smaller ones while that may help; remembers what worked. Fly documents no limits of pages. */
export interface PageSize {
  readonly ask: <T>(request: (first: number) => Promise<T>) => Promise<T>;
}

/** Failures that a smaller page may cure: too much work, too slow, too large. */
function mayBeTooMuch(error: unknown): boolean {
  return (
    error instanceof FlyError &&
    ['timeout', 'server-error', 'too-large', 'malformed', 'eof'].includes(error.failure.code)
  );
}

export function createPageSize(options: {
  readonly clock: Clock;
  readonly largest: number;
  readonly smallest: number;
}): PageSize {
  const { clock, largest, smallest } = options;
  let remembered = largest;
  let changedMs = clock.monotonicMs();

  function startingSize(): number {
    const now = clock.monotonicMs();
    if (remembered < largest && now - changedMs >= PEACE_MS) {
      remembered = Math.min(largest, remembered * 2);
      changedMs = now;
    }
    return remembered;
  }

  return {
    ask: async (request) => {
      for (let size = startingSize(); ;) {
        try {
          const page = await request(size);
          if (size < remembered) {
            remembered = size;
            changedMs = clock.monotonicMs();
          }
          return page;
        } catch (error) {
          // Where the smallest page fails, too, size was not the trouble, and nothing is learned.
          if (!mayBeTooMuch(error) || size <= smallest) throw error;
          size = Math.max(smallest, Math.floor(size / 4));
        }
      }
    },
  };
}
