import type { CheckResult } from '../model/check.ts';
import type { Json } from '../model/json.ts';
import { spokenTime } from '../model/spoken.ts';
import { block } from './markdown-blocks.ts';
import type { PostMortemFacts } from './post-mortem-facts.ts';
import { checkText } from './wording.ts';

/** What was seen from outside when it was worst, and what worked at the same time. */
export function symptoms({ worst, platformState }: PostMortemFacts): string {
  if (worst === null) return 'No failing run is kept any more.';
  const { checks, hostname } = worst.result;
  const failing = checks.filter(({ verdict }) => verdict === 'fail' || verdict === 'unknown');
  const working = checks.filter(({ verdict }) => verdict === 'pass' || verdict === 'warn');
  const controls = platformState === null ? [] : platformState.result.checks;
  const others = controls.filter(({ id }) => id === 'control-handshake' || id === 'wildcard-dns');
  return [
    `A run at ${spokenTime(worst.at)} saw of \`${hostname.replaceAll('`', "'")}\`:`,
    block('', failing.flatMap(lines)),
    ...(working.length === 0 ? [] : ['Meanwhile:', block('', working.flatMap(lines))]),
    ...(others.length === 0
      ? []
      : ['And other names under the same wildcard:', block('', others.flatMap(lines))]),
  ].join('\n\n');
}

const MAX_LINES = 12;

function lines(check: CheckResult): readonly string[] {
  return [`${check.verdict}: ${check.id}: ${checkText(check)}`, ...details(check).slice(0, MAX_LINES)];
}

function details({ id, evidence }: CheckResult): readonly string[] {
  switch (id) {
    case 'tls-handshake':
      return entries(evidence.addresses).map(attempts);
    case 'control-handshake':
      return entries(evidence.controls).map(
        (control) =>
          `      ${text(control.name)}: handshake ${text(control.outcome)}${
            typeof control.status === 'number'
              ? `, then HTTP ${control.status} (no such tenant; a 502 is normal here)`
              : ''
          }`,
      );
    case 'tenant-certificates':
    case 'management-certificate':
      return entries(evidence.claims).map(
        (claim) => `      ${text(claim.hostname)}  ${text(claim.status)}  created ${text(claim.createdAt)}`,
      );
    default:
      return [];
  }
}

function attempts(rate: Entry): string {
  const of = `${text(rate.succeeded)} of ${text(rate.attempts)} handshakes succeeded`;
  const reason = rate.reason ?? rate.failure;
  return `      ${text(rate.address)}: ${of}${typeof reason === 'string' ? ` (${reason})` : ''}`;
}

type Entry = Readonly<Record<string, Json | undefined>>;

function entries(value: Json | undefined): readonly Entry[] {
  return Array.isArray(value)
    ? value.filter(
        (one: Json): one is Entry & Json => typeof one === 'object' && one !== null && !Array.isArray(one),
      )
    : [];
}

function text(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : 'not known';
}
