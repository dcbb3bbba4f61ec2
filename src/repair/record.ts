import type { AuditEntry } from '../model/audit.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { RepairStep } from './plan.ts';

/** The whole of a repair in the audit trail; each of its steps is an entry of its own. */
export const REPAIR_ACTION = 'fix';

export function planDetail(steps: readonly RepairStep[]): JsonObject {
  return { steps: steps.map(({ kind, hostname, app, when, why }) => ({ kind, hostname, app, when, why })) };
}

/** The steps of the latest repair unless it came to its end. `entries`: those of the whole repair, newest first. */
export function unfinishedSteps(entries: readonly AuditEntry[]): readonly RepairStep[] {
  const [latest] = entries;
  if (latest === undefined || latest.outcome === 'done') return [];
  const steps = latest.detail.steps;
  return Array.isArray(steps) ? steps.flatMap(toStep) : [];
}

/** What an older version wrote in another shape is no step. */
function toStep(value: Json): readonly RepairStep[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const { kind, hostname, app, when, why } = value as JsonObject;
  if (kind !== 'remove-certificate' && kind !== 'add-certificate') return [];
  if (when !== 'always' && when !== 'if-still-failing') return [];
  if (typeof hostname !== 'string' || typeof app !== 'string' || typeof why !== 'string') return [];
  return [{ kind, hostname, app, when, why }];
}
