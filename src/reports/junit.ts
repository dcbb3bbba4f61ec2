import type { CheckResult } from '../model/check.ts';
import type { VerifyResult } from '../model/diagnosis.ts';
import { findingsOf, subjectsOf, type Subject } from './subject.ts';
import { weightOf, type GateRules, type Weight } from './weight.ts';
import { checkText, codeLine, say, stepText, withoutRunnerCommands } from './wording.ts';

/**
 * JUnit as GitLab reads it: `classname` is shown as the suite, the text of a failure is read from the element's body, equal pairs of
 * classname and name are dropped (so the classname is the host name, which is unique in a run).
 */
export function junitReport(result: VerifyResult, rules: GateRules): string {
  const suites = subjectsOf(result)
    .filter(({ checks }) => checks.length > 0)
    .map((subject) => suite(subject, result.startedAt, rules));
  const total = counts(
    subjectsOf(result).flatMap(({ scope, checks }) => checks.map((check) => weightOf(check, scope, rules))),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="tenantwatch" ${total} time="${seconds(result.durationMs)}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function suite(subject: Subject, startedAt: string, rules: GateRules): string {
  const cases = subject.checks.map((check) =>
    testCase(subject, check, weightOf(check, subject.scope, rules)),
  );
  const total = counts(subject.checks.map((check) => weightOf(check, subject.scope, rules)));
  return [
    `  <testsuite name="${xml(subject.title)}" ${total} time="${seconds(subject.durationMs ?? 0)}" timestamp="${xml(startedAt)}">`,
    ...cases,
    '  </testsuite>',
  ].join('\n');
}

function testCase(subject: Subject, check: CheckResult, weight: Weight): string {
  const head = `    <testcase classname="${xml(subject.title)}" name="${xml(check.id)}" time="${seconds(check.durationMs)}"`;
  const message = checkText(check);
  switch (weight) {
    case 'passes':
      return `${head}/>`;
    case 'fails':
    case 'could-not-tell': {
      const element = weight === 'fails' ? 'failure' : 'error';
      const type = xml(check.reason ?? weight);
      const body = xml(failureBody(subject, check), '\n');
      return `${head}>\n      <${element} message="${xml(message)}" type="${type}">${body}</${element}>\n    </testcase>`;
    }
    case 'known':
      return `${head}>\n      <skipped message="${xml(`known: ${message}`)}"/>\n    </testcase>`;
    case 'skipped':
      return `${head}>\n      <skipped message="${xml(message)}"/>\n    </testcase>`;
    case 'warns':
      return `${head}>\n      <system-out>${xml(`${check.verdict}: ${message}`)}</system-out>\n    </testcase>`;
  }
}

/** What someone needs who sees nothing but the merge request's test report. */
function failureBody(subject: Subject, check: CheckResult): string {
  const finding =
    findingsOf(subject).find(({ explains }) => explains.includes(check.id)) ?? subject.diagnosis;
  const explained = subject.explainedBy;
  const lines = [checkText(check)];
  if (finding !== null) {
    lines.push(
      '',
      say(finding.summary),
      codeLine(finding),
      ...finding.evidence.map((fact) => `- ${say(fact)}`),
    );
    lines.push(
      ...finding.remediation.map((step, index) => `${index + 1}. ${stepText(step)}`),
      say(finding.runbook),
    );
  } else if (explained !== null) lines.push('', `explained by the ${explained.scope}: ${explained.code}`);
  return lines.join('\n');
}

function counts(weights: readonly Weight[]): string {
  const count = (...wanted: readonly Weight[]): number =>
    weights.filter((weight) => wanted.includes(weight)).length;
  return `tests="${weights.length}" failures="${count('fails')}" errors="${count('could-not-tell')}" skipped="${count('skipped', 'known')}"`;
}

function seconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(3);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Escaped text for bodies and attributes; XML 1.0 forbids most control characters, so they go, but for the separator of lines. */
function xml(text: string, lineSeparator = ' '): string {
  const lines = text.split('\n').map((line) => withoutRunnerCommands(say(line)));
  return lines.join(lineSeparator).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
