import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import pino from 'pino';
import { emailText } from '../../src/alerts/email.ts';
import { createNotifiers, type ChannelOptions } from '../../src/alerts/index.ts';
import { slackMessage } from '../../src/alerts/slack-blocks.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import type { Alert } from '../../src/model/alert.ts';
import type { Diagnosis, TenantResult } from '../../src/model/diagnosis.ts';
import { plainText } from '../../src/model/text.ts';
import { githubAnnotations, githubSummary } from '../../src/reports/github.ts';
import { jsonReport } from '../../src/reports/json.ts';
import { junitReport } from '../../src/reports/junit.ts';
import { markdownReport } from '../../src/reports/markdown.ts';
import { prettyReport } from '../../src/reports/pretty.ts';
import { plainLog } from '../../src/wiring/plain-log.ts';
import { opened, realClock, secret, sendContext } from '../alerts/fixtures.ts';
import { startReceiver } from '../alerts/receiver.ts';
import { databaseHost } from '../cli/database-host.ts';
import { testApp } from '../http/app.ts';
import { CLAIM, result, tenantResult } from '../reports/results.ts';
import { anIncident, aRun, T0 } from '../store/fixtures.ts';
import { HOSTILE_TEXTS } from './corpus.ts';

/** The least that there must be; more is better. */
const BEHAVIOURS = 60;
const RULES = { strict: false };
const HARMLESS = 'harmless';

/** All that a program or a person must never get from us: controls, directions, what is invisible, half characters. */
const UNPRINTABLE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]|\p{Cs}/u;
const COMMAND = /^\s*::|##\[/mu;

function finding(text: string): Diagnosis {
  return {
    ...CLAIM,
    summary: text,
    explanation: text,
    evidence: [text, text],
    remediation: [
      { kind: 'command', effect: 'changes', command: text, why: text },
      { kind: 'manual', text, why: text },
    ],
  };
}

/** The text in every place that is not from a closed set. */
function tenantWith(text: string): TenantResult {
  const { checks } = tenantResult();
  return tenantResult({
    tenant: text,
    hostname: text,
    app: text,
    verdict: 'fail',
    checks: checks.map((check) => ({
      ...check,
      verdict: 'fail',
      reason: 'server-error',
      summary: text,
      evidence: { [text]: text },
    })),
    diagnosis: finding(text),
    alsoFound: [finding(text)],
  });
}

function alertWith(text: string): Alert {
  const { incident, deploy } = opened;
  // Names are what the incident is known by; they were made plain where they came in.
  const name = plainText(text) || HARMLESS;
  return {
    ...opened,
    diagnosis: finding(text),
    incident: {
      ...incident,
      summary: text,
      members: [name],
      memberCount: 1,
      subject: { scope: 'tenant', name },
      acknowledged: { by: name, at: T0, note: text },
    },
    tenant: { id: name, hostname: name, app: name, labels: { [name]: name } },
    deploy: deploy === null ? null : { ...deploy, user: text, reason: text, description: text },
    origin: text,
  };
}

/** Names of elements and attributes, in order: what is left of markup when all text is taken out. */
function structure(markup: string): readonly string[] {
  const tag = /<([/!?]?[a-z][a-z0-9-]*)((?:\s+[a-z:-]+(?:="[^"]*")?)*)\s*[/?]?>/giu;
  const found = [...markup.matchAll(tag)].map(([, name = '', attributes = '']) =>
    `${name}${attributes.replace(/="[^"]*"/gu, '').replace(/\s+/gu, ' ')}`.trimEnd(),
  );
  // Whatever opens an element must be one of those.
  assert.equal(
    markup.match(/<(?![\s\d=])/gu)?.length ?? 0,
    found.length,
    'a bracket that opens nothing of ours',
  );
  return found;
}

function assertPrintable(text: string, what: string): void {
  const found = UNPRINTABLE.exec(text);
  assert.equal(found, null, `${what} prints U+${found?.[0].codePointAt(0)?.toString(16) ?? ''}`);
}

describe('hostile texts', () => {
  it('are many, each another one', () => {
    const texts = Object.values(HOSTILE_TEXTS);
    assert.equal(new Set(texts).size, texts.length);
    assert.ok(texts.length >= BEHAVIOURS, `${String(texts.length)} of ${String(BEHAVIOURS)}`);
  });

  const harmless = result([tenantWith(HARMLESS)]);
  for (const [name, text] of Object.entries(HOSTILE_TEXTS))
    it(`${name}: is text in every report and message`, () => {
      const verification = result([tenantWith(text)]);
      const printed = {
        pretty: prettyReport(verification, RULES),
        json: jsonReport(verification),
        junit: junitReport(verification, RULES),
        annotations: githubAnnotations(verification, RULES),
        markdown: markdownReport(verification, RULES),
        summary: githubSummary(verification, RULES),
        mail: emailText(alertWith(text), 'watch@example.com', false).text,
      };
      for (const [format, output] of Object.entries(printed)) {
        assertPrintable(output, format);
        if (format !== 'annotations' && format !== 'mail') assert.doesNotMatch(output, COMMAND, format);
      }
      for (const line of printed.annotations.trimEnd().split('\n'))
        assert.match(line, /^::(?:error|warning) title=[^:,]*::/u);
      assert.deepEqual(JSON.parse(printed.json), JSON.parse(JSON.stringify(verification)));
      assert.deepEqual(structure(printed.junit), structure(junitReport(harmless, RULES)));
      // Only the runbook is a link, and it is ours.
      for (const markdown of [printed.markdown, printed.summary]) {
        assert.doesNotMatch(
          withoutCode(markdown),
          /<(?!\/?(?:details|summary)>)|https?:\/\/evil|(?<!\\)\[(?![a-z-]+\]\(https:\/\/runbooks\.example\/)/u,
        );
      }
      // Mail is text; what stands in its headers has one line.
      assert.doesNotMatch(emailText(alertWith(text), 'watch@example.com', false).subject, /[\r\n]/u);
      const slack = slackMessage(alertWith(text), { buttons: true, possibleRepeat: false });
      assert.ok(slack.blocks.length <= 50);
      assert.ok(JSON.stringify(slack).length < 40_000);
      assertPrintable(JSON.stringify(slack).replaceAll('\\n', ''), 'Slack');
      // In mrkdwn only dates and links of ours stand in angle brackets; rich text interprets nothing.
      for (const field of mrkdwnOf(slack.blocks))
        assert.doesNotMatch(
          field,
          /<(?!!date\^\d+\^\{[^<>|]*\|[^<>|]*>|https:\/\/(?:runbooks|watch)\.example\/[^<>|]*\|(?:Runbook|Incident)>)/u,
        );
      assert.doesNotMatch(slack.text, /<[!@#h]/u);
    });

  it('are text in what other channels are sent', async (context) => {
    const receiver = await startReceiver({ status: 202 });
    context.after(receiver.close);
    const channels: readonly ChannelOptions[] = [
      { type: 'pagerduty', name: 'p', routingKey: secret('key'), url: receiver.url },
      { type: 'alertmanager', name: 'a', urls: [receiver.url] },
      { type: 'webhook', name: 'w', url: secret(receiver.url), secret: secret('whsec_c2VjcmV0') },
    ];
    const settings = { userAgent: 'test', clock: realClock, timeoutMs: 5_000 };
    for (const channel of channels) {
      const [notifier] = createNotifiers([channel], settings);
      assert.ok(notifier);
      context.after(() => notifier.close?.());
      const sent = async (text: string): Promise<string> => {
        const before = receiver.received.length;
        const { result: outcome } = await notifier.send(alertWith(text), sendContext());
        assert.equal(outcome, 'sent', channel.type);
        return receiver.received[before]?.body ?? '';
      };
      for (const [name, text] of Object.entries(HOSTILE_TEXTS)) {
        const body = await sent(text);
        assert.ok(
          body.length < 64 * 1024,
          `${channel.type} is sent ${String(body.length)} octets of ${name}`,
        );
        assertPrintable(body, `${channel.type}: ${name}`);
        JSON.parse(body);
      }
    }
  });

  it('are text on the pages', async (context) => {
    const { pagesWith } = await aFleet(context);
    const expected = await pagesWith(HARMLESS);
    for (const [name, text] of Object.entries(HOSTILE_TEXTS)) {
      const pages = await pagesWith(text);
      for (const [index, page] of pages.entries()) {
        assert.deepEqual(
          structure(page).filter(isNotBreak),
          structure(expected[index] ?? '').filter(isNotBreak),
          name,
        );
        assert.doesNotMatch(page, /(?:href|src|action)="(?!\/|#|https:\/\/|\?)[^"]/u, name);
      }
    }
  });

  it('are one line of the log, whatever a library says', () => {
    for (const [name, text] of Object.entries(HOSTILE_TEXTS)) {
      const lines: string[] = [];
      const logger = plainLog(pino({ base: null }, { write: (line) => lines.push(line) }));
      logger.warn({ [name]: text, error: `Error: ${text}`, nested: { text, list: [text] } }, text);
      const [line = '', ...others] = lines;
      assert.deepEqual(others, []);
      assert.match(line, /\}\n$/u);
      assertPrintable(line.trimEnd(), name);
      assert.doesNotMatch(JSON.stringify(JSON.parse(line)), /\\[nrbft]|\\u00/u, name);
      assert.ok(line.length < 20_000);
    }
  });

  it('are values of labels in metrics', async () => {
    const metrics = createMetrics({ version: '1', perTenant: true });
    const texts = Object.values(HOSTILE_TEXTS)
      .map((text) => plainText(text))
      .filter((text) => text !== '');
    for (const tenant of texts)
      metrics.tenant({
        tenant,
        success: true,
        lastRunAt: T0,
        problems: [{ code: 'site-error', severity: 'critical' }],
      });
    metrics.certificates(new Map(texts.map((text) => [text, T0])));
    for (const line of (await metrics.render()).trimEnd().split('\n')) {
      assertPrintable(line, line);
      if (line === '' || line.startsWith('#')) continue;
      assert.match(line, /^tenantwatch_\w+(?:\{(?:\w+="(?:[^"\\]|\\["\\n])*",?)+\})? \S+$/u);
    }
  });

  it('are text in what the command line reads from the database', async (context) => {
    const { store, command } = databaseHost(context);
    const texts = Object.values(HOSTILE_TEXTS).map((text) => text.slice(0, 500));
    for (const [index, text] of texts.entries()) {
      store.saveResult(result([tenantWith(text)]), { trigger: 'gate' });
      store.runs.append([
        { run: aRun(text, T0 - index, { verdict: 'fail', code: 'site-error' }), evidence: tenantWith(text) },
      ]);
    }
    store.commitIncidents(
      texts.map((text, index) => ({
        incident: anIncident(`i${String(index)}`, {
          subject: { scope: 'tenant', name: text },
          summary: text,
        }),
        events: [{ incident: `i${String(index)}`, at: T0, kind: 'note', by: text, text }],
        deliveries: [],
      })),
    );
    const outputs: [string, string][] = [];
    for (const args of [
      ['status'],
      ['status', '--json'],
      ['incidents'],
      ['incidents', '--json'],
      ['availability', '--since', '30d'],
      ['history', texts[0] ?? ''],
      ...texts.map((_, index) => ['incidents', 'show', `i${String(index)}`]),
    ]) {
      const { stdout, stderr } = await command(...args);
      outputs.push([args.join(' '), stdout + stderr]);
    }
    for (const [what, output] of outputs) {
      assert.notEqual(output, '', what);
      assertPrintable(output, what);
      assert.doesNotMatch(output, COMMAND, what);
    }
    const { stdout: csv } = await command('export', '--format', 'csv');
    const records = csvRecords(csv);
    assert.ok(records.length > BEHAVIOURS);
    for (const record of records) {
      assert.equal(record.length, records[0]?.length);
      for (const field of record) assert.doesNotMatch(field, /^[=+\-@\t\r]/u);
    }
  });

  it('take time that does not grow with what they do', () => {
    // A hundred times as much takes about as long, since it is cut first; a slow pattern would take ten thousand times as long.
    const took = (length: number): number => {
      const texts = [...Object.values(HOSTILE_TEXTS), 'a\u0300', '\u001b]', '<', '`', '\\'].map((text) =>
        text.repeat(Math.ceil(length / text.length)),
      );
      const start = process.cpuUsage().user;
      for (const text of texts) assert.ok(Array.from(plainText(text)).length <= 200);
      return process.cpuUsage().user - start;
    };
    took(10_000);
    const short = took(10_000);
    assert.ok(took(1_000_000) < 100 * short + 200_000);
  });
});

/** What a text with a dot in it is given so that it can break: a name that stands for itself, and places. */
const isNotBreak = (tag: string): boolean => !['wbr', 'bdi', '/bdi'].includes(tag);

/** A daemon with one tenant, whose texts are all the same, and its pages. */
async function aFleet(context: TestContext) {
  const { app, context: daemon } = await testApp(context);
  const pagesWith = async (text: string): Promise<readonly string[]> => {
    // As long as a path may be.
    const id = text.slice(0, 90).toWellFormed();
    daemon.fleet.setTenants([{ id, hostname: text, app: text, labels: { [text]: text } }]);
    daemon.fleet.setResult({ ...tenantWith(text), tenant: id }, T0);
    const incident = anIncident('one', {
      subject: { scope: 'tenant', name: id },
      summary: text,
      diagnosis: finding(text),
    });
    daemon.store.commitIncidents([{ incident, events: [], deliveries: [] }]);
    const paths = [
      '/',
      `/tenants/${encodeURIComponent(id)}`,
      '/incidents/one',
      '/silences',
      '/settings',
      `/?search=${encodeURIComponent(id)}`,
    ];
    const pages: string[] = [];
    for (const path of paths) pages.push((await app.inject(path)).body);
    return pages;
  };
  return { pagesWith };
}

function mrkdwnOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(mrkdwnOf);
  if (typeof value !== 'object' || value === null) return [];
  const { type, text } = value as { readonly type?: unknown; readonly text?: unknown };
  return [
    ...(type === 'mrkdwn' && typeof text === 'string' ? [text] : []),
    ...Object.values(value).flatMap(mrkdwnOf),
  ];
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^ *(`{3,})(?:sh)?\n[\s\S]*?^ *\1$/gmu, '').replace(/(`+)[^`][\s\S]*?\1/gu, '');
}

/** RFC 4180. */
function csvRecords(text: string): readonly (readonly string[])[] {
  const records: string[][] = [[]];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gu)) {
    records.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === '\r\n') records.push([]);
    if (end === '') break;
  }
  return records.filter((record) => record.length > 1);
}
