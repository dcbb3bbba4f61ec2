import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { watchLoopDelay } from '../../src/wiring/loop-delay.ts';
import { realClock } from '../support/clock.ts';

function holdUp(durationMs: number): void {
  const endMs = performance.now() + durationMs;
  while (performance.now() < endMs);
}

describe('the delay of the event loop', () => {
  it('is known for a block that has just ended, and is told once', async (context) => {
    const delay = watchLoopDelay(realClock);
    context.after(delay.stop);
    const metrics = createMetrics({ version: '0', perTenant: true, longestDelayMs: delay.longestMs });
    const seconds = async (): Promise<number> => {
      const [, value] = /^tenantwatch_event_loop_delay_seconds (.+)$/mu.exec(await metrics.render()) ?? [];
      return Number(value);
    };
    delay.longestMs();
    holdUp(250);
    const first = await seconds();
    assert.ok(first >= 0.229, `${first}`);
    assert.ok((await seconds()) < first);
  });
});
