import type { Failure } from '../model/failure.ts';
import type { Logger } from '../model/logger.ts';

/** A line when an app's certificates can no longer be read, and one when they can again: not one at each sweep. */
export function createUnreadTeller(
  logger: Pick<Logger, 'info' | 'warn'>,
): (unread: ReadonlyMap<string, Failure>) => void {
  let told: ReadonlyMap<string, Failure> = new Map();
  return (unread) => {
    for (const [app, { code, detail }] of unread) {
      if (told.get(app)?.code === code) continue;
      logger.warn(
        { app, code, detail },
        'the certificates of one app cannot be read; its earlier claims are kept, the others are known',
      );
    }
    for (const app of told.keys())
      if (!unread.has(app)) logger.info({ app }, 'the certificates of this app are read again');
    told = unread;
  };
}
