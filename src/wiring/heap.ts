import { setFlagsFromString } from 'node:v8';

/** How much the old generation may grow beyond what was alive, before it is collected again, percent. */
const GROWTH_PERCENT = 20;

/**
 * Has V8 collect more often. By itself it lets the heap of a long-lived process grow to several times what is alive when the
 * machine has memory to spare; a daemon is one of several tenants of its machine (docs/adr/0008). Affects the whole process.
 */
export function keepHeapTight(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  // The young generation has grown while modules were loaded, and stays as large as it is.
  setFlagsFromString('--semi-space-growth-factor=1');
}
