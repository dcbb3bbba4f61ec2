import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { OperatorRequest } from '../../src/model/operator-request.ts';
import { DAY_MS } from '../../src/model/time.ts';
import { openStore, StoreError } from '../../src/store/index.ts';
import { recordingLogger, T0, temporaryStore } from './fixtures.ts';

const REQUEST: OperatorRequest = { action: 'acknowledge', incident: 't-1', by: 'ada', note: 'on it', at: T0 };

describe('requests of operators', () => {
  it('wait in their order until they are answered, once', (context) => {
    const store = temporaryStore(context);
    const first = store.requests.add(REQUEST);
    const second = store.requests.add({ ...REQUEST, action: 'note', note: null });
    assert.deepEqual(store.requests.waiting(), [
      { ...REQUEST, id: first },
      { ...REQUEST, action: 'note', note: null, id: second },
    ]);
    assert.equal(store.requests.answerTo(first), null);
    const answer = { outcome: 'done', text: 'acknowledged', at: T0 + 1 } as const;
    store.requests.answer(first, answer);
    store.requests.answer(first, { outcome: 'refused', text: 'too late', at: T0 + 2 });
    assert.deepEqual(store.requests.answerTo(first), answer);
    assert.deepEqual(
      store.requests.waiting().map(({ id }) => id),
      [second],
    );
    assert.equal(store.requests.answerTo(99), null);
  });

  it('are forgotten a week after their answer; those that wait are kept', (context) => {
    const store = temporaryStore(context);
    const answered = store.requests.add(REQUEST);
    store.requests.answer(answered, { outcome: 'done', text: 'acknowledged', at: T0 });
    const waiting = store.requests.add({ ...REQUEST, at: T0 + 7 * DAY_MS });
    assert.notEqual(store.requests.answerTo(answered), null, 'at seven days');
    store.requests.add({ ...REQUEST, at: T0 + 7 * DAY_MS + 1 });
    assert.equal(store.requests.answerTo(answered), null);
    assert.equal(store.requests.waiting()[0]?.id, waiting);
  });
});

describe('the database beside a daemon', () => {
  it('is not made by a command that only adds to it', (context) => {
    const { path, close } = temporaryStore(context);
    close();
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    const options = { path, clock: { now: () => T0 }, logger: recordingLogger(), existing: true };
    assert.throws(
      () => openStore(options),
      (error) => error instanceof StoreError && error.code === 'missing',
    );
  });

  it('names the daemon that opened it last', (context) => {
    assert.equal(temporaryStore(context).lastDaemon(), null);
    const { pid, since } = temporaryStore(context, { daemon: true }).lastDaemon() ?? {};
    assert.deepEqual({ pid, since }, { pid: process.pid, since: T0 });
  });
});
