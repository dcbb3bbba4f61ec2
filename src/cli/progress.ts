import { TENANT_CHECKS, type CheckResult } from '../model/check.ts';
import type { TenantResult } from '../model/diagnosis.ts';
import { spokenMs } from '../model/spoken.ts';
import type { Clock } from '../model/time.ts';
import type { Palette } from '../reports/palette.ts';
import { VERDICT_STYLE } from '../reports/standing.ts';
import { checkText, say } from '../reports/wording.ts';
import type { OutputStream } from './context.ts';
import { liveLines } from './live-lines.ts';

/** What is going on, on a terminal, erased before the report is printed. */
export interface Progress {
  /** Before the tenants are known. */
  readonly preparing: (what: string) => void;
  readonly begin: (tenants: number) => void;
  readonly check: (result: CheckResult) => void;
  readonly tenant: (result: Pick<TenantResult, 'verdict'>) => void;
  readonly waiting: (why: string, afterMs: number) => void;
  readonly clear: () => void;
}

export const SILENT: Progress = {
  preparing: () => undefined,
  begin: () => undefined,
  check: () => undefined,
  tenant: () => undefined,
  waiting: () => undefined,
  clear: () => undefined,
};

/** A count is not drawn more often: nobody reads faster, and a thousand tenants would flicker. */
const REDRAW_MS = 100;

const ID_WIDTH = Math.max(...TENANT_CHECKS.map(({ length }) => length));

/** One tenant: each check as it ends. Many: how far it is. */
export function liveProgress(
  stream: OutputStream,
  palette: Palette,
  { monotonicMs }: Pick<Clock, 'monotonicMs'>,
): Progress {
  const lines = liveLines(stream);
  const asIs = (text: string): string => text;
  let total = 0;
  let done = 0;
  let failed = 0;
  let drawnAtMs = 0;

  const status = (): void => {
    drawnAtMs = monotonicMs();
    const text = `${done} of ${total} tenants verified${failed === 0 ? '' : `, ${failed} failed`}`;
    lines.replace([{ lead: text, style: asIs }]);
  };

  return {
    preparing: (what) => {
      lines.replace([{ lead: `${what} …`, style: palette.dim }]);
    },
    begin: (tenants) => {
      [total, done, failed] = [tenants, 0, 0];
      if (total === 1) lines.replace([{ lead: 'verifying …', style: palette.dim }]);
      else status();
    },
    check: (result) => {
      if (total !== 1) return;
      const { verdict, id } = result;
      lines.add({
        lead: verdict.padEnd(7),
        style: palette[VERDICT_STYLE[verdict]],
        rest: `  ${say(id).padEnd(ID_WIDTH)}  ${checkText(result)}`,
      });
    },
    tenant: ({ verdict }) => {
      done += 1;
      if (verdict === 'fail') failed += 1;
      if (total > 1 && (done === total || monotonicMs() - drawnAtMs >= REDRAW_MS)) status();
    },
    waiting: (why, afterMs) => {
      lines.replace([{ lead: `${say(why)}; next look in ${spokenMs(afterMs)}`, style: palette.dim }]);
    },
    clear: lines.clear,
  };
}
