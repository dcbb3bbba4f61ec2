import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createHistory } from '../../src/monitor/history.ts';
import type { Store } from '../../src/store/index.ts';
import { aVerifyResult, recordingLogger, T0, temporaryStore } from '../store/fixtures.ts';

const NOTHING = { startedAt: T0, takenAt: T0, apps: new Map(), claims: new Map() };

describe('a history that cannot be written', () => {
  it('is said once, and once when it works again, whatever can be read meanwhile', (context) => {
    const store = temporaryStore(context);
    const { monitor, platform } = aVerifyResult(T0, []);
    let full = true;
    const scopes: Store['scopes'] = {
      ...store.scopes,
      record: (round) => {
        if (full) throw new Error('no space left');
        return store.scopes.record(round);
      },
    };
    const logger = recordingLogger();
    const history = createHistory({ ...store, scopes }, { add: () => undefined }, logger);
    for (let round = 0; round < 3; round += 1) {
      history.shared(T0 + round, { monitor, platform });
      assert.deepEqual(history.freshReleases(NOTHING), []);
      assert.deepEqual(history.deploysDue([]), []);
    }
    full = false;
    for (let round = 3; round < 6; round += 1) history.shared(T0 + round, { monitor, platform });
    assert.deepEqual(
      logger.lines.map(({ level, message }) => `${level} ${message}`),
      ['error history cannot be written; probing goes on', 'info history is written again'],
    );
  });
});
