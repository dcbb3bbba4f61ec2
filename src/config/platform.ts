import type { Platform } from '../model/platform.ts';
import type { Config } from './schema.ts';

const PROJECT_RUNBOOKS = 'https://github.com/tenantwatch/tenantwatch/blob/main/docs/runbooks/{code}.md';

/** Base of the runbook links: what is configured, else the daemon's own pages, else the project's. */
function runbookBaseUrl(config: Pick<Config, 'runbooks' | 'server'>): string {
  const ownPages = config.server.publicUrl === null ? null : `${config.server.publicUrl}/runbooks`;
  return config.runbooks.baseUrl ?? ownPages ?? PROJECT_RUNBOOKS;
}

/** The settings that checks and diagnosis judge by. */
export function toPlatform(config: Config): Platform {
  const { platform, tls, limits } = config;
  return {
    domain: platform.domain,
    managementApp: platform.managementApp,
    tenantApp: platform.tenantApp,
    tenantHost: platform.tenantHost,
    tenantIdPattern: platform.tenantIdPattern,
    directHost: platform.directHost,
    otherHosts: platform.otherHosts,
    customDomainsOn: platform.customDomainsOn,
    edge: platform.edge,
    httpsPort: platform.httpsPort,
    expectedStatus: platform.expectedStatus,
    dialect: platform.dialect,
    warnDays: tls.warnDays,
    failDays: tls.failDays,
    issuanceGraceMs: limits.issuanceGraceMs,
    runbookBaseUrl: runbookBaseUrl(config),
    flyOrg: config.fly.org,
  };
}
