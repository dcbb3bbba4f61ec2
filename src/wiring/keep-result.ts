import type { VerifyResult } from '../model/diagnosis.ts';
import type { Clock } from '../model/time.ts';
import { openStore } from '../store/index.ts';
import { silentLogger } from './logger.ts';

/** `--store FILE`: adds the result to a local history, which is made if there is none. Throws StoreError. */
export function keepResult(file: string, result: VerifyResult, clock: Clock): void {
  const store = openStore({ path: file, clock, logger: silentLogger });
  try {
    store.saveResult(result, { trigger: 'gate' });
  } finally {
    store.close();
  }
}
