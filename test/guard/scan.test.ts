import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { scanText } from '../../src/guard/scan/scan-text.ts';
import { PLATFORM } from '../diagnosis/remedy-context.ts';
import { CONFLICTS, HARMLESS, SUPPRESSED } from './corpus.ts';
import { VARIANTS } from './variants.ts';

const against = (path: string, text: string) =>
  scanText(path, text, PLATFORM)
    .filter(({ verdict }) => verdict === 'fail' || verdict === 'warn')
    .map(({ verdict, reason, line }) => `${verdict} ${reason} ${line}`);

describe('the scan finds', () => {
  for (const { fact, path, text, found } of CONFLICTS)
    it(fact, () => {
      assert.deepEqual(against(path, text), found);
    });
});

describe('the scan lets pass', () => {
  for (const { fact, path, text } of HARMLESS)
    it(fact, () => {
      assert.deepEqual(against(path, text), []);
    });
});

describe('the scan tells apart', () => {
  for (const [index, [verdict, path, text]] of VARIANTS.entries()) {
    it(`variant ${index + 1} in ${path}: ${verdict}`, () => {
      const verdicts = scanText(path, text, PLATFORM).map((finding) => finding.verdict);
      if (verdict === 'conflicts') assert.ok(verdicts.includes('fail'), text);
      else
        assert.ok(
          verdicts.every((each) => each === 'pass'),
          text,
        );
    });
  }
});

describe('the scan is told to skip', () => {
  for (const { fact, path, text } of SUPPRESSED) {
    it(fact, () => {
      const [finding] = scanText(path, text, PLATFORM);
      assert.equal(finding?.verdict, 'skipped');
      assert.match(finding.text, /^(?:migration|the sandbox|tests the guard)/);
    });
  }
});

describe('the scan', () => {
  it('has a corpus of which at least half is harmless', () => {
    assert.ok(CONFLICTS.length + HARMLESS.length >= 60);
    assert.ok(HARMLESS.length * 2 >= CONFLICTS.length + HARMLESS.length - 2);
  });
  it('says line, column, kind and the line itself', () => {
    const [finding] = scanText(
      'x.sh',
      'true\n  fly certs add x.systemprompt.io -a sp-999bc6549a64\n',
      PLATFORM,
    );
    assert.deepEqual(finding, {
      path: 'x.sh',
      line: 2,
      column: 3,
      kind: 'command',
      target: 'tenant-app',
      verdict: 'fail',
      reason: 'tenant-app',
      text: 'It adds to a tenant’s app; certificates of systemprompt.io belong on management-api-prod, and a second claim breaks handshakes.',
      excerpt: 'fly certs add x.systemprompt.io -a sp-999bc6549a64',
    });
  });
  it('shows what is on the management app too, as passed', () => {
    const [finding] = scanText('x.sh', 'fly certs add x.systemprompt.io -a management-api-prod\n', PLATFORM);
    assert.equal(`${finding?.verdict ?? ''} ${finding?.target ?? ''}`, 'pass management-app');
  });
  it('lets a custom domain on a tenant’s app pass where that is configured', () => {
    const platform = { ...PLATFORM, customDomainsOn: 'tenant' as const };
    assert.equal(
      scanText('x.sh', 'fly certs add www.example.com -a sp-999bc6549a64\n', platform)[0]?.verdict,
      'pass',
    );
    assert.equal(scanText('x.sh', 'fly certs add "$H" -a sp-999bc6549a64\n', platform)[0]?.verdict, 'warn');
  });
  it('ends on any text, and never prints a control character', () => {
    const parts = fc.constantFrom(
      'fly certs add ',
      '"',
      "'",
      '`',
      '$(',
      '${',
      '{{',
      ')',
      '}',
      '\n',
      '\\',
      '<<EOF\n',
      ' -a sp-',
      'add_cert(',
      '/*',
      'r#"',
      '"""',
      '\u001b[31m',
      ',',
      '/certificates/acme',
      'exec(',
    );
    const sources = fc.tuple(
      fc.constantFrom('a.sh', 'a.rs', 'a.ts', 'a.py', 'a.go', 'a.yml', 'Makefile', 'Dockerfile', 'justfile'),
      fc.array(parts, { maxLength: 25 }),
    );
    fc.assert(
      fc.property(sources, ([path, list]) => {
        for (const finding of scanText(path, list.join(''), PLATFORM))
          assert.doesNotMatch(JSON.stringify(finding), /\\u00/);
      }),
      { numRuns: 800 },
    );
  });
});
