export type StopSignal = 'SIGINT' | 'SIGTERM';

/** The reason of the abort when someone stops the program. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly by: StopSignal;

  constructor(by: StopSignal) {
    super(`stopped by ${by}`);
    this.by = by;
  }
}

/** Who stopped it, null while nobody did. An abort for any other reason counts as SIGTERM. */
export function interruptedBy(signal: AbortSignal): StopSignal | null {
  if (!signal.aborted) return null;
  return signal.reason instanceof Interrupted ? signal.reason.by : 'SIGTERM';
}
