import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import type { LatestShared } from '../../src/monitor/fleet.ts';
import { createDeadMan } from '../../src/wiring/dead-man.ts';
import { recordingLogger } from '../store/fixtures.ts';

/** Who waits for the ping, and the state of the daemon as the test sets it. */
async function watched(context: TestContext) {
  let pings = 0;
  let status = 200;
  const server = createServer((_request, response) => {
    if (status === 200) pings += 1;
    response.writeHead(status).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const state = { at: undefined as number | undefined, stalled: [] as string[], committed: true };
  const logger = recordingLogger();
  const ping = createDeadMan({
    url: { reveal: () => `http://127.0.0.1:${port}/secret` },
    userAgent: 'test',
    logger,
    fleet: { shared: () => (state.at === undefined ? undefined : ({ at: state.at } as LatestShared)) },
    stalled: () => state.stalled,
    committed: () => state.committed,
  });
  return {
    state,
    answer: (next: number) => (status = next),
    /** How often it arrived in one round. */
    round: async (change: Partial<typeof state> = {}) => {
      Object.assign(state, change);
      const before = pings;
      await ping(new AbortController().signal);
      return pings - before;
    },
    said: () => logger.lines.map(({ message, fields }) => [message, fields.problem]),
  };
}

describe('the dead-man ping', () => {
  it('is sent once for each time that the platform was looked at', async (context) => {
    const { round, said } = await watched(context);
    assert.equal(await round(), 0, 'nothing was looked at yet');
    assert.equal(await round({ at: 1 }), 1);
    assert.equal(await round(), 0, 'nothing happened since');
    assert.equal(await round({ at: 2 }), 1);
    assert.deepEqual(said(), []);
  });

  it('stays away while a loop is stuck or what was found is not on disk, and says each once', async (context) => {
    const { round, said } = await watched(context);
    assert.equal(await round({ at: 1, stalled: ['inventory', 'edge'] }), 0);
    assert.equal(await round({ at: 2 }), 0);
    assert.equal(await round({ at: 3, stalled: [], committed: false }), 0);
    assert.equal(await round({ at: 4, committed: true }), 1);
    assert.deepEqual(said(), [
      ['no dead-man ping', 'does not get on: inventory, edge'],
      ['no dead-man ping', 'what was found is not on disk'],
      ['the dead-man ping arrives again', undefined],
    ]);
  });

  it('that is refused is tried again, and its address is told nobody', async (context) => {
    const { round, answer, said } = await watched(context);
    answer(404);
    assert.equal(await round({ at: 1 }), 0);
    answer(200);
    assert.equal(await round(), 1, 'the same look still has to be told');
    assert.deepEqual(said()[0], ['no dead-man ping', 'it was answered with 404']);
  });
});
