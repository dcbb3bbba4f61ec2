import { z } from 'zod';
import { answer, named, time } from './common.ts';
import { certainty, diagnosis, problemCode, problemRef, scope, severity } from './verify.ts';

export const incident = named(
  'Incident',
  answer({
    id: z.string(),
    subject: answer({ scope, name: z.string() }),
    state: z.enum(['pending', 'open', 'resolved']),
    code: problemCode,
    severity,
    certainty,
    summary: z.string(),
    diagnosis: diagnosis.nullable(),
    startedAt: time('First failing run of its first life.'),
    firstFailedAt: time('First failing run of this life.'),
    lastFailedAt: time(''),
    openedAt: time('').nullable(),
    resolvedAt: time('').nullable(),
    resolution: z.enum(['recovered', 'removed', 'suspended', 'closed']).nullable(),
    reopened: z.number(),
    acknowledged: answer({ by: z.string(), at: time(''), note: z.string().nullable() }).nullable(),
    silencedBy: z.string().nullable(),
    mutedBy: problemRef.nullable(),
    storm: z.string().nullable(),
    announcedTo: z.array(z.string()),
    memberCount: z.number(),
    members: z.array(z.string()),
  }),
);

export const incidentEvent = named(
  'IncidentEvent',
  answer({ at: time(''), kind: z.string(), by: z.string().nullable(), text: z.string() }),
);

export const incidentDelivery = named(
  'Delivery',
  answer({
    id: z.string(),
    channel: z.string(),
    reason: z.string(),
    state: z.enum(['waiting', 'leased', 'sent', 'dead']),
    attempts: z.number(),
    createdAt: time(''),
    sentAt: time('').nullable(),
    lastError: z.string().nullable(),
  }),
);

const glob = z.string().min(1).max(300);

export const matcher = z.strictObject({
  tenant: glob.optional().describe('Id, host name or app; `*` stands for anything.'),
  problem: glob.optional().describe('Problem code; `*` stands for anything.'),
  labels: z.record(z.string().min(1).max(100), glob).optional(),
});

export const silence = named(
  'Silence',
  answer({
    id: z.string(),
    matcher: answer({
      tenant: z.string().optional(),
      problem: z.string().optional(),
      labels: z.record(z.string(), z.string()).optional(),
    }),
    author: z.string(),
    reason: z.string(),
    createdAt: time(''),
    startsAt: time(''),
    endsAt: time(''),
    untilDeployOf: z.string().nullable(),
  }),
);
