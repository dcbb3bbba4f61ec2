import type { LocalHistory } from '../cli/context.ts';
import type { Clock } from '../model/time.ts';
import { openStore } from '../store/index.ts';
import { silentLogger } from './logger.ts';

/** `--store FILE`: a local history, which is made if there is none. Throws StoreError. */
export function openLocalHistory(file: string, clock: Clock): LocalHistory {
  const store = openStore({ path: file, clock, logger: silentLogger });
  return {
    keep: (result) => {
      store.saveResult(result, { trigger: 'gate' });
    },
    close: () => {
      store.close();
    },
  };
}
