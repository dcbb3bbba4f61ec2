import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSilenceBook } from '../../src/wiring/silences.ts';
import { recordingLogger, temporaryStore, T0 } from '../store/fixtures.ts';

describe('a silence that ends by a deploy', () => {
  it('is over at once while the database cannot be written, and in it when it can', (context) => {
    const clock = { now: () => T0 };
    const store = temporaryStore(context);
    const silence = {
      id: 's',
      matcher: { tenant: 'a' },
      author: 'ada',
      reason: 'deploy',
      createdAt: T0,
      startsAt: T0,
      endsAt: T0 + 1000,
      untilDeployOf: 'sp-a',
    };
    store.silences.add(silence);
    let full = true;
    const end: typeof store.silences.end = (id, now) => {
      if (full) throw new Error('database or disk is full');
      return store.silences.end(id, now);
    };
    const book = createSilenceBook({ silences: { ...store.silences, end } }, clock, recordingLogger());
    assert.deepEqual(book.current(), [silence]);
    book.end([silence]);
    assert.deepEqual(book.current(), []);
    assert.throws(book.refresh, /full/);
    assert.deepEqual(book.current(), []);
    full = false;
    book.refresh();
    assert.deepEqual(book.current(), []);
    assert.deepEqual(store.silences.list(T0), []);
  });
});
