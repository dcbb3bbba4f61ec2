import type { CheckResult } from '../model/check.ts';
import type { TenantResult } from '../model/diagnosis.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Palette } from '../reports/palette.ts';
import { checkText, say, spokenDuration } from '../reports/wording.ts';
import type { OutputStream } from './context.ts';

/** What is going on, on a terminal, erased before the report is printed. */
export interface Progress {
  readonly begin: (tenants: number) => void;
  readonly check: (tenant: Tenant, result: CheckResult) => void;
  readonly tenant: (result: TenantResult) => void;
  readonly waiting: (why: string, afterMs: number) => void;
  readonly clear: () => void;
}

export const SILENT: Progress = {
  begin: () => undefined,
  check: () => undefined,
  tenant: () => undefined,
  waiting: () => undefined,
  clear: () => undefined,
};

const STYLE: Readonly<Record<Verdict, keyof Palette>> = {
  pass: 'good',
  warn: 'doubtful',
  fail: 'bad',
  unknown: 'doubtful',
  skipped: 'dim',
};

/** One tenant: each check as it ends. Many: how far it is. */
export function liveProgress(stream: OutputStream, palette: Palette): Progress {
  let drawn = 0;
  let total = 0;
  let done = 0;
  let failed = 0;

  const erase = (): void => {
    // Up over what was drawn, then clear to the end of the screen (ECMA-48 CUU, ED).
    if (drawn > 0) stream.write(`\u001b[${drawn}A\u001b[J`);
    drawn = 0;
  };
  const line = (plain: string, styled: (text: string) => string = (text) => text): void => {
    // A line that wraps would take more rows than are erased.
    // Some terminals say 0 for a width that they do not know.
    const columns = stream.columns === undefined || stream.columns === 0 ? 80 : stream.columns;
    const width = Math.max(20, columns - 1);
    stream.write(`${styled(plain.slice(0, width))}\n`);
    drawn += 1;
  };
  const status = (): void => {
    erase();
    line(`${done} of ${total} tenants verified${failed === 0 ? '' : `, ${failed} failed`}`);
  };

  return {
    begin: (tenants) => {
      erase();
      [total, done, failed] = [tenants, 0, 0];
      if (total === 1) line('verifying …', palette.dim);
      else status();
    },
    check: (_tenant, result) => {
      if (total === 1)
        line(
          `${result.verdict.padEnd(7)}  ${result.id}  ${checkText(result)}`,
          palette[STYLE[result.verdict]],
        );
    },
    tenant: ({ verdict }) => {
      done += 1;
      if (verdict === 'fail') failed += 1;
      if (total > 1) status();
    },
    waiting: (why, afterMs) => {
      erase();
      line(`${say(why)}; next look in ${spokenDuration(afterMs)}`, palette.dim);
    },
    clear: erase,
  };
}
