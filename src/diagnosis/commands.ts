/**
 * Commands that a person will paste. A value gets into one only after it matched a strict pattern, so a hostile
 * hostname in a certificate list can never become a second command; where it does not match, the step says in words
 * what to do and why no command is printed.
 */
import type { CommandStep, Effect, ManualStep, RemediationStep } from '../model/diagnosis.ts';
import { isAppName, isClaimableHostname, isHostname } from '../model/hostname.ts';

/** A value of the case at hand. `text` is null when the value is not strictly valid; `meaning` then stands for it in prose. */
export interface Word {
  readonly text: string | null;
  readonly meaning: string;
}

function word(value: string, valid: boolean, meaning: string): Word {
  return { text: valid ? value : null, meaning };
}

export function host(value: string, meaning = 'the hostname'): Word {
  return word(value, isHostname(value), meaning);
}

/** A hostname that may begin with `*.`: what an app claims. */
export function claimed(value: string, meaning = 'the claimed hostname'): Word {
  return word(value, isClaimableHostname(value), meaning);
}

export function app(value: string, meaning = 'the app'): Word {
  return word(value, isAppName(value), meaning);
}

/** Fly's machine ids are short lower-case hexadecimal words. */
export function machine(value: string): Word {
  return word(value, /^[0-9a-z]{6,32}$/.test(value), 'the machine');
}

/** An IP address without a zone index. */
export function address(value: string): Word {
  return word(value, isIpv4(value) || isIpv6(value), 'the address');
}

export function number(value: number): Word {
  return word(String(value), Number.isSafeInteger(value) && value >= 0, 'the number');
}

/** An organization's slug has the form of an app name. */
export function organization(value: string): Word {
  return word(value, isAppName(value), 'the organization');
}

/** A DNS server, `ip:port` or `[v6]:port`, as dig's arguments: `@ip`, with `-p` where the port is not 53. */
export function dnsServer(value: string): Word {
  const match = /^\[?([0-9a-f.:]+?)\]?:([0-9]{1,5})$/.exec(value);
  const [, ip = '', port = ''] = match ?? [];
  const valid = address(ip).text !== null && Number(port) > 0 && Number(port) < 65_536;
  return word(port === '53' ? `@${ip}` : `@${ip} -p ${port}`, valid, 'the DNS server');
}

/** Our own text within a template: valid by construction. */
export function literal(text: string): Word {
  return { text, meaning: text };
}

/** What follows a command's `verify`: the tenant's id, its hostname where the id is no plain word. */
export function tenantName(id: string, hostname: string): Word {
  if (isAppName(id) || isHostname(id)) return word(id, true, 'the tenant');
  return host(hostname, 'the tenant');
}

function isIpv4(value: string): boolean {
  const parts = value.split('.');
  return (
    parts.length === 4 && parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part) && Number(part) < 256)
  );
}

/** Strict enough to be safe in a shell and to be an address: groups of hexadecimal digits, one `::` at most. */
function isIpv6(value: string): boolean {
  if (!/^[0-9a-f:]{2,39}$/.test(value) || value.split('::').length > 2) return false;
  if (/^:[^:]|[^:]:$|:::/.test(value)) return false;
  const groups = value.split(':').filter((group) => group !== '');
  if (groups.some((group) => group.length > 4)) return false;
  return value.includes('::') ? groups.length < 8 : groups.length === 8;
}

/** Either a text that is safe to paste into a POSIX shell, or what made that impossible. */
export type ShellCommand =
  | { readonly safe: true; readonly text: string }
  | { readonly safe: false; readonly because: readonly string[] };

/** Builds a command from our own literal text and checked words; a word with shell characters (`*`) is quoted. */
export function shell(literals: TemplateStringsArray, ...words: readonly Word[]): ShellCommand {
  const because = words.filter((each) => each.text === null).map((each) => each.meaning);
  if (because.length > 0) return { safe: false, because: [...new Set(because)] };
  return { safe: true, text: interleave(literals, words, (each) => quoted(each.text ?? '')) };
}

/** A sentence with checked words; what is not valid is named by its meaning. */
export function prose(literals: TemplateStringsArray, ...words: readonly Word[]): string {
  return interleave(literals, words, (each) => each.text ?? each.meaning);
}

function interleave(
  literals: TemplateStringsArray,
  words: readonly Word[],
  render: (word: Word) => string,
): string {
  return literals.reduce((text, literal, index) => {
    const before = words[index - 1];
    return text + (before === undefined ? '' : render(before)) + literal;
  }, '');
}

function quoted(text: string): string {
  return text.includes('*') ? `'${text}'` : text;
}

/** Several words as one, in the order given. */
export function joined(words: readonly Word[], separator: string, meaning: string): Word {
  const texts = words.map((each) => each.text);
  return { text: texts.includes(null) || texts.length === 0 ? null : texts.join(separator), meaning };
}

/** `instead` says in words what the command would do; it is shown where no safe command exists. */
function step(effect: Effect, command: ShellCommand, why: string, instead: string): RemediationStep {
  if (command.safe) return { kind: 'command', effect, command: command.text, why } satisfies CommandStep;
  const names = command.because.join(' and ');
  const text = `${instead} No command is printed: the name of ${names} is not made of letters, digits and hyphens alone, and pasting it into a shell could do something else.`;
  return { kind: 'manual', text, why } satisfies ManualStep;
}

/** Changes nothing, neither here nor there. */
export function reads(command: ShellCommand, why: string, instead: string): RemediationStep {
  return step('reads', command, why, instead);
}

/** Makes Fly validate again and may start issuance: at most once, never in a loop. */
export function revalidates(command: ShellCommand, why: string, instead: string): RemediationStep {
  return step('revalidates', command, why, instead);
}

export function changes(command: ShellCommand, why: string, instead: string): RemediationStep {
  return step('changes', command, why, instead);
}

export function byHand(text: string, why: string): ManualStep {
  return { kind: 'manual', text, why };
}
