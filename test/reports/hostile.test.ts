import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { githubAnnotations, githubOutputs, githubSummary } from '../../src/reports/github.ts';
import { jsonReport } from '../../src/reports/json.ts';
import { junitReport } from '../../src/reports/junit.ts';
import { escapeMarkdown } from '../../src/reports/markdown-blocks.ts';
import { markdownReport } from '../../src/reports/markdown.ts';
import { prettyReport } from '../../src/reports/pretty.ts';
import { CLAIMED_TENANT, HEALTHY, hostileResult, hostileText, OUTAGE, result } from './results.ts';

const RUNS = { numRuns: 150 };
const RULES = { strict: false };

/** Controls but for the line feed that a report itself writes, DEL, C1, bidirectional and invisible formatting. */

const UNPRINTABLE =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Cs}/u;

function assertPrintable(text: string): void {
  const found = UNPRINTABLE.exec(text);
  assert.equal(found, null, `U+${found?.[0].codePointAt(0)?.toString(16) ?? ''} is printed`);
}

/** What GitHub's runner would take for a command to itself. */
function assertNoCommand(text: string): void {
  assert.doesNotMatch(text, /^\s*::|##\[/m);
}

const schema = JSON.parse(
  readFileSync(new URL('../../docs/schemas/verify.schema.json', import.meta.url), 'utf8'),
) as object;
const ajv = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true });
formats.default(ajv);
const validate = ajv.compile(schema);

describe('whatever a tenant writes into any field', () => {
  it('the terminal gets printable text only, and no line of it is a workflow command', () => {
    fc.assert(
      fc.property(hostileResult, (verification) => {
        const text = prettyReport(verification, RULES);
        assertPrintable(text);
        assertNoCommand(text);
      }),
      RUNS,
    );
  });

  it('JSON parses back to the same, is printable, and fits its schema', () => {
    fc.assert(
      fc.property(hostileResult, (verification) => {
        const text = jsonReport(verification);
        assertPrintable(text);
        assertNoCommand(text);
        const parsed: unknown = JSON.parse(text);
        assert.deepEqual(parsed, JSON.parse(JSON.stringify(verification)));
        assert.ok(validate(parsed), JSON.stringify(validate.errors?.slice(0, 2)));
      }),
      RUNS,
    );
  });

  it('JUnit stays well-formed XML 1.0 with the elements that it should have', () => {
    fc.assert(
      fc.property(hostileResult, (verification) => {
        const text = junitReport(verification, RULES);
        assertPrintable(text);
        assertNoCommand(text);
        const cases = verification.tenants.length * 9 + 5 + 4;
        assert.equal(elements(text).filter((name) => name === 'testcase').length, cases);
      }),
      RUNS,
    );
  });

  it('GitHub gets at most 10 errors and 10 warnings, each one line that begins with its command', () => {
    fc.assert(
      fc.property(hostileResult, (verification) => {
        const lines = githubAnnotations(verification, RULES).split('\n').slice(0, -1);
        for (const line of lines) {
          assertPrintable(line);
          assert.match(line, /^::(error|warning) title=[^:,]*::/);
        }
        for (const level of ['error', 'warning'])
          assert.ok(lines.filter((line) => line.startsWith(`::${level}`)).length <= 10);
      }),
      RUNS,
    );
  });

  it('Markdown has neither HTML, links, mentions nor tables but its own', () => {
    fc.assert(
      fc.property(hostileResult, (verification) => {
        const text = markdownReport(verification, RULES);
        assertPrintable(text);
        assertNoCommand(text);
        // The address of a runbook is ours, and the only link.
        const prose = withoutCode(text).replace(/^Runbook: \[[a-z.-]+\]\(https?:[^)\s]+\)$/gm, '');
        assert.doesNotMatch(prose, /</);
        assert.doesNotMatch(prose, /https?:\/\/|www\./i);
        assert.doesNotMatch(prose, /@[a-z]/i);
        // Every bracket, and every backtick outside code, is escaped.
        assert.doesNotMatch(prose, /(?<!\\)[[\]`]/);
      }),
      RUNS,
    );
  });

  it('escaped Markdown says what the text said', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z#*@:<>&._-]{0,20}$/), (text) => {
        assert.equal(unescapeMarkdown(escapeMarkdown(text)), text);
      }),
    );
  });

  it('an output for later steps cannot end early', () => {
    fc.assert(
      fc.property(hostileText, (value) => {
        const text = githubOutputs({ problems: value }, 'delimiter-4711');
        assert.equal(text, `problems<<delimiter-4711\n${value}\ndelimiter-4711\n`);
      }),
    );
    assert.throws(() => githubOutputs({ problems: 'x\ndelimiter-4711\nevil=1' }, 'delimiter-4711'));
  });
});

describe('limits', () => {
  const many = result(
    Array.from({ length: 3000 }, (_, index) => ({
      ...CLAIMED_TENANT,
      tenant: `t${index}`,
      hostname: `t${index}.example.com`,
    })),
  );

  it('a step summary is at most 1 MiB and says that it was cut', () => {
    const text = githubSummary(many, RULES);
    assert.ok(Buffer.byteLength(text) <= 1_048_576);
    assert.match(text, /more sections did not fit/);
  });

  it('annotations that do not fit are counted', () => {
    const lines = githubAnnotations(many, RULES).trimEnd().split('\n');
    assert.equal(lines.length, 10);
    assert.match(lines[9] ?? '', /2991 more/);
  });

  it('the terminal gets details of ten tenants and counts the others', () => {
    const text = prettyReport(many, RULES);
    assert.equal(text.match(/What to do/g)?.length, 10);
    assert.match(text, /and 2940 more/);
  });
});

describe('the JSON Schema of results', () => {
  it('accepts real ones', () => {
    for (const verification of [HEALTHY, OUTAGE, result([])])
      assert.ok(validate(verification), JSON.stringify(validate.errors));
  });

  const wrong: readonly [what: string, change: (document: Record<string, unknown>) => void][] = [
    [
      'another version',
      (document) => {
        document.schema = 'tenantwatch.verify/2';
      },
    ],
    [
      'no tenants',
      (document) => {
        delete document.tenants;
      },
    ],
    [
      'a verdict that is none',
      (document) => {
        document.verdict = 'ok';
      },
    ],
    [
      'a pass with a reason',
      (document) => {
        document.monitor = {
          checks: [{ id: 'fly-api', verdict: 'pass', reason: 'x', summary: '', evidence: {}, durationMs: 1 }],
          diagnosis: null,
          alsoFound: [],
        };
      },
    ],
    [
      'a failure without one',
      (document) => {
        document.monitor = {
          checks: [
            { id: 'fly-api', verdict: 'fail', reason: null, summary: '', evidence: {}, durationMs: 1 },
          ],
          diagnosis: null,
          alsoFound: [],
        };
      },
    ],
    [
      'a check of another scope',
      (document) => {
        document.monitor = {
          checks: [
            { id: 'tls-handshake', verdict: 'pass', reason: null, summary: '', evidence: {}, durationMs: 1 },
          ],
          diagnosis: null,
          alsoFound: [],
        };
      },
    ],
  ];
  for (const [what, change] of wrong)
    it(`refuses ${what}`, () => {
      const document = JSON.parse(jsonReport(OUTAGE)) as Record<string, unknown>;
      change(document);
      assert.equal(validate(document), false);
    });
});

/** Names of the elements in order; throws on anything that is not well-formed. Enough XML for what junit.ts writes. */
function elements(xml: string): readonly string[] {
  const names: string[] = [];
  const open: string[] = [];
  const token =
    /<\?xml[^?]*\?>|<\/([a-z-]+)>|<([a-z-]+)((?: [a-z]+="[^"<&]*(?:&(?:amp|lt|gt|quot|apos);[^"<&]*)*")*)(\/?)>|([^<&]|&(?:amp|lt|gt|quot|apos);)+/gy;
  while (token.lastIndex < xml.length) {
    const at = token.lastIndex;
    const match = token.exec(xml);
    assert.ok(match !== null, `not well-formed at: ${xml.slice(at, at + 80)}`);
    const [, closed, opened, , single] = match;
    if (closed !== undefined) assert.equal(open.pop(), closed);
    if (opened !== undefined) {
      names.push(opened);
      if (single === '') open.push(opened);
    }
  }
  assert.deepEqual(open, []);
  return names;
}

function withoutCode(markdown: string): string {
  let fence: string | null = null;
  return markdown
    .split('\n')
    .filter((line) => {
      const found = /^ *(`{3,})(sh)?$/.exec(line);
      if (fence === null && found !== null) {
        fence = found[1] ?? '';
        return false;
      }
      if (fence !== null && line.trim() === fence) {
        fence = null;
        return false;
      }
      return fence === null;
    })
    .join('\n');
}

function unescapeMarkdown(text: string): string {
  return text
    .replaceAll('&#8203;', '')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/\\(.)/g, '$1');
}
