import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { openConnection } from '../../src/store/connection.ts';
import { migrate } from '../../src/store/migrate.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { prepareFile } from '../../src/store/files.ts';
import { openStore, StoreError, type StoreErrorCode, type StoreOptions } from '../../src/store/index.ts';
import { aRun, entries, recordingLogger, T0, temporaryFolder } from './fixtures.ts';

function options(path: string, more: Partial<StoreOptions> = {}): StoreOptions {
  return { path, clock: { now: () => T0 }, logger: recordingLogger(), ...more };
}

function refused(code: StoreErrorCode, text: RegExp) {
  return (error: unknown): true => {
    assert.ok(error instanceof StoreError);
    assert.equal(error.code, code);
    assert.match(error.message, text);
    return true;
  };
}

function databaseAtSchema(context: TestContext, version: number): string {
  const path = join(temporaryFolder(context), 'tenantwatch.db');
  prepareFile(path);
  const connection = openConnection({ path, readOnly: false, busyTimeoutMs: 0 });
  connection.prepareForWriting();
  migrate(connection, MIGRATIONS.slice(0, version));
  if (version > 0)
    connection.exec(`INSERT INTO small_state (key, value, updated_at) VALUES ('app:kept', '"yes"', 1)`);
  connection.close();
  return path;
}

describe('opening a database', () => {
  it('makes folder, file, log and lock for their owner only', (context) => {
    const path = join(temporaryFolder(context), 'data', 'deeper', 'tenantwatch.db');
    const store = openStore(options(path, { daemon: true }));
    store.runs.append(entries(aRun('a', T0)));
    const modes = ['', '-wal', '-shm', '.lock'].map((end) => statSync(path + end).mode & 0o777);
    store.close();
    assert.deepEqual(modes, [0o600, 0o600, 0o600, 0o600]);
    assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700);
  });

  it('takes the rights of others from a file that was copied there', (context) => {
    const path = databaseAtSchema(context, MIGRATIONS.length);
    chmodSync(path, 0o644);
    openStore(options(path)).close();
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it('sets what can only be set before the first table, and the log mode', (context) => {
    const path = join(temporaryFolder(context), 'tenantwatch.db');
    openStore(options(path)).close();
    const database = new Database(path);
    const set = ['auto_vacuum', 'journal_mode', 'user_version'].map((name) =>
      database.pragma(name, { simple: true }),
    );
    database.close();
    assert.deepEqual(set, [2, 'wal', MIGRATIONS.length]);
  });

  for (let version = 0; version < MIGRATIONS.length; version += 1)
    it(`brings a file of schema ${version} up to date and keeps what is in it`, (context) => {
      const path = databaseAtSchema(context, version);
      const logger = recordingLogger();
      const store = openStore(options(path, { logger }));
      store.runs.append(entries(aRun('a', T0)));
      assert.equal(store.smallState.get('kept'), version === 0 ? undefined : 'yes');
      assert.equal(store.incidents.unresolved().length, 0);
      assert.equal(store.results.latest(), null);
      store.close();
      assert.deepEqual(
        logger.lines.map((line) => line.fields.steps),
        [MIGRATIONS.length - version],
      );
    });

  it('leaves a step that fails undone, and the ones before it done', (context) => {
    const path = databaseAtSchema(context, 1);
    const connection = openConnection({ path, readOnly: false, busyTimeoutMs: 0 });
    const broken = [...MIGRATIONS.slice(0, 2), 'CREATE TABLE half (a); CREATE TABLE half (a);'];
    assert.throws(() => migrate(connection, broken), refused('internal', /half already exists/));
    assert.equal(connection.pragma('user_version'), 2);
    assert.equal(connection.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'half'`).get(), undefined);
    connection.close();
    openStore(options(path)).close();
  });

  it('refuses a file of a newer version and says what to do', (context) => {
    const path = databaseAtSchema(context, MIGRATIONS.length);
    const database = new Database(path);
    database.pragma(`user_version = ${MIGRATIONS.length + 1}`);
    database.close();
    for (const readOnly of [false, true])
      assert.throws(
        () => openStore(options(path, { readOnly })),
        refused('newer-schema', /upgrade tenantwatch/),
      );
  });

  it('does not migrate for a command that only looks', (context) => {
    const path = databaseAtSchema(context, 1);
    assert.throws(
      () => openStore(options(path, { readOnly: true })),
      refused('older-schema', /brings it up to date/),
    );
  });

  it("does not migrate a database under another daemon's feet", (context) => {
    const path = databaseAtSchema(context, MIGRATIONS.length);
    const daemon = openStore(options(path, { daemon: true }));
    const database = new Database(path);
    database.pragma(`user_version = ${MIGRATIONS.length - 1}`);
    database.close();
    assert.throws(() => openStore(options(path)), refused('older-schema', /stop its daemon/));
    daemon.close();
  });

  it('refuses what is not a database of ours', (context) => {
    const folder = temporaryFolder(context);
    const text = join(folder, 'text.db');
    writeFileSync(
      text,
      'This is not a database but a text that is long enough to be taken for one.\n'.repeat(20),
    );
    for (const daemon of [false, true])
      assert.throws(
        () => openStore(options(text, { daemon })),
        refused('not-a-database', /check store\.path/),
      );
    const foreign = join(folder, 'foreign.db');
    const database = new Database(foreign);
    database.exec('CREATE TABLE songs (title)');
    database.close();
    chmodSync(foreign, 0o644);
    const untouched = readFileSync(foreign);
    for (const daemon of [false, true])
      assert.throws(
        () => openStore(options(foreign, { daemon })),
        refused('not-a-database', /another program/),
      );
    assert.deepEqual(readFileSync(foreign), untouched);
    assert.deepEqual(readdirSync(folder).toSorted(), ['foreign.db', 'text.db']);
    assert.equal(statSync(foreign).mode & 0o777, 0o644);
    const directory = join(folder, 'directory.db');
    mkdirSync(directory);
    for (const more of [{}, { daemon: true }, { readOnly: true }])
      assert.throws(
        () => openStore(options(directory, more)),
        refused('not-a-database', /directory\.db is a folder: check store\.path/),
      );
    const link = join(folder, 'link.db');
    symlinkSync(join(folder, 'nowhere', 'x.db'), link);
    assert.throws(() => openStore(options(link)), refused('missing', /link that leads nowhere/));
  });

  for (const [name, path] of [
    ['in a file system that takes no folders', '/proc/tenantwatch/x.db'],
    ['below a file', `${import.meta.filename}/deeper/x.db`],
    ['under a name that is too long', `/tmp/${'x'.repeat(300)}.db`],
  ] as const)
    it(`ends at once, with the path to check, where none can be: ${name}`, () => {
      assert.throws(
        () => openStore(options(path, { daemon: true })),
        refused('unusable-path', /^no database can be at \/.*: check store\.path/),
      );
    });

  it('says that there is nothing to read yet', (context) => {
    const path = join(temporaryFolder(context), 'none.db');
    assert.throws(
      () => openStore(options(path, { readOnly: true })),
      refused('missing', /tenantwatch watch/),
    );
  });

  it('refuses a damaged file with the commands that help', (context) => {
    const path = join(temporaryFolder(context), 'tenantwatch.db');
    const store = openStore(options(path, { daemon: true }));
    for (let batch = 0; batch < 20; batch += 1)
      store.runs.append(
        entries(...Array.from({ length: 200 }, (_, run) => aRun('a', T0 + batch * 1_000 + run))),
      );
    store.close();
    const database = new Database(path);
    const { page } = database
      .prepare<[], { page: number }>(`SELECT max(pageno) AS page FROM dbstat WHERE name = 'runs'`)
      .get() ?? { page: 0 };
    database.close();
    overwritePage(path, page);
    assert.throws(
      () => openStore(options(path, { daemon: true })),
      refused('corrupt', /is damaged .*mv '.*tenantwatch\.db' .*restore a backup.*\.recover/s),
    );
    // A command that looks elsewhere in the file still works.
    const reader = openStore(options(path, { readOnly: true }));
    assert.equal(reader.incidents.unresolved().length, 0);
    reader.close();
  });

  it('belongs to one daemon, and to any number of commands beside it', (context) => {
    const path = join(temporaryFolder(context), 'tenantwatch.db');
    const daemon = openStore(options(path, { daemon: true }));
    assert.throws(
      () => openStore(options(path, { daemon: true })),
      refused('daemon-running', new RegExp(`process ${process.pid} on .* since 2026-11-01T00:00:00`)),
    );
    openStore(options(path)).close();
    openStore(options(path, { readOnly: true })).close();
    daemon.close();
    openStore(options(path, { daemon: true })).close();
  });

  it('refuses work after it was closed, by name', (context) => {
    const path = join(temporaryFolder(context), 'tenantwatch.db');
    const store = openStore(options(path));
    store.close();
    assert.throws(() => store.runs.latest(), refused('closed', /is closed/));
  });

  it('says that another process holds the file, and goes on when it is free', (context) => {
    const path = join(temporaryFolder(context), 'tenantwatch.db');
    const store = openStore(options(path, { daemon: true }));
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    assert.throws(
      () => {
        store.runs.append(entries(aRun('a', T0)));
      },
      refused('locked', /locked by another process/),
    );
    assert.equal(store.runs.latestOf('a'), null);
    other.exec('ROLLBACK');
    other.close();
    store.runs.append(entries(aRun('a', T0)));
    assert.equal(store.runs.latestOf('a')?.at, T0);
    store.close();
  });

  it('does not go on writing into a file that was deleted or replaced', (context) => {
    const path = join(temporaryFolder(context), 'tenantwatch.db');
    const store = openStore(options(path));
    const write = (): void => {
      store.runs.append(entries(aRun('a', T0)));
    };
    renameSync(path, `${path}.away`);
    assert.throws(write, refused('moved', /deleted or replaced/));
    writeFileSync(path, '');
    assert.throws(write, refused('moved', /restart/));
    renameSync(`${path}.away`, path);
    write();
    store.close();
  });

  it('writes nothing when it was opened for reading', (context) => {
    const path = databaseAtSchema(context, MIGRATIONS.length);
    const reader = openStore(options(path, { readOnly: true }));
    assert.throws(
      () => {
        reader.runs.append(entries(aRun('a', T0)));
      },
      refused('read-only', /cannot be written/),
    );
    reader.close();
  });

  it('shows that another process wrote, and not what this one wrote', (context) => {
    const path = join(temporaryFolder(context), 'tenantwatch.db');
    const daemon = openStore(options(path, { daemon: true }));
    const command = openStore(options(path));
    const before = daemon.changeCounter();
    daemon.runs.append(entries(aRun('a', T0)));
    assert.equal(daemon.changeCounter(), before);
    command.audit.add({ at: T0, actor: 'me', action: 'x', subject: 'y', outcome: 'done', detail: {} });
    assert.notEqual(daemon.changeCounter(), before);
    command.close();
    daemon.close();
  });
});

function overwritePage(path: string, page: number): void {
  const bytes = Buffer.alloc(4_096, 0xa5);
  const descriptor = openSync(path, 'r+');
  writeSync(descriptor, bytes, 0, bytes.length, (page - 1) * 4_096);
  closeSync(descriptor);
}
