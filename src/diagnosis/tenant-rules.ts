import { ANSWERS } from './tenant-rules/answers.ts';
import { APPS } from './tenant-rules/apps.ts';
import { CERTIFICATES } from './tenant-rules/certificates.ts';
import { CLAIMS } from './tenant-rules/claims.ts';
import { EDGE } from './tenant-rules/edge.ts';
import { MISSING_NAMES, NAMES } from './tenant-rules/names.ts';
import type { TenantRule } from './tenant-rules/words.ts';

/** The decision table of the tenant's scope. Its order decides among equals: earlier rows are causes, later ones symptoms. */
export const TENANT_RULES: readonly TenantRule[] = [
  ...NAMES,
  ...CLAIMS,
  ...MISSING_NAMES,
  ...APPS,
  ...CERTIFICATES,
  ...EDGE,
  ...ANSWERS,
];
