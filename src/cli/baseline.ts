import type { CheckResult } from '../model/check.ts';
import type { TenantResult, VerifyResult } from '../model/diagnosis.ts';
import { causeOf, subjectsOf, type Subject } from '../reports/subject.ts';

/** What failed before: subject, check and code of each failure. */
export type Baseline = ReadonlySet<string>;

const SCHEMA = 'tenantwatch.verify/1';

/** The failures of an earlier result. Throws a TypeError that says what the file should be. */
export function parseBaseline(text: string): Baseline {
  const document = parsed(text);
  if (!isResult(document))
    throw new TypeError(`it is not a result of verify --save or --format json (${SCHEMA})`);
  return new Set(
    subjectsOf(document).flatMap((subject) => failuresOf(subject).map((check) => failureKey(subject, check))),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Marks the failures that were there before with the same code. Verdicts stay what they are. */
export function markKnown(result: VerifyResult, baseline: Baseline): VerifyResult {
  if (baseline.size === 0) return result;
  const subjects = new Map(
    subjectsOf(result).map((subject) => [`${subject.scope} ${subject.name}`, subject]),
  );
  const mark = <Check extends CheckResult>(
    scope: Subject['scope'],
    name: string,
    checks: readonly Check[],
  ): readonly Check[] => {
    const subject = subjects.get(`${scope} ${name}`);
    return checks.map((check) =>
      subject !== undefined && check.verdict === 'fail' && baseline.has(failureKey(subject, check))
        ? { ...check, known: true }
        : check,
    );
  };
  return {
    ...result,
    platform: { ...result.platform, checks: mark('platform', 'platform', result.platform.checks) },
    tenants: result.tenants.map((tenant): TenantResult => ({
      ...tenant,
      checks: mark('tenant', tenant.tenant, tenant.checks),
    })),
  };
}

function failuresOf(subject: Subject): readonly CheckResult[] {
  return subject.checks.filter(({ verdict }) => verdict === 'fail');
}

function failureKey(subject: Subject, check: CheckResult): string {
  return JSON.stringify([subject.scope, subject.name, check.id, causeOf(subject, check)]);
}

/** Enough of the shape that reading it cannot go wrong; a file that was edited by hand is refused, not guessed at. */
function isResult(document: unknown): document is VerifyResult {
  return (
    isRecord(document) &&
    document.schema === SCHEMA &&
    isSubject(document.platform) &&
    isSubject(document.monitor) &&
    Array.isArray(document.tenants) &&
    document.tenants.every((tenant: unknown) => isSubject(tenant) && typeof tenant.tenant === 'string')
  );
}

function isSubject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    isRecord(value) &&
    isListOf(value.checks, (check) => typeof check.id === 'string' && typeof check.verdict === 'string') &&
    isListOf(value.alsoFound ?? [], isFinding) &&
    (value.diagnosis === null || (isRecord(value.diagnosis) && isFinding(value.diagnosis)))
  );
}

function isFinding(value: Readonly<Record<string, unknown>>): boolean {
  return typeof value.code === 'string' && Array.isArray(value.explains);
}

function isListOf(value: unknown, fits: (item: Readonly<Record<string, unknown>>) => boolean): boolean {
  return Array.isArray(value) && value.every((item: unknown) => isRecord(item) && fits(item));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
