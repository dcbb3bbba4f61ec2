import { z } from 'zod';
import { CHECK_IDS } from '../../model/check.ts';
import { TRIGGERS } from '../../model/verdict.ts';
import { answer, named, time } from './common.ts';
import { problemCode, severity, verdict } from './verify.ts';

/** What the daemon knows and keeps, as the API shows it. */

export const tenantIdentity = answer({
  id: z.string(),
  hostname: z.string(),
  app: z.string(),
  labels: z.record(z.string(), z.string()),
});

export const tenantSummary = named(
  'TenantSummary',
  answer({
    ...tenantIdentity.shape,
    suspended: z.boolean().describe('Down on purpose: nothing is judged.'),
    verdict: verdict.nullable().describe('Of the latest run; null before the first.'),
    decided: verdict.nullable().describe('The last verdict that was neither unknown nor skipped.'),
    code: problemCode.nullable().describe('Root of the diagnosis, or what explains it.'),
    severity: severity.nullable(),
    summary: z.string().nullable(),
    at: time('When the latest run began.').nullable(),
  }),
);

export const run = named(
  'Run',
  answer({
    tenant: z.string(),
    at: time(''),
    durationMs: z.number(),
    trigger: z.enum(TRIGGERS),
    verdict,
    code: problemCode.nullable(),
    notPassed: z
      .array(answer({ check: z.enum(CHECK_IDS), verdict, reason: z.string().nullable() }))
      .describe('Checks that did not pass.'),
    stages: z.record(z.string(), z.number()).describe('Milliseconds of each stage that was reached.'),
  }),
);

const standing = answer({ verdict, code: problemCode.nullable() });

export const transition = named(
  'Transition',
  answer({
    tenant: z.string(),
    at: time('Of the run that differs.'),
    from: standing.nullable(),
    to: standing,
  }),
);

export const deploy = named(
  'Deploy',
  answer({
    app: z.string(),
    firstSeenAt: time(''),
    release: answer({
      id: z.string(),
      version: z.number(),
      status: z.string(),
      reason: z.string(),
      description: z.string(),
      image: z.string().nullable(),
      user: z.string().nullable(),
      createdAt: time(''),
    }),
  }),
);

export const claim = named(
  'Claim',
  answer({
    hostname: z.string(),
    app: z.string(),
    state: z.enum(['issued', 'expired', 'awaiting-configuration', 'awaiting-issuance', 'unknown']),
    status: z.string().describe("Fly's own word."),
    source: z.enum(['fly', 'custom']).nullable(),
    createdAt: time('').nullable(),
    expiresAt: time('').nullable(),
    firstSeenAt: time(''),
    lastSeenAt: time('The last complete sweep that saw it.'),
    goneAt: time('The sweep that missed it.').nullable(),
    conflict: z.boolean().describe('The app may not hold a certificate for this hostname.'),
  }),
);
