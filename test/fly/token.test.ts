import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { flySettingsFromEnv } from '../../src/fly/index.ts';
import { readToken } from '../../src/fly/token.ts';
import { setup } from './client.ts';

describe('a token', () => {
  const table: readonly (readonly [string, string | null])[] = [
    ['fm2_abcdef', 'FlyV1 fm2_abcdef'],
    ['fm1r_abcdef', 'FlyV1 fm1r_abcdef'],
    ['fm1a_abcdef', 'FlyV1 fm1a_abcdef'],
    ['FlyV1 fm2_abcdef', 'FlyV1 fm2_abcdef'],
    ['Bearer fm2_abcdef', 'FlyV1 fm2_abcdef'],
    ['  flyv1  FlyV1 fm2_a , fm2_b\n', 'FlyV1 fm2_a,fm2_b'],
    ['personal,fm2_abcdef', 'FlyV1 personal,fm2_abcdef'],
    ['abcdef', 'Bearer abcdef'],
    ['Bearer abcdef', 'Bearer abcdef'],
    ['xfm2_abcdef', 'Bearer xfm2_abcdef'],
    ['', null],
    [' , ', null],
    ['abc\r\nHost: evil', null],
    ['abc def', null],
    ['abc\u20acdef', null],
  ];
  for (const [text, authorization] of table) {
    it(`${JSON.stringify(text)} goes as ${String(authorization)}`, () => {
      assert.equal(readToken(text)?.authorization ?? null, authorization);
    });
  }

  it('is sent in one header, with the name of the product', async (t) => {
    const { client, server, signal } = await setup(t, () => ({ body: { ips: [] } }), {
      token: 'FlyV1 fm2_abcdef',
    });
    await client.addresses('a', signal);
    const headers = server.received[0]?.headers;
    assert.equal(headers?.authorization, 'FlyV1 fm2_abcdef');
    assert.equal(headers['user-agent'], 'tenantwatch/test');
    assert.equal(headers['accept-encoding'], 'identity');
  });
});

describe('the environment', () => {
  it('gives FLY_ACCESS_TOKEN before FLY_API_TOKEN, and base URLs', () => {
    assert.deepEqual(
      flySettingsFromEnv({
        FLY_API_TOKEN: 'b',
        FLY_ACCESS_TOKEN: 'a',
        FLY_API_BASE_URL: 'http://x',
        FLY_FLAPS_BASE_URL: 'http://_api.internal:4280',
      }),
      { token: 'a', apiBaseUrl: 'http://x', flapsBaseUrl: 'http://_api.internal:4280' },
    );
  });

  it('says nothing: the public addresses and no token', () => {
    assert.deepEqual(flySettingsFromEnv({ FLY_ACCESS_TOKEN: '' }), {
      token: null,
      apiBaseUrl: 'https://api.fly.io',
      flapsBaseUrl: 'https://api.machines.dev',
    });
  });
});
