import type { Diagnosis, VerifyResult } from '../../model/diagnosis.ts';
import type { DoctorFinding } from '../../reports/doctor.ts';
import { checkText, stepText } from '../../reports/wording.ts';

/** The checks of the monitor and of the platform, as a verification without any tenant makes them. */
export function judgePlatformRound({ monitor, platform }: VerifyResult): readonly DoctorFinding[] {
  return [monitor, platform].flatMap(({ checks, diagnosis, alsoFound }) => {
    const found = diagnosis === null ? alsoFound : [diagnosis, ...alsoFound];
    const firstOf = new Map<Diagnosis, string>();
    return checks.map((check) => {
      const { id, verdict } = check;
      const quiet = verdict === 'pass' || verdict === 'skipped';
      const cause = quiet ? undefined : found.find(({ explains }) => explains.includes(id));
      return { id, verdict, text: checkText(check), advice: adviceOf(cause, id, firstOf) };
    });
  });
}

/** The steps stand once, at the first check that their cause explains. */
function adviceOf(
  cause: Diagnosis | undefined,
  id: string,
  firstOf: Map<Diagnosis, string>,
): readonly string[] {
  if (cause === undefined) return [];
  const first = firstOf.get(cause);
  if (first !== undefined) return [`the same cause as ${first}, ${cause.code}: see there`];
  firstOf.set(cause, id);
  // Whoever reads this ran the doctor already.
  return cause.remediation.map(stepText).filter((step) => step !== 'tenantwatch doctor');
}
