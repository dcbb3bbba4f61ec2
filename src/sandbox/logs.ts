/** One line as Fly's logs endpoint returns it. */
export interface LogLine {
  readonly at: number;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
}

export interface Logs {
  readonly write: (app: string, message: string, level?: LogLine['level']) => void;
  readonly of: (app: string) => readonly LogLine[];
}

/** What the endpoint returns at most; older lines are forgotten. */
const KEPT_LINES = 100;

export function createLogs(now: () => number): Logs {
  const lines = new Map<string, LogLine[]>();
  return {
    write: (app, message, level = 'info') => {
      const kept = lines.get(app) ?? [];
      lines.set(app, kept);
      kept.push({ at: now(), level, message });
      if (kept.length > KEPT_LINES) kept.shift();
    },
    of: (app) => lines.get(app) ?? [],
  };
}
