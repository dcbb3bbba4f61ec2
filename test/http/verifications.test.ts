import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import Fastify from 'fastify';
import { createEventStreams } from '../../src/http/api/verification-events.ts';
import { createSharedRuns } from '../../src/http/shared-runs.ts';
import { HttpError } from '../../src/http/errors.ts';
import { createVerifications, type Verification } from '../../src/http/verifications.ts';
import type { CheckResult } from '../../src/model/check.ts';
import type { TenantResult } from '../../src/model/diagnosis.ts';
import type { Tenant } from '../../src/model/tenant.ts';
import { tenantById } from '../../src/model/tenant-names.ts';
import { aResult } from '../store/fixtures.ts';
import { until } from '../support/until.ts';
import { testApp } from './app.ts';

describe('runs for everybody who asks over HTTP', () => {
  /** Runs that end when the test says so. */
  function held(places: number) {
    const begun: { tenant: string; end: () => void; tell: (check: CheckResult) => void }[] = [];
    const runs = createSharedRuns(
      {
        verifyNow: (tenant, _trigger, onCheck) =>
          new Promise((resolve) => {
            begun.push({
              tenant,
              end: () => {
                resolve(aResult(tenant));
              },
              tell: (check) => onCheck?.(check),
            });
          }),
      },
      places,
    );
    const ask = (tenant: string, facts: 'live' | 'swept' = 'live', told: CheckResult[] = []) =>
      runs.run(tenant, facts, (check) => told.push(check));
    return { begun, ask };
  }

  it('take no more places than there are for them, in the order of asking', async () => {
    const { begun, ask } = held(2);
    const all = ['a', 'b', 'c', 'd'].map((tenant) => ask(tenant));
    assert.deepEqual(
      begun.map(({ tenant }) => tenant),
      ['a', 'b'],
    );
    begun[1]?.end();
    await all[1];
    await until('the next', () => (begun.length === 3 ? true : undefined));
    assert.equal(begun[2]?.tenant, 'c');
  });

  it('are shared by all who asked before they began, and by nobody who asked later', async () => {
    const { begun, ask } = held(1);
    const first = ask('a');
    const told: CheckResult[] = [];
    const waiting = [ask('a', 'live', told), ask('a', 'live', told), ask('a', 'swept')];
    assert.equal(begun.length, 1, 'the first has begun: what is asked now may be about something newer');
    begun[0]?.end();
    await first;
    await until('the second', () => (begun.length === 2 ? true : undefined));
    const [check] = aResult('a').checks;
    if (check !== undefined) begun[1]?.tell(check);
    assert.equal(told.length, 2, 'both hear of each check');
    begun[1]?.end();
    const [one, other] = await Promise.all(waiting.slice(0, 2));
    assert.equal(one, other);
    await until('the one with other facts', () => (begun.length === 3 ? true : undefined));
  });
});

describe('a flood of verifications', () => {
  it('is refused beyond its bound, and takes no more of the daemon than its places', async (context) => {
    const { context: daemon } = await testApp(context);
    const ids = Array.from({ length: 200 }, (_, index) => index.toString(16).padStart(12, '0'));
    daemon.fleet.setTenants(ids.map((id) => tenantById(id, daemon.platform)));
    const begun: string[] = [];
    const verifyNow = (tenant: string): Promise<undefined> => {
      begun.push(tenant);
      return new Promise(() => undefined);
    };
    const scheduler = { ...daemon.scheduler, verifyNow, sweepNow: () => Promise.resolve() };
    const verifications = createVerifications({ ...daemon, scheduler });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 80 }, () =>
        verifications.start({ names: ids.slice(0, 100), claims: false, by: 'ci' }),
      ),
    );
    const refused = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
    );
    assert.equal(outcomes.length - refused.length, 50);
    for (const error of refused) assert.equal(error instanceof HttpError && error.code, 'rate-limited');
    await until('the runs to begin', () => (begun.length > 0 ? true : undefined));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(begun.length, Math.ceil(daemon.config.limits.concurrency / 2));
    assert.equal(new Set(begun).size, begun.length, 'one run of a tenant, however many ask for it');
  });
});

describe('a few verifications of many tenants', () => {
  it('are as bounded as many of a few: their results are in memory', async (context) => {
    const { context: daemon } = await testApp(context);
    const ids = Array.from({ length: 1_200 }, (_, index) => index.toString(16).padStart(12, '0'));
    daemon.fleet.setTenants(ids.map((id) => tenantById(id, daemon.platform)));
    const verifyNow = () => new Promise<undefined>(() => undefined);
    const scheduler = { ...daemon.scheduler, verifyNow, sweepNow: () => Promise.resolve() };
    const verifications = createVerifications({ ...daemon, scheduler });
    const ask = () => verifications.start({ names: ids, claims: false, by: 'ci' });
    for (let turn = 0; turn < 5; turn += 1) await ask();
    await assert.rejects(ask, { code: 'rate-limited' });
  });
});

describe('verifications of all tenants', () => {
  it('are shared by who asked before they began: one that goes on may have passed a deploy of a moment ago', async (context) => {
    const { context: daemon } = await testApp(context);
    daemon.fleet.setTenants([tenantById('0'.repeat(12), daemon.platform)]);
    const runs: (() => void)[] = [];
    const verifyNow = (tenant: string): Promise<TenantResult> =>
      new Promise((resolve) => {
        runs.push(() => {
          resolve(aResult(tenant));
        });
      });
    const verifications = createVerifications({ ...daemon, scheduler: { ...daemon.scheduler, verifyNow } });
    const ask = () => verifications.start({ names: null, claims: false, by: 'ci' });
    const first = await ask();
    await until('its run', () => (runs.length === 1 ? true : undefined));
    const second = await ask();
    assert.notEqual(second.id, first.id);
    assert.equal((await ask()).id, second.id);
    runs[0]?.();
    await first.over;
    await until('the run of the next', () => (runs.length === 2 ? true : undefined));
    assert.notEqual((await ask()).id, second.id);
  });
});

describe('the events of a verification', () => {
  it('reach a slow reader whole, and cost no memory meanwhile', async (context) => {
    const verification = aVerification(2_000);
    const { listen, buffered } = await server(context, verification);
    const slow = await listen();
    slow.pause();
    verification.finish(2_000);
    verification.end();
    assert.ok(buffered() < 4 * 65_536, `${String(buffered())} octets wait for a reader`);
    const text = await textOf(slow);
    assert.equal(text.match(/^event: tenant$/gmu)?.length, 2_000);
    assert.equal(text.match(/^event: check$/gmu)?.length, 2_000);
    assert.match(text, /event: over\ndata: \{"state":"finished"\}\n\n$/u);
  });

  it('are told once each, whenever a reader comes', async (context) => {
    const verification = aVerification(3);
    const { listen } = await server(context, verification);
    const early = await listen();
    verification.begin(0);
    verification.begin(1);
    const middle = await listen();
    verification.finish(2);
    const late = await listen();
    verification.finish(3);
    verification.end();
    const after = await listen();
    for (const reader of [early, middle, late, after]) {
      const names = [...(await textOf(reader)).matchAll(/^event: (\w+)\ndata: \{"tenant":"(\w+)"/gmu)];
      assert.deepEqual(names.map(([, event, tenant]) => `${event ?? ''} ${tenant ?? ''}`).sort(), [
        'check t0',
        'check t1',
        'check t2',
        'tenant t0',
        'tenant t1',
        'tenant t2',
      ]);
    }
  });

  it('have a bounded number of readers; one who goes makes room', async (context) => {
    const { listen } = await server(context, aVerification(1));
    const readers = await Promise.all(Array.from({ length: 200 }, listen));
    const refused = await Promise.all(Array.from({ length: 20 }, listen));
    assert.ok(refused.every(({ statusCode }) => statusCode === 429));
    readers[0]?.destroy();
    await until('room', async () => ((await listen()).statusCode === 200 ? true : undefined));
  });
});

/** A verification whose tenants begin and end when the test says so. */
function aVerification(total: number) {
  const finished: TenantResult[] = [];
  const underWay = new Map<Tenant, readonly CheckResult[]>();
  const listeners = new Set<() => void>();
  let state: 'running' | 'finished' = 'running';
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  const results = Array.from({ length: total }, (_, index) => aResult(`t${String(index)}`));
  return {
    id: 'v',
    createdAt: 0,
    total,
    finished: () => finished,
    underWay: () => underWay,
    result: () => null,
    state: () => state,
    over: Promise.resolve(null),
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    begin: (index: number) => {
      const result = results[index];
      if (result !== undefined) underWay.set(siteOf(result), result.checks);
      tell();
    },
    finish: (count: number) => {
      for (const result of results.slice(finished.length, count)) {
        for (const tenant of underWay.keys()) if (tenant.id === result.tenant) underWay.delete(tenant);
        finished.push(result);
        tell();
      }
    },
    end: () => {
      state = 'finished';
      tell();
    },
  } satisfies Verification & Record<string, unknown>;
}

function siteOf({ tenant: id, hostname, app }: TenantResult): Tenant {
  return { id, hostname, app, labels: {} };
}

async function server(context: TestContext, verification: Verification) {
  const app = Fastify();
  const stream = createEventStreams(app, ({ state }) => ({ state: state() }));
  const sockets = new Set<{ readonly writableLength: number }>();
  app.get('/', (_request, reply) => {
    stream(verification, reply);
    sockets.add(reply.raw);
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  context.after(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  return {
    buffered: () => [...sockets].reduce((sum, { writableLength }) => sum + writableLength, 0),
    listen: async (): Promise<IncomingMessage> => {
      const [response] = (await once(get({ host: '127.0.0.1', port, agent: false }), 'response')) as [
        IncomingMessage,
      ];
      context.after(() => response.destroy());
      return response;
    },
  };
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return text;
}
