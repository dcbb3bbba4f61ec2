import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import { createSlackAnswers, parseSlackAction, verifySlackSignature } from '../../src/alerts/index.ts';
import { realClock } from './fixtures.ts';
import { startReceiver } from './receiver.ts';

describe('the signature of an interaction', () => {
  // The example of Slack's documentation, "Verifying requests from Slack".
  const signingSecret = '8f742231b10e8888abcd99yyyzzz85a5';
  const rawBody =
    'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c';
  const timestamp = '1531420618';
  const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503';
  const now = 1531420618_000;
  const request = { timestamp, signature, rawBody };
  const table: readonly (readonly [
    string,
    Partial<typeof request> | { signature: undefined },
    number,
    boolean,
  ])[] = [
    ['is right', {}, now, true],
    ['is right for 300 s', {}, now + 300_000, true],
    ['is too old after that', {}, now + 300_001, false],
    ['is not from the future', {}, now - 300_001, false],
    ['does not fit another body', { rawBody: `${rawBody}x` }, now, false],
    ['does not fit another time', { timestamp: '1531420619' }, now, false],
    ['is missing', { signature: undefined }, now, false],
    ['is cut', { signature: signature.slice(0, -1) }, now, false],
    ['is of another version', { signature: signature.replace('v0', 'v1') }, now, false],
    ['has no number for a time', { timestamp: '1531420618 ' }, now, false],
  ];
  for (const [name, change, at, valid] of table) {
    it(`${name}: ${valid ? 'accepted' : 'refused'}`, () => {
      assert.equal(verifySlackSignature({ ...request, ...change }, signingSecret, at), valid);
    });
  }

  it('is refused without a secret, and accepted over bytes', () => {
    assert.equal(verifySlackSignature(request, '', now), false);
    const body = Buffer.from([0xff, 0x00]);
    const own = createHmac('sha256', 's').update('v0:5:').update(body).digest('hex');
    assert.equal(
      verifySlackSignature({ timestamp: '5', signature: `v0=${own}`, rawBody: body }, 's', 5000),
      true,
    );
  });
});

describe('an interaction', () => {
  const form = (payload: unknown) => new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const pressed = (action_id: string, value: unknown = 't-a1-x') => ({
    type: 'block_actions',
    user: { id: 'U1', username: 'ada' },
    actions: [{ action_id, value }],
  });
  const table: readonly (readonly [string, string, object | undefined])[] = [
    [
      'acknowledges',
      form(pressed('acknowledge')),
      { action: 'acknowledge', incident: 't-a1-x', by: 'ada (U1)', responseUrl: null },
    ],
    [
      'silences',
      form(pressed('silence:3600000')),
      { action: 'silence', incident: 't-a1-x', by: 'ada (U1)', durationMs: 3_600_000, responseUrl: null },
    ],
    [
      'says where to answer',
      form({ ...pressed('acknowledge'), response_url: 'https://hooks.slack.com/actions/T1/2/x' }),
      {
        action: 'acknowledge',
        incident: 't-a1-x',
        by: 'ada (U1)',
        responseUrl: 'https://hooks.slack.com/actions/T1/2/x',
      },
    ],
    ['does not silence for ever', form(pressed('silence:999999999')), undefined],
    ['does not silence for nothing', form(pressed('silence:0')), undefined],
    ['of another button is none', form(pressed('launch')), undefined],
    ['without an incident is none', form(pressed('acknowledge', '')), undefined],
    ['of another type is none', form({ ...pressed('acknowledge'), type: 'view_submission' }), undefined],
    ['without actions is none', form({ type: 'block_actions' }), undefined],
    ['that is no JSON is none', 'payload=%7B', undefined],
    ['without a payload is none', 'a=b', undefined],
    [
      'with a hostile name is cleaned',
      form({ ...pressed('acknowledge'), user: { id: 'U1', username: 'a\u202eb\u0007' } }),
      { action: 'acknowledge', incident: 't-a1-x', by: 'a b (U1)', responseUrl: null },
    ],
  ];
  for (const [name, body, action] of table) {
    it(name, () => {
      assert.deepEqual(parseSlackAction(body), action);
    });
  }
});

describe('an answer to whoever pressed', () => {
  it('goes to Slack only, and to nobody else, as text', async () => {
    const receiver = await startReceiver();
    const elsewhere = await startReceiver();
    const { answer, close } = createSlackAnswers([`${receiver.url}/api`], {
      userAgent: 'test',
      clock: realClock,
    });
    assert.equal(await answer(`${receiver.url}/actions/1`, 'until 06:41 <!channel> & more'), true);
    assert.deepEqual(receiver.bodies(), [
      {
        response_type: 'ephemeral',
        replace_original: false,
        text: 'until 06:41 &lt;!channel&gt; &amp; more',
      },
    ]);
    for (const url of [`${elsewhere.url}/actions/1`, 'http://hooks.slack.com/x', 'no address'])
      assert.equal(await answer(url, 'hello'), false, url);
    assert.deepEqual(elsewhere.received, []);
    receiver.behave({ status: 404 });
    assert.equal(await answer(`${receiver.url}/actions/1`, 'too late'), false);
    await Promise.all([close(), receiver.close(), elsewhere.close()]);
  });
});
