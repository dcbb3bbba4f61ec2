import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bearer, testApp, TOKENS, WITH_TOKENS } from './app.ts';

const doubted = {
  name: 'file a.yaml',
  reason: 'it lists none of 2 tenants any more',
  failingSince: 5,
  lost: 2,
};
const believed = { name: 'fly', reason: null, failingSince: null, lost: null };
const tenants = [1, 2].map((id) => ({ id: `a${String(id)}`, hostname: 'x.test', app: 'sp-x', labels: {} }));

describe('the sources of tenants over the API', () => {
  it('are shown with whether they are believed; what they lost is confirmed by name', async (context) => {
    const { app, context: http } = await testApp(context, { server: WITH_TOKENS });
    const { store } = http;
    store.smallState.set('tenants.last-good', [
      { ...doubted, tenants },
      { ...believed, tenants: [] },
    ]);
    const url = '/api/v1/tenant-sources';
    const list = await app.inject({ url, headers: bearer(TOKENS.read) });
    assert.deepEqual(list.json(), {
      sources: [
        { ...doubted, tenants: 2 },
        { ...believed, tenants: 0 },
      ],
    });

    const accept = (source: string, token: string = TOKENS.operate) =>
      app.inject({ method: 'POST', url: `${url}/accept`, headers: bearer(token), payload: { source } });
    assert.equal((await accept(doubted.name, TOKENS.verify)).statusCode, 403);
    assert.equal((await accept('http nowhere')).statusCode, 404);
    assert.equal((await accept(believed.name)).json<{ outcome: string }>().outcome, 'done');
    assert.equal(store.smallState.get('tenants.accepted-losses'), undefined);

    // Nobody sweeps in this application.
    const answer = await accept(doubted.name);
    assert.equal(answer.json<{ outcome: string }>().outcome, 'waiting');
    const [kept] = store.smallState.get('tenants.accepted-losses') as { source: string; by: string }[];
    assert.deepEqual([kept?.source, kept?.by], [doubted.name, 'operate-er']);
    const [entry] = store.audit.list({ action: 'tenants.accept' });
    assert.deepEqual(
      [entry?.actor, entry?.subject, entry?.detail],
      ['operate-er', doubted.name, { lost: 2 }],
    );
  });
});
