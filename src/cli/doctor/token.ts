import type { FlyTokenInfo } from '../../fly/index.ts';
import type { Failure } from '../../model/failure.ts';
import { isAppName } from '../../model/hostname.ts';
import { DAY_MS } from '../../model/time.ts';
import type { DoctorFinding } from '../../reports/doctor.ts';

/** What the API said of the token, or how it did not. */
export type TokenAnswer =
  | { readonly token: 'none' }
  | { readonly token: 'failed'; readonly failure: Failure }
  | { readonly token: 'known'; readonly info: FlyTokenInfo };

const WARN_MS = 14 * DAY_MS;

/** Kind, organization, read-only or not, end: what a token for monitoring should be, and is. */
export function judgeToken(answer: TokenAnswer, org: string | null, now: number): readonly DoctorFinding[] {
  const create = `fly tokens create readonly -o ${org !== null && isAppName(org) ? org : 'ORG'} -n tenantwatch -x 8760h`;
  const finding = (
    verdict: DoctorFinding['verdict'],
    text: string,
    ...advice: readonly string[]
  ): DoctorFinding => ({
    id: 'token',
    verdict,
    text,
    advice,
  });
  switch (answer.token) {
    case 'none':
      return [finding('fail', 'There is no token in FLY_ACCESS_TOKEN or FLY_API_TOKEN.', create)];
    case 'failed': {
      const { code, detail } = answer.failure;
      return code === 'unauthorized' || code === 'forbidden'
        ? [finding('fail', `Fly rejects the token: ${detail}`, create)]
        : [finding('unknown', `Fly could not be asked about the token: ${detail}`)];
    }
    case 'known':
      return knownToken(answer.info, org, now, create, finding);
  }
}

function knownToken(
  info: FlyTokenInfo,
  org: string | null,
  now: number,
  create: string,
  finding: (verdict: DoctorFinding['verdict'], text: string, ...advice: readonly string[]) => DoctorFinding,
): readonly DoctorFinding[] {
  const { kind, readOnly, expiresAt, tokens } = info;
  const organizations = [...new Set(tokens.flatMap(({ orgSlug }) => orgSlug ?? []))];
  const apps = tokens.flatMap((token) => token.apps ?? []);
  const findings: DoctorFinding[] = [];
  if (org !== null && organizations.length > 0 && !organizations.includes(org))
    findings.push(
      finding(
        'fail',
        `The token is for ${organizations.join(', ')}, and fly.org is ${org}.`,
        create,
        'or set fly.org to the organization of the token',
      ),
    );
  if (apps.length > 0 && tokens.every((token) => token.apps !== null))
    findings.push(
      finding(
        'fail',
        `The token sees ${apps.slice(0, 5).join(', ')} only, not the whole organization.`,
        create,
      ),
    );
  if (expiresAt !== null && expiresAt - now < WARN_MS)
    findings.push(
      finding(
        expiresAt <= now ? 'fail' : 'warn',
        expiresAt <= now ? `The token ended on ${day(expiresAt)}.` : `The token ends on ${day(expiresAt)}.`,
        create,
      ),
    );
  if (kind === 'bearer')
    findings.push(
      finding(
        'warn',
        'This is a personal token: it may do everything its owner may, and monitoring only reads.',
        create,
      ),
    );
  else if (readOnly === false)
    findings.push(
      finding(
        'warn',
        'The token may change things, and monitoring only reads.',
        create,
        'keep this one for people and pipelines',
      ),
    );
  if (findings.length > 0) return findings;
  const where = organizations.length === 0 ? 'the organization' : organizations.join(', ');
  const rights =
    readOnly === true ? 'reads only' : 'accepted; whether it may change things is not written in it';
  const end = expiresAt === null ? 'its end is not known' : `ends on ${day(expiresAt)}`;
  return [finding('pass', `A token for ${where}: ${rights}, ${end}.`)];
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
