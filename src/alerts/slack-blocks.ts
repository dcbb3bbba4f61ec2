import type { Alert, Message } from '../model/alert.ts';
import { HOUR_MS } from '../model/time.ts';
import { describeAlert, describeNotice, stepLine, type AlertText, type Fact, type Step } from './message.ts';

/**
 * Slack's Block Kit within Slack's limits: header 150, section 3000, 10 fields of 2000, 50 blocks, and about 13,200
 * characters in all, measured here as JSON, which counts more than Slack does.
 */
export interface SlackMessage {
  /** For notifications and clients without blocks. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

export type SlackBlock = Readonly<Record<string, unknown>> & { readonly type: string };

export interface SlackRendering {
  /** Only where an app answers: a button that does nothing is worse than none. */
  readonly buttons: boolean;
  readonly possibleRepeat: boolean;
}

const MAX_JSON = 12_500;

const SIGNS: Readonly<Record<AlertText['state'] | 'warning' | 'info', string>> = {
  firing: '🔴',
  warning: '🟠',
  info: '🔵',
  acknowledged: '👀',
  resolved: '✅',
};

/** The whole message. */
export function slackMessage(message: Message, { buttons, possibleRepeat }: SlackRendering): SlackMessage {
  if (!('incident' in message)) {
    const text = escaped(describeNotice(message), 2900);
    return { text, blocks: [section(text)] };
  }
  const text = describeAlert(message, possibleRepeat);
  const blocks = alertBlocks(message, text, buttons);
  return { text: fallback(text), blocks };
}

/** One event. `alone`: it is read without the message that it belongs to, and names the site. */
export function slackEvent(alert: Alert, possibleRepeat: boolean, alone: boolean): SlackMessage {
  const text = describeAlert(alert, possibleRepeat);
  const { headline, news } = text;
  const line = news === '' ? headline : alone ? `${headline}. ${news}` : news;
  const shown = escaped(`${sign(text)} ${line}`, 1000);
  return { text: shown, blocks: [section(shown)] };
}

function fallback(text: AlertText): string {
  const news = text.news === '' ? '' : ` ${text.news}`;
  return escaped(`${sign(text)} ${text.headline}.${news} ${text.what}`, 1500);
}

function sign({ state, severity }: AlertText): string {
  return state === 'firing' && severity !== 'critical' ? SIGNS[severity] : SIGNS[state];
}

function alertBlocks(alert: Alert, text: AlertText, buttons: boolean): readonly SlackBlock[] {
  const head: SlackBlock[] = [
    {
      type: 'header',
      text: { type: 'plain_text', text: cut(`${sign(text)} ${text.headline}`, 150), emoji: false },
    },
    saidBlock(text),
  ];
  const why = text.why === '' ? [] : [plain(text.why)];
  const facts = factBlocks(text.facts);
  const evidence = text.evidence.length === 0 ? [] : [evidenceBlock(text.evidence)];
  const steps = text.steps.length === 0 ? [] : [stepsBlock(text.steps)];
  const tail = [
    ...(text.links.length === 0 ? [] : [linksBlock(text)]),
    ...(buttons && text.state !== 'resolved' ? [buttonsBlock(alert, text)] : []),
  ];
  // Texts are bounded one by one; what is left to bound is their sum. What explains goes before what repairs.
  const candidates: readonly (readonly SlackBlock[])[] = [
    [...head, ...why, ...facts, ...evidence, ...steps, ...tail],
    [...head, ...facts, ...evidence, ...steps, ...tail],
    [...head, ...facts, ...steps, ...tail],
    [...head, ...steps, ...tail],
    [...head, section('The steps are too long for Slack: see the incident page or the runbook.'), ...tail],
    [...head, section('The steps are too long for Slack: see the incident page or the runbook.')],
  ];
  return candidates.find((blocks) => JSON.stringify(blocks).length <= MAX_JSON) ?? head.slice(0, 1);
}

function factBlocks(facts: readonly Fact[]): readonly SlackBlock[] {
  const fields = facts.slice(0, 10).map(({ label, value, at }) => {
    const shown = escaped(value, 1500);
    const inZone =
      at === undefined ? shown : `<!date^${Math.floor(at / 1000)}^{date_short_pretty} {time_secs}|${shown}>`;
    return mrkdwn(`*${escaped(label, 100)}*\n${inZone}`);
  });
  return fields.length === 0 ? [] : [{ type: 'section', fields }];
}

/** News first, and what is wrong below it. */
function saidBlock({ news, what }: AlertText): SlackBlock {
  if (news === '') return plain(what);
  return {
    type: 'rich_text',
    elements: [bold(news), { type: 'rich_text_section', elements: [literal(what)] }],
  };
}

// Rich text elements are literal: what a tenant controls cannot become a mention, a link or a format in them.
function evidenceBlock(evidence: readonly string[]): SlackBlock {
  return {
    type: 'rich_text',
    elements: [
      bold('Evidence'),
      {
        type: 'rich_text_list',
        style: 'bullet',
        elements: evidence.map((line) => ({ type: 'rich_text_section', elements: [literal(line)] })),
      },
    ],
  };
}

function stepsBlock(steps: readonly Step[]): SlackBlock {
  const elements = steps.flatMap((step, index) => {
    const line = { type: 'rich_text_section', elements: [literal(`${index + 1}. ${stepLine(step)}\n`)] };
    // A block of its own for each command, and nothing else in it: it copies clean.
    return step.command === null
      ? [line]
      : [line, { type: 'rich_text_preformatted', elements: [literal(step.command)] }];
  });
  return { type: 'rich_text', elements: [bold('What to do'), ...elements] };
}

function bold(text: string): object {
  return {
    type: 'rich_text_section',
    elements: [{ type: 'text', text: `${text}\n`, style: { bold: true } }],
  };
}

/** Slack refuses an empty text. */
function literal(text: string): object {
  return { type: 'text', text: text === '' ? ' ' : text };
}

function linksBlock({ links }: AlertText): SlackBlock {
  return section(
    links.map(({ label, url }) => `<${url.replaceAll('&', '&amp;')}|${escaped(label, 75)}>`).join(' · '),
  );
}

function buttonsBlock({ incident }: Alert, { state }: AlertText): SlackBlock {
  const acknowledge = state === 'acknowledged' ? [] : [button('Acknowledge', 'acknowledge', incident.id)];
  return {
    type: 'actions',
    block_id: 'tenantwatch',
    elements: [
      ...acknowledge,
      ...[1, 8].map((hours) => button(`Silence ${hours} h`, `silence:${hours * HOUR_MS}`, incident.id)),
    ],
  };
}

function button(text: string, actionId: string, value: string): object {
  return {
    type: 'button',
    text: { type: 'plain_text', text },
    action_id: actionId,
    value: value.slice(0, 2000),
  };
}

/** For text of our own with links; what comes from outside is escaped before. `verbatim`: nothing is linked by guess. */
function section(text: string): SlackBlock {
  return { type: 'section', text: mrkdwn(text) };
}

function mrkdwn(text: string): object {
  return { type: 'mrkdwn', text: text === '' ? ' ' : text, verbatim: true };
}

/** No markup at all. */
function plain(text: string): SlackBlock {
  return { type: 'section', text: { type: 'plain_text', text: text === '' ? ' ' : text, emoji: false } };
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Slack's escaping, which stops `<!channel>` as well; at most `maxLength` after it, no entity cut in two. */
function escaped(text: string, maxLength: number): string {
  let shown = '';
  for (const character of text) {
    const next = ENTITIES[character] ?? character;
    if (shown.length + next.length > maxLength - 1) return `${shown}…`;
    shown += next;
  }
  return shown;
}

/** By UTF-16 units, the stricter way to count; no character is cut in two. */
function cut(text: string, maxLength: number): string {
  let shown = '';
  for (const character of text) {
    if (shown.length + character.length > maxLength - 1) return `${shown}…`;
    shown += character;
  }
  return shown;
}
