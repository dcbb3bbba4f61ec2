import { MINUTE_MS, SECOND_MS } from '../model/time.ts';

/**
 * Fly's edge limits handshakes by source range and by SNI and aborts what is over, which looks exactly like a certificate
 * conflict. Telling it apart takes many names, the control among them, and a pause: what recovers when we are quiet was us.
 */
export interface ThrottleState {
  readonly phase: 'clear' | 'pausing' | 'throttled';
  /** When the phase began, monotonic. */
  readonly sinceMs: number;
  /** Not suspected again before this moment: a pause that cured nothing means an outage. */
  readonly quietUntilMs: number;
}

export interface HandshakeWindow {
  /** Distinct names of the last seconds, and how many of them only failed. */
  readonly names: number;
  readonly failing: number;
  /** Did a control name's handshake fail in the window? */
  readonly controlFailed: boolean;
  /** Did the control handshake that was made just now succeed? undefined: none was made. */
  readonly controlNow: boolean | undefined;
}

export type ThrottleAdvice = 'go-on' | 'pause' | 'slow-down' | 'speed-up';

export const PAUSE_MS = 5 * SECOND_MS;
const KEEP_SLOW_MS = 10 * MINUTE_MS;
const NOT_AGAIN_MS = 2 * MINUTE_MS;
/** Fewer names that fail are no sign of a limit. */
export const MIN_FAILING = 8;
const MIN_FAILING_SHARE = 0.25;

export const CLEAR: ThrottleState = { phase: 'clear', sinceMs: 0, quietUntilMs: 0 };

/** One look at the latest handshakes: the next state, and what to do with the budget. */
export function throttleStep(
  state: ThrottleState,
  window: HandshakeWindow,
  nowMs: number,
): { readonly state: ThrottleState; readonly advice: ThrottleAdvice } {
  switch (state.phase) {
    case 'clear': {
      const many = window.failing >= MIN_FAILING && window.failing >= window.names * MIN_FAILING_SHARE;
      if (!many || !window.controlFailed || nowMs < state.quietUntilMs) return { state, advice: 'go-on' };
      return { state: { ...state, phase: 'pausing', sinceMs: nowMs }, advice: 'pause' };
    }
    case 'pausing': {
      if (nowMs - state.sinceMs < PAUSE_MS || window.controlNow === undefined)
        return { state, advice: 'go-on' };
      if (window.controlNow)
        return { state: { ...state, phase: 'throttled', sinceMs: nowMs }, advice: 'slow-down' };
      return {
        state: { phase: 'clear', sinceMs: nowMs, quietUntilMs: nowMs + NOT_AGAIN_MS },
        advice: 'go-on',
      };
    }
    case 'throttled': {
      const still = window.failing >= MIN_FAILING && window.controlFailed;
      if (still) return { state: { ...state, phase: 'pausing', sinceMs: nowMs }, advice: 'pause' };
      if (nowMs - state.sinceMs < KEEP_SLOW_MS) return { state, advice: 'go-on' };
      return { state: { phase: 'clear', sinceMs: nowMs, quietUntilMs: nowMs }, advice: 'speed-up' };
    }
  }
}

/** The handshakes of the last seconds by name; bounded by the handshake budget. */
export interface HandshakeLog {
  readonly note: (name: string, succeeded: boolean, control: boolean, nowMs: number) => void;
  readonly window: (nowMs: number, controlNow: boolean | undefined) => HandshakeWindow;
}

const WINDOW_MS = 15 * SECOND_MS;

export function createHandshakeLog(): HandshakeLog {
  const latest = new Map<
    string,
    { readonly atMs: number; readonly succeeded: boolean; readonly control: boolean }
  >();
  return {
    note: (name, succeeded, control, nowMs) => {
      // Taken out first: the order of the map is the order of time.
      latest.delete(name);
      latest.set(name, { atMs: nowMs, succeeded, control });
    },
    window: (nowMs, controlNow) => {
      for (const [name, { atMs }] of latest) {
        if (nowMs - atMs <= WINDOW_MS) break;
        latest.delete(name);
      }
      const all = [...latest.values()];
      return {
        names: all.length,
        failing: all.filter(({ succeeded }) => !succeeded).length,
        controlFailed: all.some(({ succeeded, control }) => control && !succeeded),
        controlNow,
      };
    },
  };
}
