import pino from 'pino';
import pretty from 'pino-pretty';
import type { Logger } from '../model/logger.ts';
import { plainLog } from './plain-log.ts';

export interface LogOptions {
  /** `json`: one object a line; `pretty`: for people; `none`: nothing. */
  readonly format: 'json' | 'pretty' | 'none';
  /** File descriptor; 1 by default. */
  readonly to?: 1 | 2;
}

/** For commands that say themselves what went wrong. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Keys under which a secret could ever arrive; nothing of ours writes them, but libraries' errors might. */
const REDACTED = [
  'authorization',
  'token',
  'secret',
  'password',
  '*.authorization',
  '*.token',
  '*.secret',
  '*.password',
];

/** One line for each event that matters, in UTC. `LOG_LEVEL` sets the level. */
export function createLogger(
  { format, to = 1 }: LogOptions,
  env: Readonly<Record<string, string | undefined>>,
): Logger {
  if (format === 'none') return silentLogger;
  const level = env.LOG_LEVEL ?? 'info';
  const settings: pino.LoggerOptions = {
    level: level in pino.levels.values || level === 'silent' ? level : 'info',
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: REDACTED, censor: '[redacted]' },
  };
  if (format === 'json') return plainLog(pino(settings, pino.destination({ fd: to, sync: true })));
  // In this process and at once: a log that is written by a worker loses its last lines when the process ends.
  const people = pretty({ destination: to, sync: true, translateTime: 'UTC:HH:MM:ss.l', colorize: false });
  return plainLog(pino({ ...settings, formatters: {} }, people));
}
