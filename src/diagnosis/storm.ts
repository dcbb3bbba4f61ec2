/** One problem at many tenants in one window: one diagnosis, with a remedy that is safe to apply to all of them. */
import type { Diagnosis, RemediationStep, TenantResult } from '../model/diagnosis.ts';
import type { Platform } from '../model/platform.ts';
import type { ProblemCode } from '../model/problem.ts';
import { CERTAINTIES, SEVERITIES } from '../model/verdict.ts';
import { CATALOGUE, explanationOf, runbookUrl, titleWithin } from './catalogue.ts';
import { byHand, joined, literal, prose, reads, shell, tenantName } from './commands.ts';
import type { Word } from './commands.ts';
import { appLogs, isCertificateRemoval, listMachines, verifyAll } from './remedies/steps.ts';

/** More commands than this are nobody's to paste; the verification names those that are left. */
const MAX_REMOVALS = 50;
const MAX_NAMED = 8;

/** A tenant of the storm with its own finding of the code. */
interface Member {
  readonly result: TenantResult;
  readonly own: Diagnosis;
}

/**
 * The common diagnosis of `code` over the tenants that have it, as root or among what was also found.
 * Certificates are removed everywhere first and added only where verification still fails: Let's Encrypt limits
 * certificates per registered domain and week, and one order for each tenant can use that up for all.
 */
export function stormDiagnosis(
  code: ProblemCode,
  tenants: readonly TenantResult[],
  platform: Platform,
): Diagnosis {
  const problem = CATALOGUE[code];
  const members = tenants.flatMap((result): readonly Member[] => {
    const own = [result.diagnosis, ...result.alsoFound].find((diagnosis) => diagnosis?.code === code);
    return own === undefined || own === null ? [] : [{ result, own }];
  });
  const severity =
    SEVERITIES[Math.min(...members.map(({ own }) => SEVERITIES.indexOf(own.severity)), 2)] ?? 'warning';
  return {
    code,
    scope: problem.scope,
    severity,
    certainty:
      CERTAINTIES[Math.max(...members.map(({ own }) => CERTAINTIES.indexOf(own.certainty)), 0)] ??
      'unexplained',
    summary: `${members.length} tenants at once: ${titleWithin(code)}.`,
    explanation: explanationOf(code, severity),
    explains: [...new Set(members.flatMap(({ own }) => own.explains))],
    evidence: evidenceOf(members),
    runbook: runbookUrl(code, platform),
    remediation: isClaim(code) ? removeFirst(members) : oneFirst(code, members, platform),
  };
}

function isClaim(code: ProblemCode): boolean {
  return code === 'certificate-on-tenant-app' || code === 'certificate-on-foreign-app';
}

function removeFirst(members: readonly Member[]): readonly RemediationStep[] {
  const single = members.filter(({ result }) => has(result, 'dns-override'));
  const bulk = members.filter(({ result }) => !has(result, 'dns-override'));
  const removals = new Map(
    bulk
      .flatMap(({ own }) => own.remediation.filter(isCertificateRemoval))
      .map((step) => [textOf(step), step]),
  );
  const left = removals.size - MAX_REMOVALS;
  return [
    reads(
      shell`tenantwatch claims --conflicts`,
      'Shows every misplaced certificate with the time it was added: one window points at one pipeline.',
      '',
    ),
    byHand(
      'Stop the pipeline or job that adds these certificates before removing them; tenantwatch scan finds the place in its code.',
      'Otherwise the next deploy adds them again.',
    ),
    ...[...removals.values()].slice(0, MAX_REMOVALS),
    ...(left > 0
      ? [
          byHand(
            `${left} more certificates are not listed here: verify all and go on with what it prints.`,
            `A list of more than ${MAX_REMOVALS} commands is pasted without being read.`,
          ),
        ]
      : []),
    verifyAll('Most sites recover from the removal alone, because the wildcard certificate covers them.'),
    byHand(
      'Only for tenants whose verification still fails: add the certificate on the management app, with the command that tenantwatch verify prints for that tenant.',
      'Let’s Encrypt limits certificates per domain and week; one order for each tenant can use the limit up for all.',
    ),
    ...(single.length === 0
      ? []
      : [
          byHand(
            prose`Repair these one by one, they have a DNS record of their own, which goes first: ${names(single)}.`,
            'Removing the certificate before the record turns a working site into an outage.',
          ),
        ]),
  ];
}

/** What helps one of them is tried at one of them. */
function oneFirst(
  code: ProblemCode,
  members: readonly Member[],
  platform: Platform,
): readonly RemediationStep[] {
  const [first] = members;
  if (first === undefined) return [];
  const { tenant, hostname } = first.result;
  return [
    ...(BEHIND_THE_PROXY.includes(code) ? proxyFirst(platform.managementApp) : []),
    ...first.own.remediation
      .filter(
        (step) =>
          step.kind === 'command' &&
          step.effect === 'reads' &&
          !step.command.startsWith('tenantwatch verify'),
      )
      .slice(0, 4),
    byHand(
      'Look for what they share before repairing each: a release, a region, an image, a change of the proxy or of DNS in the same minutes.',
      'The same problem at many tenants at once rarely has as many causes.',
    ),
    reads(
      shell`tenantwatch verify ${tenantName(tenant, hostname)}`,
      'Prints the steps for one of them: repair this one first and look whether it helps.',
      'Verify one of the tenants with tenantwatch, and repair this one first.',
    ),
    verifyAll('Shows who is left.'),
  ];
}

/** A proxy that hangs answers every name alike, and its machines look started: at many tenants at once it is the first suspect. */
const BEHIND_THE_PROXY: readonly ProblemCode[] = ['tenant-not-routed', 'proxy-routing-broken'];

function proxyFirst(managementApp: string): readonly RemediationStep[] {
  return [
    listMachines(
      managementApp,
      'The proxy of all of them: are its machines started, and do their checks pass?',
    ),
    appLogs(managementApp, 'Do requests arrive at all?'),
    byHand(
      'If none arrive, the proxy itself is down or hangs, and nothing is wrong with these tenants. Set platform.managementHealthUrl: with it that is told as management-app-down.',
      'To a name that nobody owns the edge answers for a proxy that hangs what it answers for one that works.',
    ),
  ];
}

function evidenceOf(members: readonly Member[]): readonly string[] {
  const roots = members.filter(({ result, own }) => result.diagnosis?.code === own.code).length;
  return [
    prose`Affected: ${names(members)}.`,
    ...(roots < members.length ? [`It is the root problem at ${roots} of ${members.length}.`] : []),
    ...members.slice(0, 2).flatMap(({ own }) => own.evidence.slice(0, 1)),
  ].slice(0, 4);
}

function names(members: readonly Member[]): Word {
  const shown = members
    .slice(0, MAX_NAMED)
    .map(({ result }) => tenantName(result.tenant, result.hostname))
    .map((word) => literal(word.text ?? 'one with an unusual name'));
  const more = members.length - shown.length;
  return joined([...shown, ...(more > 0 ? [literal(`${more} more`)] : [])], ', ', 'none');
}

function has(result: TenantResult, code: ProblemCode): boolean {
  return [result.diagnosis, ...result.alsoFound].some((diagnosis) => diagnosis?.code === code);
}

function textOf(step: RemediationStep): string {
  return step.kind === 'command' ? step.command : step.text;
}
