import { columns } from './columns.ts';
import { PLAIN, type Palette } from './palette.ts';
import { say } from './wording.ts';

/** What `init` wrote, and what to do next. */
export interface InitReport {
  readonly file: string;
  readonly settings: {
    readonly org: string;
    readonly domain: string;
    readonly managementApp: string;
    readonly tenantApp: string;
    readonly tenantIdPattern: string;
    readonly otherHosts: readonly string[];
    readonly customDomainsOn: string;
  };
  readonly naming: string;
  /** Tenants that were found by this naming. */
  readonly tenants: number;
  /** Commands, in order. */
  readonly next: readonly string[];
}

export function initReport(report: InitReport, palette: Palette = PLAIN): string {
  const { file, settings, naming, next } = report;
  const rows = columns([
    ['organization', say(settings.org)],
    ['domain', say(settings.domain)],
    ['management app', say(settings.managementApp)],
    ['tenants', `${say(settings.tenantApp)}, ids ${say(settings.tenantIdPattern)}`],
    ['', say(naming)],
    [
      'custom domains',
      `on the ${settings.customDomainsOn === 'tenant' ? 'tenant’s own app' : 'management app'}`,
    ],
  ]);
  const steps = next.map((command) => `  ${palette.command(say(command))}`);
  return `${palette.bold(`wrote ${say(file)}`)}\n${rows}\n\nNext\n${steps.join('\n')}\n`;
}
