import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseEndpoint, parseListen, resolverAddresses } from '../../src/config/address.ts';
import { closest } from '../../src/config/closest.ts';
import { formatDuration, parseDuration } from '../../src/config/duration.ts';
import { parseSize } from '../../src/config/size.ts';

describe('durations', () => {
  const facts: readonly [text: string, durationMs: number | undefined][] = [
    ['0', 0],
    ['0s', 0],
    ['250ms', 250],
    ['1s', 1_000],
    ['90s', 90_000],
    ['5m', 300_000],
    ['24h', 86_400_000],
    ['14d', 1_209_600_000],
    ['3650d', 315_360_000_000],
    ['3651d', undefined],
    ['5', undefined],
    ['', undefined],
    ['1.5h', undefined],
    ['1h30m', undefined],
    ['-1s', undefined],
    [' 1s', undefined],
    ['1 s', undefined],
    ['01s', undefined],
    ['1S', undefined],
    ['1w', undefined],
    ['99999999999999s', undefined],
  ];
  for (const [text, durationMs] of facts)
    it(`"${text}" is ${durationMs === undefined ? 'none' : `${durationMs} ms`}`, () => {
      assert.equal(parseDuration(text), durationMs);
    });

  it('is spelled so that it parses back', () => {
    fc.assert(
      fc.property(fc.nat(315_360_000_000), (durationMs) => {
        assert.equal(parseDuration(formatDuration(durationMs)), durationMs);
      }),
    );
    assert.equal(formatDuration(60_000), '1m');
    assert.equal(formatDuration(90_000), '90s');
  });
});

describe('sizes are decimal', () => {
  const facts: readonly [text: string, bytes: number | undefined][] = [
    ['2GB', 2_000_000_000],
    ['500MB', 500_000_000],
    ['1kB', 1_000],
    ['1KB', 1_000],
    ['7B', 7],
    ['2GiB', undefined],
    ['2', undefined],
    ['1.5GB', undefined],
    ['-1GB', undefined],
  ];
  for (const [text, bytes] of facts)
    it(`"${text}" is ${bytes ?? 'none'}`, () => {
      assert.equal(parseSize(text), bytes);
    });
});

describe('addresses of servers', () => {
  const facts: readonly [text: string, endpoint: string | undefined][] = [
    ['1.1.1.1', '1.1.1.1:53'],
    ['127.0.0.1:5353', '127.0.0.1:5353'],
    ['2606:4700::1111', '[2606:4700::1111]:53'],
    ['[2606:4700::1111]', '[2606:4700::1111]:53'],
    ['[::1]:5353', '[::1]:5353'],
    ['[1.1.1.1]:53', undefined],
    ['one.one.one.one', undefined],
    ['1.1.1.1:0', undefined],
    ['1.1.1.1:65536', undefined],
    ['1.1.1', undefined],
    ['fe80::1%eth0', undefined],
    ['', undefined],
  ];
  for (const [text, endpoint] of facts)
    it(`"${text}" is ${endpoint ?? 'none'}`, () => {
      assert.equal(parseEndpoint(text, 53), endpoint);
    });

  it('need a port where there is no usual one', () => {
    assert.equal(parseEndpoint('192.0.2.1', null), undefined);
    assert.equal(parseEndpoint('192.0.2.1:443', null), '192.0.2.1:443');
  });

  it('are listened on with a port, 0 for any', () => {
    assert.deepEqual(parseListen('127.0.0.1:0'), { host: '127.0.0.1', port: 0 });
    assert.deepEqual(parseListen('[::]:9480'), { host: '::', port: 9480 });
    assert.deepEqual(parseListen('localhost:80'), { host: 'localhost', port: 80 });
    for (const text of [
      '9480',
      ':9480',
      '127.0.0.1',
      'example.com:80',
      '[127.0.0.1]:80',
      '::1:80',
      '1.1.1.1:70000',
    ])
      assert.equal(parseListen(text), undefined, text);
  });

  it('of the system take the place of "system", each once', () => {
    assert.deepEqual(resolverAddresses(['system', '1.1.1.1:53'], ['192.0.2.53', '1.1.1.1', 'fe80::1%eth0']), [
      '192.0.2.53:53',
      '1.1.1.1:53',
    ]);
  });
});

describe('did you mean', () => {
  const keys = ['tenantApp', 'tenantHost', 'tenantIdPattern', 'edge'];
  const facts: readonly [word: string, meant: string | undefined][] = [
    ['tenantapp', 'tenantApp'],
    ['tenentHost', 'tenantHost'],
    ['egde', 'edge'],
    ['gdee', undefined],
    ['edg', 'edge'],
    ['colour', undefined],
  ];
  for (const [word, meant] of facts)
    it(`"${word}" was meant as ${meant ?? 'nothing known'}`, () => {
      assert.equal(closest(word, keys), meant);
    });
});
