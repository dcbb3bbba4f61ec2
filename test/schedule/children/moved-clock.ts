/**
 * A process whose wall clock jumps, as every library in it sees it: argument 1 is by how many milliseconds, argument 2 which trigger
 * is tried. Prints how many ticks came before the jump, and how many after it.
 */
const shiftMs = Number(process.argv[2]);
const RealDate = Date;
let offsetMs = 0;
globalThis.Date = class extends RealDate {
  constructor(...given: ConstructorParameters<DateConstructor> | []) {
    super(...((given.length === 0 ? [RealDate.now() + offsetMs] : given) as [number]));
  }
  static override now(): number {
    return RealDate.now() + offsetMs;
  }
} as DateConstructor;

// Imported after the clock is ours.
const { byExpression, everySecond } = await import('../../../src/schedule/trigger.ts');
const { realClock } = await import('../../support/clock.ts');

let ticks = 0;
const tick = (): void => {
  ticks += 1;
};
const trigger =
  process.argv[3] === 'expression'
    ? byExpression(realClock, '* * * * * *', tick)
    : everySecond(realClock, tick);
await realClock.sleep(2_200);
const before = ticks;
offsetMs = shiftMs;
await realClock.sleep(6_000);
trigger.stop();
process.stdout.write(JSON.stringify({ before, after: ticks - before }));

export {};
