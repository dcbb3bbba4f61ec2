import type { LogFields, Logger } from '../model/logger.ts';
import { plainData, plainText } from '../model/text.ts';

const MAX_MESSAGE = 1_000;
const MAX_TEXT = 2_000;

/**
 * What tenants control was cleaned where it came in; an error of a library may repeat what a server said. One event stays one line
 * of printable text, in the log for people, too.
 */
export function plainLog(logger: Logger): Logger {
  const at =
    (level: keyof Logger) =>
    (fields: LogFields, message: string): void => {
      logger[level](plainData(fields, MAX_TEXT) as LogFields, plainText(message, MAX_MESSAGE));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
