import { spokenDuration } from '../model/spoken.ts';
import { isSuspended, type Tenant } from '../model/tenant.ts';
import type { TenantListOfSource } from '../model/tenant-list.ts';
import { columns } from './columns.ts';
import { PLAIN, type Palette } from './palette.ts';
import { say } from './wording.ts';
import { wrap } from './wrap.ts';

/** What `tenants` prints; all times are milliseconds since the epoch. */
export interface TenantsReport {
  readonly schema: 'tenantwatch.tenants/1';
  readonly at: number;
  readonly sources: readonly SourceReport[];
  /** The fleet: of several sources that name a tenant the first decides. */
  readonly tenants: readonly Tenant[];
}

export interface SourceReport extends Omit<TenantListOfSource, 'tenants' | 'lost'> {
  /** How many are in use of it. */
  readonly tenants: number;
  readonly lost: number | null;
}

/** A source as everybody is shown it, without the tenants themselves. */
export function sourceReport({ tenants, lost = null, ...source }: TenantListOfSource): SourceReport {
  return { ...source, tenants: tenants.length, lost };
}

export function tenantsText({ at, sources, tenants }: TenantsReport, palette: Palette = PLAIN): string {
  const rows = tenants.map((tenant) => [
    say(tenant.id),
    say(tenant.hostname),
    say(tenant.app),
    labelsOf(tenant, palette),
  ]);
  const parts = [
    sources.map((source) => sourceText(source, at, palette)).join('\n'),
    rows.length === 0 ? 'No tenants.' : `Tenants\n${columns(rows)}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** A source that is not believed: why, since when, and what to do when it is right after all. */
export function doubtText({ name, tenants, reason, failingSince, lost }: SourceReport, at: number): string {
  const inUse = tenants === 0 ? 'no list of it is in use' : `its last good list of ${tenants} is in use`;
  const since = failingSince === null ? '' : ` for ${spokenDuration(at - failingSince)}`;
  const text = wrap(`source ${say(name)}: ${inUse}${since}: ${say(reason ?? '')}`, 0);
  if (lost === null) return text;
  return `${text}\n  if they are really gone: ${acceptCommand(name)}`;
}

/** The command that makes the daemon believe a source. */
export function acceptCommand(source: string): string {
  return `tenantwatch tenants accept ${/^[\w.:/-]+$/u.test(source) ? source : `'${say(source).replaceAll("'", `'\\''`)}'`}`;
}

function sourceText(source: SourceReport, at: number, palette: Palette): string {
  if (source.reason !== null) return palette.doubtful(doubtText(source, at));
  return `source ${say(source.name)}: ${source.tenants} ${source.tenants === 1 ? 'tenant' : 'tenants'}`;
}

function labelsOf(tenant: Tenant, palette: Palette): { text: string; style: (text: string) => string } {
  const labels = Object.entries(tenant.labels).map(([name, value]) => say(`${name}=${value}`));
  return { text: labels.join(' '), style: isSuspended(tenant) ? palette.doubtful : palette.dim };
}
