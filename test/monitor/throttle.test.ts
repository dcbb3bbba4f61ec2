import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CLEAR,
  createHandshakeLog,
  PAUSE_MS,
  throttleStep,
  type HandshakeWindow,
  type ThrottleState,
} from '../../src/monitor/throttle.ts';

const window = (changes: Partial<HandshakeWindow> = {}): HandshakeWindow => ({
  names: 20,
  failing: 10,
  controlFailed: true,
  controlNow: undefined,
  ...changes,
});
const pausing: ThrottleState = { phase: 'pausing', sinceMs: 0, quietUntilMs: 0 };
const throttled: ThrottleState = { phase: 'throttled', sinceMs: 0, quietUntilMs: 0 };

describe('throttling', () => {
  const rows: readonly [
    string,
    ThrottleState,
    Partial<HandshakeWindow>,
    number,
    ThrottleState['phase'],
    string,
  ][] = [
    ['many names fail, the control too: be quiet and see', CLEAR, {}, 1, 'pausing', 'pause'],
    ['without the control it is no limit of ours', CLEAR, { controlFailed: false }, 1, 'clear', 'go-on'],
    ['seven names are not many', CLEAR, { failing: 7 }, 1, 'clear', 'go-on'],
    ['eight of thirty-three are not many', CLEAR, { names: 33, failing: 8 }, 1, 'clear', 'go-on'],
    ['eight of thirty-two are', CLEAR, { names: 32, failing: 8 }, 1, 'pausing', 'pause'],
    [
      'soon after a pause that cured nothing it is not tried again',
      { ...CLEAR, quietUntilMs: 10 },
      {},
      9,
      'clear',
      'go-on',
    ],
    ['the pause is waited out', pausing, { controlNow: true }, PAUSE_MS - 1, 'pausing', 'go-on'],
    ['a control that was not made decides nothing', pausing, {}, PAUSE_MS, 'pausing', 'go-on'],
    [
      'the control recovers when we are quiet: it was us',
      pausing,
      { controlNow: true },
      PAUSE_MS,
      'throttled',
      'slow-down',
    ],
    ['the control fails all the same: an outage', pausing, { controlNow: false }, PAUSE_MS, 'clear', 'go-on'],
    ['slow goes on for ten minutes', throttled, { failing: 0 }, 600_000 - 1, 'throttled', 'go-on'],
    ['and ends then', throttled, { failing: 0 }, 600_000, 'clear', 'speed-up'],
    ['or pauses again when that was not slow enough', throttled, {}, 1_000, 'pausing', 'pause'],
  ];
  for (const [name, state, changes, nowMs, phase, advice] of rows) {
    it(name, () => {
      const step = throttleStep(state, window(changes), nowMs);
      assert.equal(step.state.phase, phase);
      assert.equal(step.advice, advice);
    });
  }

  it('looks at the latest handshake of each name in the last fifteen seconds', () => {
    const log = createHandshakeLog();
    log.note('old', false, true, 0);
    log.note('a', false, false, 1_000);
    log.note('b', false, false, 2_000);
    log.note('a', true, false, 3_000);
    assert.deepEqual(log.window(15_500, undefined), {
      names: 2,
      failing: 1,
      controlFailed: false,
      controlNow: undefined,
    });
    assert.deepEqual(log.window(60_000, true), {
      names: 0,
      failing: 0,
      controlFailed: false,
      controlNow: true,
    });
  });
});
