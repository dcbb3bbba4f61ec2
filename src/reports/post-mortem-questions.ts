import type { OriginKind } from '../forensics/origin.ts';
import { code, link, prose } from './markdown-blocks.ts';
import type { PostMortemFacts } from './post-mortem-facts.ts';

/** The ways by which a certificate may get to a tenant's app, and what the evidence says of each. */
const WAYS: readonly {
  readonly question: string;
  readonly favoured: readonly OriginKind[];
}[] = [
  {
    question: 'Deployment pipeline: does a deploy, or a step after it, add certificates to the tenant’s app?',
    favoured: ['after-release', 'before-release', 'first-release'],
  },
  {
    question: 'Provisioning: was it added when the tenant was created?',
    favoured: ['first-release'],
  },
  {
    question: 'The management app’s own logic: does it add certificates to the wrong app?',
    favoured: ['batch'],
  },
  { question: 'By hand: did someone run the command on the wrong app?', favoured: ['nothing-near'] },
];

export function openQuestions({ findings, incident }: PostMortemFacts): readonly string[] {
  const unknowns = findings?.unknowns.map(prose) ?? [];
  const origin = findings?.claim == null ? null : findings.origin;
  const ways =
    origin === null
      ? []
      : WAYS.map(
          ({ question, favoured }) =>
            `${question} ${
              favoured.includes(origin.kind)
                ? `The evidence points here (${origin.certainty}).`
                : 'Nothing that was observed points here, and nothing rules it out.'
            }`,
        );
  return [
    ...ways,
    ...unknowns,
    ...(incident.certainty === 'certain' ? [] : ['Is the root cause right? The evidence is not certain.']),
    'Did visitors notice, and how many? Requests that never reached an app are not counted.',
  ];
}

export function actionItems(facts: PostMortemFacts): readonly string[] {
  const { incident, findings, tenant, platform } = facts;
  const diagnosis = incident.diagnosis;
  const runbook =
    diagnosis === null
      ? []
      : [`Read the ${link('runbook', diagnosis.runbook)}, and correct it where it was of no help.`];
  if (findings?.claim == null || tenant === null)
    return ['Find and remove the cause behind the root cause.', ...runbook];
  return [
    `Find the code that added the certificate: ${code('tenantwatch scan .')} in the repositories of deployment and provisioning.`,
    `Fix it: certificates for ${code(`*.${platform.domain}`)} go to ${code(platform.managementApp)} only; the wildcard covers tenants without any.`,
    `Validate before adding: ${code(`tenantwatch guard certs --hostname ${tenant.hostname} --app ${tenant.app}`)} refuses this one (exit code 1).`,
    ...(findings.claim.goneAt === null
      ? [`Remove the certificate, which is still there: ${code(`tenantwatch fix ${tenant.id}`)}.`]
      : []),
    `Look for others: ${code('tenantwatch claims --conflicts')}.`,
    'Keep the daemon watching: it found this certificate, and finds the next one before visitors do.',
    'Document where certificates belong (the playbook has a page to copy).',
    ...runbook,
  ];
}
