import { originLine, troubleLine, type Findings, type ReleaseAround } from '../forensics/investigate.ts';
import { spokenGap, spokenTime } from '../model/spoken.ts';
import { columns } from './columns.ts';
import { PLAIN, type Palette } from './palette.ts';
import { say } from './wording.ts';
import { wrap } from './wrap.ts';

/** What `forensics` prints for people: the sentence first, then what it rests on. Ends with a newline. */
export function forensicsText(findings: Findings, palette: Palette = PLAIN): string {
  const { tenant, origin, releases, requestPath, unknowns } = findings;
  const sections = [
    palette.bold(`${say(tenant.hostname)} (${say(tenant.app)})`),
    [wrap(say(originLine(findings)), 0), ...points(origin.because)].join('\n'),
    certificate(findings),
    ...(releases.length === 0
      ? []
      : [
          `${findings.claim === null ? 'Latest releases' : 'Releases around it'}\n${columns(releases.map(releaseRow))}`,
        ]),
    runs(findings, palette),
    [
      wrap(`How far requests came: ${say(requestPath.sentence)} (${requestPath.certainty})`, 0),
      ...points(requestPath.hops.map(({ text }) => text)),
    ].join('\n'),
    ...(unknowns.length === 0 ? [] : [['Not known', ...points(unknowns)].join('\n')]),
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function points(texts: readonly string[]): readonly string[] {
  return texts.map((text) => `  - ${wrap(say(text), 4).trimStart()}`);
}

function certificate({ claim, origin }: Findings): string {
  if (claim === null) return '';
  const { hostname, app, status, createdAt, firstSeenAt, goneAt } = claim;
  const rows = [
    ['host name', say(hostname)],
    ['on', say(app)],
    ['Fly says', say(status)],
    ['created', createdAt === null ? 'not known' : spokenTime(createdAt)],
    ['first seen', spokenTime(firstSeenAt)],
    ['gone', goneAt === null ? 'it is still there' : spokenTime(goneAt)],
  ];
  const companions = origin.companions.map(
    (one) =>
      `${say(one.hostname)} on ${say(one.app)}, ${spokenGap(Math.abs(one.apartMs))} ${one.apartMs < 0 ? 'before' : 'after'} it`,
  );
  return [
    `The certificate\n${columns(rows)}`,
    ...(companions.length === 0 ? [] : [['Others of the same minutes', ...points(companions)].join('\n')]),
  ].join('\n\n');
}

function releaseRow(release: ReleaseAround): readonly string[] {
  const { app, version, createdAt, user, reason, image, certificateAfterMs } = release;
  const against =
    certificateAfterMs === null
      ? ''
      : `${spokenGap(Math.abs(certificateAfterMs))} ${certificateAfterMs < 0 ? 'after' : 'before'} the certificate`;
  return [
    spokenTime(createdAt),
    `v${version} of ${say(app)}`,
    against,
    say([user, reason, image].filter((text) => text !== null && text !== '').join(', ')),
  ];
}

function runs(findings: Findings, palette: Palette): string {
  const line = troubleLine(findings);
  if (line === null) return '';
  const { lastGoodAt, firstFailedAt, firstRefusedAt, lastFailedAt, firstGoodAt } = findings.runs;
  const marks: readonly (readonly [string, number | null])[] = [
    ['last good run', lastGoodAt],
    ['first failing run', firstFailedAt],
    ['first refused handshake', firstRefusedAt],
    ['last failing run', lastFailedAt],
    ['first good run', firstGoodAt],
  ];
  const rows = marks.flatMap(([name, at]) => (at === null ? [] : [[name, spokenTime(at)]]));
  return `${line}\n${palette.dim(columns(rows))}`;
}
