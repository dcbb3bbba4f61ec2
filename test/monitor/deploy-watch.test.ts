import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Inventory, Release } from '../../src/model/fly.ts';
import type { Tenant } from '../../src/model/tenant.ts';
import type { Trigger, Verdict } from '../../src/model/verdict.ts';
import { createDeployWatch, type DeployWatch } from '../../src/monitor/deploy-watch.ts';
import { createFleet } from '../../src/monitor/fleet.ts';
import { recentDeploys } from '../../src/monitor/follow-up.ts';
import { createHistory } from '../../src/monitor/history.ts';
import type { Store } from '../../src/store/index.ts';
import { recordingLogger, T0, temporaryStore } from '../store/fixtures.ts';

const SHOP: Tenant = { id: 'shop', hostname: 'shop.example.com', app: 'sp-shop', labels: {} };
const PASS = ['verified:sp-shop'];

function release(version: number, status = 'complete'): Release {
  return {
    id: `r${version}`,
    version,
    status,
    reason: '',
    description: '',
    image: null,
    user: null,
    createdAt: T0 + version,
  };
}

function inventory(currentRelease: Release): Inventory {
  const app = { name: SHOP.app, status: 'deployed', claims: [], currentRelease, machines: [] };
  return { startedAt: T0, takenAt: T0, apps: new Map([[SHOP.app, app]]), claims: new Map() };
}

/** A daemon's part that follows deploys: what it asks for is written down, and time is ours. */
function daemonOn(store: Store, startMs = 0) {
  const time = { ms: startMs };
  const asked: string[] = [];
  const logger = recordingLogger();
  const clock = { now: () => T0 + time.ms, monotonicMs: () => time.ms, sleep: () => Promise.resolve() };
  const history = createHistory(store, { add: () => undefined }, logger);
  const fleet = createFleet();
  fleet.setTenants([SHOP]);
  const watch: DeployWatch = createDeployWatch({
    clock,
    fleet,
    history,
    logger,
    verify: (tenant, delayMs) => asked.push(`${tenant}+${delayMs}`),
    verified: (app) => asked.push(`verified:${app}`),
  });
  const noticed = (one: Release): void => {
    watch.noticed(recentDeploys(history.freshReleases(inventory(one)), fleet.tenants(), clock.now()));
  };
  return {
    watch,
    fleet,
    logger,
    sweep: async (one: Release) => {
      noticed(one);
      await history.sweep(inventory(one));
    },
    /** The process ends before the sweep is written down. */
    sweepCutShort: noticed,
    /** What is asked for after a run that began and ended now. */
    run: (verdict: Verdict, trigger: Trigger = 'deploy', startedMs = time.ms) => {
      watch.after(SHOP, { trigger, verdict, startedMs });
      return asked.splice(0);
    },
    asked: () => asked.splice(0),
    at: (ms: number) => (time.ms = ms),
  };
}

async function deployed(context: TestContext) {
  const store = temporaryStore(context);
  const daemon = daemonOn(store);
  await daemon.sweep(release(1));
  assert.deepEqual(daemon.asked(), [], 'the first sight of an app is no deploy');
  await daemon.sweep(release(2));
  assert.deepEqual(daemon.asked(), ['shop+0']);
  return { store, ...daemon };
}

describe('a deploy that was noticed', () => {
  it('is followed until the tenant verifies, and then no longer', async (context) => {
    const { run, at, logger } = await deployed(context);
    for (const [index, verdict] of (['fail', 'unknown', 'skipped'] as const).entries()) {
      at(index * 5_000);
      assert.deepEqual(run(verdict), ['shop+5000']);
    }
    at(61_000);
    assert.deepEqual(run('pass'), PASS);
    assert.deepEqual(run('fail'), []);
    assert.deepEqual(
      logger.lines.map(({ message, fields }) => [message, fields.tookMs]),
      [
        ['deploy noticed', undefined],
        ['deploy verified', 61_000],
      ],
    );
  });

  it('is one chain of runs, however many others of the tenant fail meanwhile', async (context) => {
    const { run, at } = await deployed(context);
    assert.deepEqual(run('fail'), ['shop+5000']);
    at(2_000);
    assert.deepEqual(run('fail', 'recheck'), []);
    at(4_000);
    assert.deepEqual(run('fail', 'schedule'), []);
    at(5_100);
    assert.deepEqual(run('fail'), ['shop+5000']);
  });

  it('goes on with the next run of any kind when a run of its own got lost', async (context) => {
    const { run, at } = await deployed(context);
    run('fail');
    at(60_000);
    assert.deepEqual(run('fail', 'schedule'), ['shop+5000']);
  });

  it('is proved neither by a run that began before, nor by one that wakes nobody', async (context) => {
    const { run, at } = await deployed(context);
    at(1_000);
    assert.deepEqual(run('pass', 'deploy', -1), []);
    assert.deepEqual(run('pass', 'schedule'), ['shop+5000']);
    assert.deepEqual(run('warn', 'gate'), PASS);
  });

  it('is given up after five minutes', async (context) => {
    const { run, at, logger } = await deployed(context);
    at(299_999);
    assert.deepEqual(run('fail'), ['shop+5000']);
    at(300_000);
    assert.deepEqual(run('fail'), []);
    assert.equal(logger.lines.at(-1)?.message, 'deploy did not verify in time');
    assert.deepEqual(run('pass'), []);
  });

  it('is verified again when it is rolled out', async (context) => {
    const { sweep, asked } = await deployed(context);
    for (const status of ['running', 'running', 'complete']) await sweep(release(3, status));
    assert.deepEqual(asked(), ['shop+0', 'shop+0']);
  });

  it('of a tenant that is gone is forgotten', async (context) => {
    const { store, fleet, watch } = await deployed(context);
    fleet.setTenants([]);
    watch.noticed([]);
    assert.deepEqual(store.dueTimes.load('deploy'), []);
  });
});

describe('a restart in the middle of a deploy', () => {
  it('goes on with it, and with the time that it had left', async (context) => {
    const { store, run } = await deployed(context);
    run('fail');
    const next = daemonOn(store, 290_000);
    next.watch.resume();
    assert.deepEqual(next.asked(), ['shop+0']);
    next.watch.resume();
    assert.deepEqual(next.asked(), [], 'once');
    assert.deepEqual(next.run('fail'), ['shop+5000']);
    next.at(300_000);
    assert.deepEqual(next.run('pass'), PASS);
    const third = daemonOn(store, 301_000);
    third.watch.resume();
    assert.deepEqual(third.asked(), [], 'what is verified is not due any more');
  });

  it('still looks once at a deploy whose time ran out meanwhile', async (context) => {
    const next = daemonOn((await deployed(context)).store, 600_000);
    next.watch.resume();
    assert.deepEqual(next.asked(), ['shop+0']);
    assert.deepEqual(next.run('pass'), PASS);
  });

  it('leaves a deploy of more than an hour ago alone', async (context) => {
    const { store } = await deployed(context);
    const next = daemonOn(store, 3_600_001);
    next.watch.resume();
    assert.deepEqual(next.asked(), []);
    assert.deepEqual(store.dueTimes.load('deploy'), []);
  });

  it('loses nothing when it comes before the sweep was written down', async (context) => {
    const { store, sweepCutShort } = await deployed(context);
    sweepCutShort(release(3));
    const next = daemonOn(store, 10_000);
    next.watch.resume();
    await next.sweep(release(3));
    assert.deepEqual(next.asked().at(-1), 'shop+0');
    assert.equal(next.logger.lines.at(-1)?.fields.release, 3);
  });

  it('waits for the list of tenants', async (context) => {
    const { store } = await deployed(context);
    const next = daemonOn(store, 10_000);
    next.fleet.setTenants([], false);
    next.watch.resume();
    assert.deepEqual(next.asked(), []);
    next.fleet.setTenants([SHOP]);
    next.watch.resume();
    assert.deepEqual(next.asked(), ['shop+0']);
  });
});
