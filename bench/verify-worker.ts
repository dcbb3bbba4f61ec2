/**
 * The monitor's side of `bench/verify.ts`, alone in its process: verifies tenants when told and says what that took.
 *
 *     verify-worker.ts CONFIGURATION_FILE      over the channel of child_process.fork
 */
import { loadConfig } from '../src/config/index.ts';
import type { Tenant } from '../src/model/tenant.ts';
import { systemClock } from '../src/wiring/clock.ts';
import { createGate } from '../src/wiring/gate.ts';

export interface RoundOrder {
  readonly tenants: number;
}

export interface RoundReport {
  readonly tenants: number;
  /** How many did not pass: what is measured is a healthy fleet. */
  readonly notPassed: number;
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly rssBytes: number;
}

const [file = ''] = process.argv.slice(2);
const { config } = loadConfig({ path: file, env: process.env, cwd: process.cwd() });
const gate = createGate(
  config,
  { noFly: false },
  { env: process.env, version: 'bench', clock: systemClock, random: Math.random },
);
const signal = new AbortController().signal;
const tenants = await gate.tenants({ discover: true, signal });

process.on('message', (order: RoundOrder) => {
  void round(tenants.slice(0, order.tenants)).then((report) => process.send?.(report));
});
process.on('disconnect', () => {
  void gate.close();
});
process.send?.('ready');

async function round(some: readonly Tenant[]): Promise<RoundReport> {
  const before = process.cpuUsage();
  const startedMs = performance.now();
  const result = await gate.round({
    tenants: some,
    trigger: 'schedule',
    priority: 'routine',
    claims: true,
    wake: true,
    signal,
  });
  const { user, system } = process.cpuUsage(before);
  return {
    tenants: some.length,
    notPassed: result.tenants.filter(({ verdict }) => verdict !== 'pass').length,
    cpuMs: (user + system) / 1000,
    wallMs: performance.now() - startedMs,
    rssBytes: process.memoryUsage.rss(),
  };
}
