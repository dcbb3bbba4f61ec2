import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { markKnown, parseBaseline } from '../../src/cli/baseline.ts';
import { pairFormats } from '../../src/cli/formats.ts';
import { tenantNames } from '../../src/cli/targets.ts';
import { namedTenants } from '../../src/model/named-tenants.ts';
import { isLive, usesColor } from '../../src/cli/terminal.ts';
import { toPlatform } from '../../src/config/index.ts';
import { jsonReport } from '../../src/reports/json.ts';
import { load, MINIMAL } from '../config/workspace.ts';
import { check, CLAIM, CLAIMED_TENANT, HEALTHY, OUTAGE, result, tenantResult } from '../reports/results.ts';

describe('formats and outputs', () => {
  const facts: readonly [formats: string[], outputs: string[], pairs: string][] = [
    [[], [], 'pretty>-'],
    [[], ['a'], 'pretty>a'],
    [['json'], [], 'json>-'],
    [['json'], ['a'], 'json>a'],
    [['json', 'junit'], ['a'], 'json>a junit>-'],
    [['json', 'junit'], ['a', 'b'], 'json>a junit>b'],
    [['json', 'junit', 'pretty'], ['a', '-', 'c'], 'json>a junit>- pretty>c'],
  ];
  for (const [formats, outputs, pairs] of facts)
    it(`[${formats.join()}] with [${outputs.join()}] are ${pairs}`, () => {
      assert.equal(
        pairFormats(formats, outputs)
          .map(({ format, file }) => `${format}>${file ?? '-'}`)
          .join(' '),
        pairs,
      );
    });

  const wrong: readonly [formats: string[], outputs: string[], message: RegExp][] = [
    [['json', 'junit'], [], /only one format can be printed on stdout, not json and junit/],
    [['json', 'junit', 'github'], ['a'], /not junit and github/],
    [['json'], ['a', 'b'], /2 --output but 1 --format/],
    [['xml'], [], /"xml" is no format; there are: pretty, json, junit, github, markdown/],
    [['json', 'junit'], ['a', 'a'], /two formats would be written to a/],
  ];
  for (const [formats, outputs, message] of wrong)
    it(`[${formats.join()}] with [${outputs.join()}] are refused`, () => {
      assert.throws(() => pairFormats(formats, outputs), message);
    });
});

describe('colour', () => {
  const facts: readonly [env: Record<string, string>, isTTY: boolean, color: boolean][] = [
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: '1' }, true, false],
    [{ NO_COLOR: '' }, true, true],
    [{ TERM: 'dumb' }, true, false],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '' }, false, true],
    [{ FORCE_COLOR: '0' }, true, false],
    [{ FORCE_COLOR: 'false' }, true, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1', TERM: 'dumb' }, false, true],
  ];
  for (const [env, isTTY, color] of facts)
    it(`${JSON.stringify(env)} ${isTTY ? 'on a terminal' : 'in a pipe'}: ${color ? 'yes' : 'no'}`, () => {
      assert.equal(usesColor({ isTTY }, env), color);
    });

  it('has no say in whether lines are rewritten', () => {
    assert.equal(isLive({ isTTY: true }, { NO_COLOR: '1' }), true);
    assert.equal(isLive({ isTTY: true }, { TERM: 'dumb' }), false);
    assert.equal(isLive({ isTTY: false }, { FORCE_COLOR: '1' }), false);
  });
});

describe('names of tenants', () => {
  const platform = toPlatform(load(MINIMAL).config);
  const shop = {
    id: '0a1b2c3d4e5f',
    hostname: 'shop.customer.example',
    app: 'custom-app',
    labels: { tier: 'gold' },
  };

  it('mean the listed tenant, with its own host name and labels', () => {
    for (const name of [
      '0a1b2c3d4e5f',
      'Shop.Customer.Example.',
      'custom-app',
      '0a1b2c3d-4e5f-49bc-98be-db976fc84e76',
    ])
      assert.deepEqual(namedTenants([name], [shop], platform).tenants, [shop], name);
  });

  it('are read by the templates when nobody lists them, each tenant once', () => {
    const { tenants, unmatched } = namedTenants(
      ['999bc6549a64', 'sp-999bc6549a64', 'nobody'],
      [shop],
      platform,
    );
    assert.deepEqual(
      tenants.map(({ id }) => id),
      ['999bc6549a64'],
    );
    assert.deepEqual(
      unmatched.map(({ name }) => name),
      ['nobody'],
    );
  });

  it('come one a line from a file, without comments', () => {
    assert.deepEqual(tenantNames('# all\n999bc6549a64\r\n\n  sp-0a1b2c3d4e5f # shop\n'), [
      '999bc6549a64',
      'sp-0a1b2c3d4e5f',
    ]);
  });
});

describe('a baseline', () => {
  const baseline = parseBaseline(jsonReport(OUTAGE));

  it('marks what failed before with the same code, and leaves the verdict', () => {
    const marked = markKnown(OUTAGE, baseline);
    assert.equal(marked.verdict, 'fail');
    assert.deepEqual(
      marked.tenants[0]?.checks.filter(({ known }) => known).map(({ id }) => id),
      ['tls-handshake', 'site-response', 'tenant-certificates'],
    );
  });

  it('does not cover another code, another check or another tenant', () => {
    const otherCode = { ...CLAIMED_TENANT, diagnosis: { ...CLAIM, code: 'handshake-refused' as const } };
    const otherTenant = { ...CLAIMED_TENANT, tenant: '0a1b2c3d4e5f' };
    const otherCheck = tenantResult({ checks: [check('machines-started', 'fail')], diagnosis: CLAIM });
    for (const tenant of [otherCode, otherTenant, otherCheck])
      assert.ok(
        markKnown(result([tenant]), baseline).tenants[0]?.checks.every(({ known }) => known === undefined),
      );
  });

  it('of a healthy run covers nothing', () => {
    assert.deepEqual(markKnown(OUTAGE, parseBaseline(jsonReport(HEALTHY))), OUTAGE);
  });

  it('covers failures of the platform, never of the monitor', () => {
    const broken = result([], {
      platform: { checks: [check('control-handshake', 'fail')], diagnosis: null, alsoFound: [] },
      monitor: { checks: [check('fly-api', 'fail')], diagnosis: null, alsoFound: [] },
    });
    const marked = markKnown(broken, parseBaseline(jsonReport(broken)));
    assert.equal(marked.platform.checks[0]?.known, true);
    assert.equal(marked.monitor.checks[0]?.known, undefined);
  });

  for (const text of [
    '',
    '{}',
    '[]',
    'null',
    '{"schema":"tenantwatch.verify/1"}',
    jsonReport(OUTAGE).replace('"verify/1"', '"verify/2"').replace('tenantwatch.verify/1', 'x'),
  ])
    it(`is no baseline: ${text.slice(0, 40).replaceAll('\n', ' ')}`, () => {
      assert.throws(() => parseBaseline(text));
    });
});
