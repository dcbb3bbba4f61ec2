import type { TargetDecision } from '../guard/certificate-target.ts';
import { PLAIN, type Palette } from './palette.ts';
import { say } from './wording.ts';
import { wrap } from './wrap.ts';

/** What `guard certs` found out. */
export interface GuardResult extends TargetDecision {
  readonly schema: 'tenantwatch.guard/1';
  readonly hostname: string;
  readonly app: string;
  /** Whose claims were looked at: of the organization by Fly's API, by a daemon, or none. */
  readonly claims: 'fly' | 'daemon' | 'none';
}

const STYLE = { allowed: 'good', refused: 'bad', unknown: 'doubtful' } as const;
const WORDS = { allowed: 'allowed', refused: 'refused', unknown: 'could not tell' } as const;

/** The decision for people: what, why, what to run instead. Ends with a newline. */
export function guardReport(result: GuardResult, palette: Palette = PLAIN): string {
  const { decision, reason, text, command } = result;
  const asked = `${say(result.hostname)} on ${say(result.app)}`;
  const lines = [
    `${palette[STYLE[decision]](WORDS[decision])}: ${asked} (${say(reason)})`,
    wrap(say(text), 2),
    ...(command === null
      ? []
      : [
          reason === 'claimed-elsewhere' ? '  First run' : '  Run instead',
          `    ${palette.command(say(command))}`,
        ]),
  ];
  return `${lines.join('\n')}\n`;
}
