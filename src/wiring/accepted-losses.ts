import type { Json } from '../model/json.ts';
import type { Logger } from '../model/logger.ts';
import { ACCEPTED_LOSSES, isInForce, type AcceptedLoss } from '../model/tenant-list.ts';
import type { Clock } from '../model/time.ts';
import type { AuditTable, SmallStateTable } from '../store/index.ts';
import type { TenantDirectory } from '../tenants/index.ts';

export interface AcceptedLossesHost {
  readonly smallState: SmallStateTable;
  readonly audit: Pick<AuditTable, 'add'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

type SourceStates = ReturnType<TenantDirectory['current']>['sources'];

export interface AcceptedLosses {
  readonly inForce: () => readonly AcceptedLoss[];
  /** Ends those whose source was believed, with a trace. */
  readonly settle: (accepted: readonly AcceptedLoss[], before: SourceStates, after: SourceStates) => void;
}

/** What operators confirmed through the database: each holds for one list of its source. Never throws. */
export function acceptedLosses({ smallState, audit, clock, logger }: AcceptedLossesHost): AcceptedLosses {
  const kept = (): readonly AcceptedLoss[] =>
    (smallState.get(ACCEPTED_LOSSES) as unknown as readonly AcceptedLoss[] | undefined) ?? [];
  const attempt = <Result>(work: () => Result, otherwise: Result): Result => {
    try {
      return work();
    } catch (error) {
      logger.warn({ error: String(error) }, 'what was confirmed about tenant sources is not known now');
      return otherwise;
    }
  };
  return {
    inForce: () => attempt(() => kept().filter((one) => isInForce(one, clock.now())), []),
    settle: (accepted, before, after) => {
      // A source that fails has no list that could be believed: the confirmation waits for one.
      const settled = accepted.filter(({ source }) =>
        after.some(({ name, state }) => name === source && state === 'fresh'),
      );
      if (settled.length === 0) return;
      attempt(() => {
        for (const { source, by } of settled) {
          const count = (states: SourceStates): number =>
            states.find(({ name }) => name === source)?.tenants.length ?? 0;
          const detail = { before: count(before), after: count(after) };
          audit.add({
            at: clock.now(),
            actor: by,
            action: 'tenants.accept',
            subject: source,
            outcome: 'done',
            detail,
          });
          logger.info({ source, by, ...detail }, 'tenant source is believed: an operator confirmed its list');
        }
        const left = kept().filter(({ source }) => !settled.some((one) => one.source === source));
        smallState.set(ACCEPTED_LOSSES, left as unknown as Json);
      }, undefined);
    },
  };
}
