import type { AuditEntry } from '../model/audit.ts';
import { plainText } from '../model/text.ts';
import type { Store } from '../store/index.ts';
import type { CliContext } from './context.ts';
import { UsageError } from './usage-error.ts';

/** Who acts: what was said, else who is signed in here. Plain text. */
export function operatorName(given: string | undefined, { env }: Pick<CliContext, 'env'>): string {
  const name = plainText(given ?? env.USER ?? env.LOGNAME ?? '', 80);
  if (name === '') throw new UsageError('nobody is signed in here: say who you are with --author NAME');
  return name;
}

/** What a person says, as one bounded line of plain text. */
export function saidText(text: string, what: string): string {
  const said = plainText(text, 500);
  if (said === '') throw new UsageError(`${what} is empty`);
  return said;
}

/** Does something to the database with a trace in the audit trail, also of an attempt that failed. */
export function audited<Result>(
  { audit }: Pick<Store, 'audit'>,
  clock: CliContext['clock'],
  entry: Omit<AuditEntry, 'at' | 'outcome'>,
  act: () => Result,
): Result {
  audit.add({ ...entry, at: clock.now(), outcome: 'started' });
  try {
    const result = act();
    audit.add({ ...entry, at: clock.now(), outcome: 'done' });
    return result;
  } catch (error) {
    audit.add({ ...entry, at: clock.now(), outcome: 'failed' });
    throw error;
  }
}
