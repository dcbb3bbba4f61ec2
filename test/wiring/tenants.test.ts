import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { loadConfig } from '../../src/config/index.ts';
import { toPlatform } from '../../src/config/platform.ts';
import { createInventoryKeeper } from '../../src/monitor/inventory.ts';
import { openDatabase } from '../../src/wiring/open-store.ts';
import { createDaemonDirectory } from '../../src/wiring/tenants.ts';
import { run } from '../cli/host.ts';
import { recordingLogger, temporaryFolder, temporaryStore } from '../store/fixtures.ts';
import { realClock } from '../support/clock.ts';

const never = new AbortController().signal;

/** A daemon's list of tenants from a file, and the command line beside it on the same database. */
function daemonAndOperator(context: TestContext) {
  const folder = temporaryFolder(context);
  const list = join(folder, 'tenants.yaml');
  const store = temporaryStore(context);
  const file = join(folder, 'tenantwatch.yaml');
  writeFileSync(
    file,
    `platform: { domain: example.test, managementApp: management, tenantIdPattern: '^[a-z0-9]+$' }
fly: { org: acme }
tenants: [{ source: file, path: tenants.yaml }]
store: { path: '${store.path}' }
`,
  );
  const { config } = loadConfig({ path: file, env: { FLY_API_TOKEN: 'x' }, cwd: folder, flags: {} });
  const logger = recordingLogger();
  const directory = createDaemonDirectory(config, {
    platform: toPlatform(config),
    version: '0',
    clock: realClock,
    logger,
    inventory: createInventoryKeeper({ inventory: () => Promise.reject(new Error()) }, realClock, 1),
    smallState: store.smallState,
    audit: store.audit,
  });
  return {
    name: `file ${list}`,
    store,
    logger,
    directory,
    lists: (...ids: readonly string[]) => {
      writeFileSync(list, `tenants: [${ids.join(', ')}]\n`);
    },
    ids: async () => (await directory.refresh(never)).tenants.map(({ id }) => id),
    command: (...args: readonly string[]) =>
      run([...args, '--config', file], {
        env: { USER: 'ada' },
        cwd: folder,
        clock: realClock,
        host: {
          openStore: (settings, mode) =>
            Promise.resolve().then(() => openDatabase(settings, mode, realClock)),
        },
      }),
  };
}

describe('a source that lists nothing any more', () => {
  it('is not believed, says how it would be, and is believed once an operator confirms it', async (context) => {
    const { name, store, logger, directory, lists, ids, command } = daemonAndOperator(context);
    lists('a1', 'b2');
    assert.deepEqual(await ids(), ['a1', 'b2']);
    lists();
    assert.deepEqual(await ids(), ['a1', 'b2']);
    assert.match(logger.lines.at(-1)?.message ?? '', /tenantwatch tenants accept 'file /u);
    const { stdout } = await command('status');
    assert.match(
      stdout,
      /it lists none of 2 tenants any more\n {2}if they are really gone: tenantwatch tenants accept 'file/u,
    );
    assert.equal(directory.mustAsk(), false);

    const accepting = command('tenants', 'accept', name);
    while (!directory.mustAsk()) await realClock.sleep(10);
    assert.deepEqual(await ids(), []);
    const accepted = await accepting;
    assert.equal(accepted.exitCode, 0, accepted.stderr);
    assert.match(accepted.stdout, / is believed: 0 in use, 2 before\n$/u);
    assert.deepEqual(
      store.audit
        .list({ action: 'tenants.accept' })
        .map(({ actor, outcome, detail }) => [actor, outcome, detail]),
      [
        ['ada', 'done', { before: 2, after: 0 }],
        ['ada', 'done', { lost: 2 }],
        ['ada', 'started', { lost: 2 }],
      ],
    );

    lists('a1', 'b2');
    assert.deepEqual(await ids(), ['a1', 'b2']);
    lists();
    assert.deepEqual(await ids(), ['a1', 'b2'], 'what was confirmed once is not confirmed for ever');
  });

  it('that fails has no list to believe: the confirmation waits for one', async (context) => {
    const { name, lists, ids, directory, store } = daemonAndOperator(context);
    lists('a1', 'b2');
    await ids();
    lists('?');
    const accept = (at: number) => {
      store.smallState.set('tenants.accepted-losses', [{ source: name, by: 'ada', at }]);
    };
    accept(realClock.now());
    assert.deepEqual(await ids(), ['a1', 'b2']);
    assert.equal(directory.mustAsk(), true);
    lists();
    assert.deepEqual(await ids(), []);
    assert.equal(directory.mustAsk(), false);
  });

  it('is not believed for a confirmation of hours ago', async (context) => {
    const { name, lists, ids, store } = daemonAndOperator(context);
    lists('a1');
    await ids();
    lists();
    store.smallState.set('tenants.accepted-losses', [
      { source: name, by: 'ada', at: realClock.now() - 3_600_001 },
    ]);
    assert.deepEqual(await ids(), ['a1']);
  });
});
