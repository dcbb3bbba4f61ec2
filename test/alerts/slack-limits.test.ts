import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { slackEvent, slackMessage, type SlackMessage } from '../../src/alerts/slack-blocks.ts';
import type { Alert, AlertReason } from '../../src/model/alert.ts';
import type { RemediationStep } from '../../src/model/diagnosis.ts';
import { diagnosis, incident, opened, START } from './fixtures.ts';

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom(
    '',
    '<!channel>',
    '<@U123>',
    '&'.repeat(5000),
    '<'.repeat(3000),
    '\u202e::error::',
    '😀'.repeat(3000),
    '\n```\n*bold*',
    '\\"'.repeat(4000),
  ),
  fc.string({ unit: 'grapheme', maxLength: 4000 }),
);

const step: fc.Arbitrary<RemediationStep> = fc.oneof(
  fc.record({
    kind: fc.constant('command' as const),
    effect: fc.constantFrom('reads' as const, 'changes' as const),
    command: nasty,
    why: nasty,
  }),
  fc.record({ kind: fc.constant('manual' as const), text: nasty, why: nasty }),
);

const alert: fc.Arbitrary<Alert> = fc
  .record({
    reason: fc.constantFrom<AlertReason>('opened', 'changed', 'reminder', 'resolved', 'acknowledged'),
    summary: nasty,
    explanation: nasty,
    evidence: fc.array(nasty, { maxLength: 20 }),
    remediation: fc.array(step, { maxLength: 30 }),
    names: nasty,
    url: fc.option(
      fc.oneof(nasty, fc.webUrl({ withQueryParameters: true }), fc.constant('javascript:alert(1)')),
      { nil: null },
    ),
    members: fc.array(nasty, { maxLength: 100 }),
    firstFailedAt: fc.oneof(fc.constant(START), fc.double()),
    reopened: fc.nat(200),
  })
  .map(
    ({
      reason,
      summary,
      explanation,
      evidence,
      remediation,
      names,
      url,
      members,
      firstFailedAt,
      reopened,
    }) => ({
      ...opened,
      reason,
      incident: {
        ...incident,
        subject: { scope: 'tenant', name: names },
        summary,
        members,
        memberCount: members.length,
        firstFailedAt,
        reopened,
        acknowledged: reason === 'acknowledged' ? { by: names, at: START, note: summary } : null,
      },
      diagnosis: { ...diagnosis, summary, explanation, evidence, remediation },
      tenant: { id: names, hostname: names, app: names, labels: {} },
      links: { runbook: url, incident: url, verify: url },
    }),
  );

const rendering = fc.record({ buttons: fc.boolean(), possibleRepeat: fc.boolean() });

/** Every text object below a value, by its type. */
function texts(
  value: unknown,
  found: { type: string; text: string }[] = [],
): { type: string; text: string }[] {
  if (Array.isArray(value)) for (const one of value as unknown[]) texts(one, found);
  else if (typeof value === 'object' && value !== null) {
    if (
      'type' in value &&
      'text' in value &&
      typeof value.type === 'string' &&
      typeof value.text === 'string'
    )
      found.push({ type: value.type, text: value.text });
    for (const one of Object.values(value) as unknown[]) texts(one, found);
  }
  return found;
}

function check({ text, blocks }: SlackMessage): void {
  assert.ok(text.length > 0 && text.length <= 3000);
  assert.ok(blocks.length > 0 && blocks.length <= 50);
  assert.ok(JSON.stringify(blocks).length <= 13_200, String(JSON.stringify(blocks).length));
  for (const block of blocks) {
    if (block.type === 'header') assert.ok(texts(block.text).every((one) => one.text.length <= 150));
    if (block.type === 'section') {
      assert.ok(texts(block.text).every((one) => one.text.length <= 3000));
      const fields = (block.fields ?? []) as readonly { text: string }[];
      assert.ok(fields.length <= 10);
      assert.ok(fields.every((one) => one.text.length <= 2000));
    }
    if (block.type === 'actions') {
      const elements = block.elements as readonly { text: { text: string }; value: string }[];
      assert.ok(elements.every((one) => one.text.text.length <= 75 && one.value.length <= 2000));
    }
  }
  for (const one of [...texts(blocks), { type: 'mrkdwn', text }]) {
    assert.ok(one.text.length > 0);
    if (one.type !== 'mrkdwn') continue;
    // What is left in angle brackets is a link of ours or a date; every ampersand begins an entity of ours.
    const unknown = one.text.replace(
      /<(https?:\/\/[^<>|\s]+\|[^<>|]+|!date\^-?\d+\^\{date_short_pretty\} \{time_secs\}\|[^<>|]+)>/g,
      '',
    );
    assert.doesNotMatch(unknown, /[<>]/);
    assert.doesNotMatch(one.text, /&(?!amp;|lt;|gt;)/);
  }
}

describe('a Slack message', () => {
  it('keeps within all of Slack’s limits and mentions nobody, whatever it is made of', () => {
    fc.assert(
      fc.property(alert, rendering, (one, how) => {
        check(slackMessage(one, how));
        check(slackEvent(one, how.possibleRepeat, how.buttons));
      }),
      { numRuns: 300 },
    );
  });

  it('shows a command whole or not at all', () => {
    fc.assert(
      fc.property(alert, rendering, (one, how) => {
        const commands = new Set(
          one.diagnosis?.remediation.map((each) => (each.kind === 'command' ? each.command : '')),
        );
        const shown = JSON.stringify(slackMessage(one, how).blocks, (_key, value: unknown) => value);
        for (const [, text] of shown.matchAll(
          /"rich_text_preformatted","elements":\[\{"type":"text","text":("(?:[^"\\]|\\.)*")/g,
        )) {
          assert.ok(commands.has(JSON.parse(text ?? '""') as string));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('gives up explanation and evidence before the commands', () => {
    const why = 'w'.repeat(200);
    const remediation = Array.from({ length: 8 }, (_, index) => ({
      kind: 'command' as const,
      effect: 'reads' as const,
      command: `dig ${'a'.repeat(580)}${index}`,
      why,
    }));
    const long = {
      ...opened,
      diagnosis: {
        ...diagnosis,
        explanation: '&'.repeat(600),
        evidence: Array.from({ length: 4 }, () => '"'.repeat(300)),
        remediation,
      },
    };
    const shown = JSON.stringify(slackMessage(long, { buttons: true, possibleRepeat: false }).blocks);
    for (const { command } of remediation) assert.ok(shown.includes(command));
  });

  it('has no link that is not http', () => {
    for (const incidentUrl of [
      'javascript:alert(1)',
      'https://user:pw@host/',
      'https://h/<!channel>|x',
      'nonsense',
    ]) {
      const links = { runbook: null, incident: incidentUrl, verify: null };
      const shown = JSON.stringify(
        slackMessage({ ...opened, links }, { buttons: false, possibleRepeat: false }),
      );
      assert.doesNotMatch(shown, /javascript:|user:pw|<!channel/);
    }
  });
});
