import type { CheckId, Reason } from '../model/check.ts';
import type { Standing } from '../model/history.ts';
import type { ProblemCode } from '../model/problem.ts';
import type { Run, RunCheck } from '../model/run.ts';
import type { Stage, StageTimings } from '../model/stages.ts';
import type { Trigger, Verdict } from '../model/verdict.ts';
import { createByteReader, createByteWriter, type ByteReader, type ByteWriter } from './bytes.ts';
import type { Codebook } from './codebook.ts';

/**
 * One run in about twenty bytes: format, verdict, trigger, problem, duration, the stages that were reached (bit mask, then
 * their times), the checks that did not pass. Names are numbers of the codebook, times are tenths of a millisecond.
 */
const FORMAT = 1;
const TENTHS = 10;

/** Everything but tenant and time, which are the key. */
export function packRun(run: Omit<Run, 'tenant' | 'at'>, codes: Codebook): Uint8Array {
  const writer = createByteWriter();
  writer.uint(FORMAT);
  writer.uint(codes.encode('verdict', run.verdict));
  writer.uint(codes.encode('trigger', run.trigger));
  writer.uint(run.code === null ? 0 : codes.encode('problem', run.code) + 1);
  writer.uint(run.durationMs * TENTHS);
  packStages(run.stages, codes, writer);
  writer.uint(run.notPassed.length);
  for (const { check, verdict, reason } of run.notPassed) {
    writer.uint(codes.encode('check', check));
    writer.uint(codes.encode('verdict', verdict));
    writer.uint(reason === null ? 0 : codes.encode('reason', reason) + 1);
  }
  return writer.take();
}

/** The casts give back what packRun took: the codebook keeps names, and only names of these sets were given to it. */
export function unpackRun(tenant: string, at: number, data: Uint8Array, codes: Codebook): Run {
  return readRun(tenant, at, createByteReader(data), codes);
}

function readRun(tenant: string, at: number, reader: ByteReader, codes: Codebook): Run {
  const format = reader.uint();
  if (format !== FORMAT) throw new RangeError(`a run has the unknown format ${format}`);
  const verdict = codes.decode('verdict', reader.uint()) as Verdict;
  const trigger = codes.decode('trigger', reader.uint()) as Trigger;
  const problem = reader.uint();
  const durationMs = reader.uint() / TENTHS;
  const stages: Partial<Record<Stage, number>> = {};
  let mask = reader.uint();
  for (let code = 0; mask > 0; code += 1, mask = Math.floor(mask / 2))
    if (mask % 2 === 1) stages[codes.decode('stage', code) as Stage] = reader.uint() / TENTHS;
  const notPassed: RunCheck[] = [];
  for (let left = reader.uint(); left > 0; left -= 1) {
    const check = codes.decode('check', reader.uint()) as CheckId;
    const checkVerdict = codes.decode('verdict', reader.uint()) as Verdict;
    const reason = reader.uint();
    notPassed.push({
      check,
      verdict: checkVerdict,
      reason: reason === 0 ? null : (codes.decode('reason', reason - 1) as Reason),
    });
  }
  return {
    tenant,
    at,
    durationMs,
    trigger,
    verdict,
    code: problem === 0 ? null : (codes.decode('problem', problem - 1) as ProblemCode),
    notPassed,
    stages,
  };
}

export interface PackedRows {
  readonly times: string | null;
  readonly rows: string | null;
}

/**
 * Many rows (`at`, `data`) as two texts: a row by row walk from SQLite into JavaScript costs several times what the reading
 * itself does. A packed run says where it ends, so they need no separator.
 */
export function packedRows(select: string): string {
  return `SELECT group_concat(at) AS times, group_concat(hex(data), '') AS rows FROM (${select})`;
}

export function unpackRows(tenant: string, packed: PackedRows | undefined, codes: Codebook): Run[] {
  if (packed?.times == null || packed.rows === null) return [];
  const reader = createByteReader(Buffer.from(packed.rows, 'hex'));
  return packed.times.split(',').map((at) => readRun(tenant, Number(at), reader, codes));
}

/** Verdict and root alone: cheap enough to compare each run with the one before it. */
export function standingOf(data: Uint8Array, codes: Codebook): Standing {
  const reader = createByteReader(data);
  reader.uint(); // format
  const verdict = codes.decode('verdict', reader.uint()) as Verdict;
  reader.uint(); // trigger
  const problem = reader.uint();
  return { verdict, code: problem === 0 ? null : (codes.decode('problem', problem - 1) as ProblemCode) };
}

/** For SQL: the numbers of verdict and trigger are the second and third byte of a row, as long as there are fewer than 128. */
export const VERDICT_AND_TRIGGER_IN_SQL = 'hex(substr(data, 2, 2))';

/** Walks over what `group_concat(VERDICT_AND_TRIGGER_IN_SQL, '')` gave: four hexadecimal digits for each run. */
export function eachVerdictAndTrigger(
  digits: string,
  codes: Codebook,
  take: (verdict: Verdict, trigger: Trigger) => void,
): void {
  const bytes = Buffer.from(digits, 'hex');
  for (let offset = 0; offset + 1 < bytes.length; offset += 2)
    take(
      codes.decode('verdict', bytes[offset] ?? 0) as Verdict,
      codes.decode('trigger', bytes[offset + 1] ?? 0) as Trigger,
    );
}

function packStages(stages: StageTimings, codes: Codebook, writer: ByteWriter): void {
  const byCode: (number | undefined)[] = [];
  let mask = 0;
  for (const [stage, durationMs] of Object.entries(stages)) {
    const code = codes.encode('stage', stage);
    mask += 2 ** code;
    byCode[code] = durationMs;
  }
  writer.uint(mask);
  for (const durationMs of byCode) if (durationMs !== undefined) writer.uint(durationMs * TENTHS);
}
