import type { CheckResult } from '../../model/check.ts';
import type { Diagnosis, VerifyResult } from '../../model/diagnosis.ts';
import type { DoctorFinding } from '../../reports/doctor.ts';
import { checkText, stepText } from '../../reports/wording.ts';

/** The checks of the monitor and of the platform, as a verification without any tenant makes them. */
export function judgePlatformRound({ monitor, platform }: VerifyResult): readonly DoctorFinding[] {
  return [monitor, platform].flatMap(({ checks, diagnosis, alsoFound }) => {
    const found = diagnosis === null ? alsoFound : [diagnosis, ...alsoFound];
    return checks.map((check) => findingOf(check, found));
  });
}

function findingOf(check: CheckResult, found: readonly Diagnosis[]): DoctorFinding {
  const { id, verdict } = check;
  const quiet = verdict === 'pass' || verdict === 'skipped';
  const explained = quiet ? undefined : found.find(({ explains }) => explains.includes(id));
  return { id, verdict, text: checkText(check), advice: (explained?.remediation ?? []).map(stepText) };
}
