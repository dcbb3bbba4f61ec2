import { CLAIM_MARKS, type ClaimHolder, type ClaimMark, type HostnameClaims } from '../guard/claims-map.ts';
import { columns, type Cell } from './columns.ts';
import { PLAIN, type Palette } from './palette.ts';
import { say } from './wording.ts';
import { wrap } from './wrap.ts';

/** What `claims` knows; printed as it is with `--json`, moments as RFC 3339. */
export interface ClaimsReport {
  readonly schema: 'tenantwatch.claims/1';
  /** The daemon's database, or a sweep made just now. */
  readonly source: 'database' | 'fly';
  /** When the claims were seen; null: no sweep was ever complete. */
  readonly takenAt: number | null;
  readonly counts: Readonly<Record<ClaimMark, number>>;
  readonly hostnames: readonly HostnameClaims[];
}

const ROLES = { management: 'management app', tenant: 'tenant app', other: 'other app' } as const;

/** For people: what is wrong with its reasons and commands, then everything as a table. Ends with a newline. */
export function claimsReport(report: ClaimsReport, palette: Palette = PLAIN): string {
  const { hostnames, counts, source, takenAt } = report;
  const marked = hostnames.filter(({ holders }) => holders.some(({ marks }) => marks.length > 0));
  const seen = takenAt === null ? 'never swept' : `as of ${moment(takenAt)}`;
  const from = source === 'fly' ? "by Fly's API" : "by the daemon's database";
  const wrong = CLAIM_MARKS.filter((mark) => counts[mark] > 0).map((mark) => `${counts[mark]} ${mark}`);
  const names = `${hostnames.length === 0 ? 'no' : hostnames.length} host ${hostnames.length === 1 ? 'name' : 'names'}`;
  const summary = `${names}, ${wrong.length === 0 ? 'nothing wrong' : wrong.join(', ')} (${from}, ${seen})`;
  const parts = [
    ...marked.map((entry) => trouble(entry, palette)),
    ...(hostnames.length === 0 ? [] : [table(hostnames, palette)]),
    summary,
  ];
  return `${parts.join('\n\n')}\n`;
}

function trouble({ hostname, holders }: HostnameClaims, palette: Palette): string {
  const lines = holders.flatMap(({ claim, role, marks, command }) => [
    ...marks.map(({ mark, why }) =>
      wrap(`${palette[style(mark)](mark)}: on ${say(claim.app)} (${ROLES[role]}): ${say(why)}`, 2),
    ),
    ...(command === null ? [] : [`    ${palette.command(say(command))}`]),
  ]);
  return [palette.bold(say(hostname)), ...lines].join('\n');
}

function style(mark: ClaimMark): 'bad' | 'doubtful' {
  return mark === 'conflict' || mark === 'foreign' ? 'bad' : 'doubtful';
}

const HEADINGS = ['host name', 'app', 'state', 'source', 'created', 'first seen', 'last seen', ''];

function table(hostnames: readonly HostnameClaims[], palette: Palette): string {
  const heading = HEADINGS.map((text): Cell => ({ text, style: palette.dim }));
  const rows = hostnames.flatMap(({ hostname, holders }) =>
    holders.map((holder): readonly Cell[] => row(hostname, holder, palette)),
  );
  return columns([heading, ...rows]);
}

function row(hostname: string, holder: ClaimHolder, palette: Palette): readonly Cell[] {
  const { claim, firstSeenAt, lastSeenAt, goneAt, marks } = holder;
  const words = [...new Set(marks.map(({ mark }) => mark))];
  const worst = words[0];
  return [
    say(hostname),
    say(claim.app),
    claim.state,
    claim.source ?? '-',
    moment(claim.createdAt),
    moment(firstSeenAt),
    moment(lastSeenAt),
    goneAt !== null
      ? { text: 'gone', style: palette.dim }
      : worst === undefined
        ? ''
        : { text: words.join(', '), style: palette[style(worst)] },
  ];
}

/** `2026-01-31 06:28Z`; `-` for what is not known. */
function moment(at: number | null): string {
  return at === null || !(Math.abs(at) <= 8.64e15)
    ? '-'
    : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
