import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TENANT_LISTS } from '../../src/model/tenant-list.ts';
import { databaseHost, TENANTS } from './database-host.ts';

const [FLY] = TENANTS;

describe('tenants', () => {
  it('shows each source and each tenant', async (context) => {
    const { stdout, exitCode } = await databaseHost(context).command('tenants');
    assert.equal(exitCode, 0);
    assert.equal(
      stdout,
      `source fly: 3 tenants

Tenants
  a1  a1.example.test  sp-a1
  b2  b2.example.test  sp-b2
  c3  c3.example.test  sp-c3
`,
    );
  });

  it('has one JSON document', async (context) => {
    const host = databaseHost(context);
    const lists = [{ ...FLY, reason: 'it lost 9 of 12 tenants at once', failingSince: 0, lost: 9 }];
    host.store.smallState.set(TENANT_LISTS, JSON.parse(JSON.stringify(lists)) as never);
    const document = (await host.json('tenants')) as { sources: unknown; schema: string };
    assert.equal(document.schema, 'tenantwatch.tenants/1');
    assert.deepEqual(document.sources, [
      {
        name: 'fly',
        tenants: 3,
        reason: 'it lost 9 of 12 tenants at once',
        failingSince: '1970-01-01T00:00:00.000Z',
        lost: 9,
      },
    ]);
  });

  it('accept without a daemon says that it was kept for one, and leaves it there', async (context) => {
    const host = databaseHost(context);
    const lists = [{ ...FLY, reason: 'it lists none of 3 tenants any more', failingSince: 0, lost: 3 }];
    host.store.smallState.set(TENANT_LISTS, JSON.parse(JSON.stringify(lists)) as never);
    const { stdout, exitCode } = await host.command('tenants', 'accept', 'fly');
    assert.equal(exitCode, 3);
    assert.match(stdout, /^source fly: no daemon took it yet\. .* At present: it lists none of 3/u);
    assert.deepEqual((host.store.smallState.get('tenants.accepted-losses') as unknown[]).length, 1);
  });

  it('accept of a source that is believed changes nothing', async (context) => {
    const host = databaseHost(context);
    const { stdout, exitCode } = await host.command('tenants', 'accept', 'fly');
    assert.equal(exitCode, 0);
    assert.equal(stdout, 'source fly is believed already: 3 in use\n');
    assert.equal(host.store.smallState.get('tenants.accepted-losses'), undefined);
  });

  it('accept of a source that is none names those there are', async (context) => {
    const { stderr, exitCode } = await databaseHost(context).command('tenants', 'accept', 'http x');
    assert.equal(exitCode, 2);
    assert.match(stderr, /there is no tenant source http x; known are fly/u);
  });
});
