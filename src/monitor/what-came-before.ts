import { isStorm } from '../incidents/index.ts';
import type { OriginKind } from '../forensics/origin.ts';
import type { Deploy } from '../model/history.ts';
import type { Incident } from '../model/incident.ts';
import type { Platform } from '../model/platform.ts';
import type { ProblemCode } from '../model/problem.ts';
import type { Tenant } from '../model/tenant.ts';
import { HOUR_MS } from '../model/time.ts';
import type { Store } from '../store/index.ts';
import { keptOrigin } from './kept-claims.ts';

/** What people ask first: what changed before it broke. */
export interface WhatCameBefore {
  /** The last release within an hour before the first failing run. */
  readonly deploy: Deploy | null;
  /** How the misplaced certificate got there: `created 2 s after release v12 of sp-…: likely the deploy pipeline`. Null: not known. */
  readonly origin: string | null;
}

const NOTHING: WhatCameBefore = { deploy: null, origin: null };

/** Problems whose cause is a certificate that somebody, or something, added. */
const BY_CERTIFICATE: ReadonlySet<ProblemCode> = new Set([
  'certificate-on-tenant-app',
  'certificate-on-foreign-app',
]);
/** Sentences that tell nothing beyond the evidence. */
const UNTOLD: ReadonlySet<OriginKind> = new Set(['none-known', 'created-at-unknown', 'releases-unknown']);

/** From history alone. @param tenant the incident's; null for platform, monitor, storms and tenants that are not known. Throws StoreError. */
export function whatCameBefore(
  store: Pick<Store, 'claims' | 'deploys'>,
  platform: Platform,
  tenant: Tenant | null,
  incident: Incident,
): WhatCameBefore {
  if (tenant === null || incident.subject.scope !== 'tenant' || isStorm(incident)) return NOTHING;
  const { firstFailedAt } = incident;
  const [deploy] = store.deploys.between(tenant.app, firstFailedAt - HOUR_MS, firstFailedAt, 1);
  const origin = BY_CERTIFICATE.has(incident.code) ? keptOrigin(store, platform, tenant, incident) : null;
  return {
    deploy: deploy ?? null,
    origin: origin === null || UNTOLD.has(origin.kind) ? null : origin.sentence,
  };
}
