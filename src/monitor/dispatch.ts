import type { Priority } from '../model/priority.ts';
import type { Trigger } from '../model/verdict.ts';

/** Asks for a verification of a tenant, now or after a while; given by whoever owns the queue. */
export type Dispatch = (tenant: string, priority: Priority, trigger: Trigger, delayMs?: number) => void;
