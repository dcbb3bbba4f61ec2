import type { Config } from '../config/index.ts';
import type { Clock } from '../model/time.ts';
import { openStore, type Store } from '../store/index.ts';
import { silentLogger } from './logger.ts';

/** The daemon's database, for commands that look or decide while it runs; it notices within a second. Throws StoreError. */
export function openDatabase(config: Config, mode: 'read' | 'write', clock: Clock): Store {
  return openStore({
    path: config.store.path,
    clock,
    logger: silentLogger,
    ...(mode === 'read' ? { readOnly: true } : { existing: true }),
  });
}
