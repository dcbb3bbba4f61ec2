import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { decode } from 'dns-packet';
import { startSandbox } from '../../src/sandbox/index.ts';
import type { FaultName, Sandbox } from '../../src/sandbox/index.ts';
import { datagrams, dnsTcp, dnsUdp, query } from './clients.ts';

const NAME = '999bc6549a64.systemprompt.io';

describe('DNS servers of the sandbox', () => {
  let sandbox: Sandbox;
  let resolver = '';
  let other = '';
  let zoneServer = '';
  before(async () => {
    sandbox = await startSandbox({ tenants: 2 });
    [resolver = '', other = ''] = sandbox.addresses.resolvers;
    [zoneServer = ''] = sandbox.addresses.authoritative;
  });
  afterEach(() => {
    sandbox.faults.clear();
  });
  after(() => sandbox.close());

  it('a resolver answers for the wildcard, recursion available, not authoritative', async () => {
    const reply = await dnsUdp(resolver, NAME);
    assert.deepEqual(
      [reply.rcode, reply.answers, reply.aa, reply.ra],
      ['NOERROR', ['127.0.0.1'], false, true],
    );
  });

  it('the zone’s server answers with authority, over TCP, too', async () => {
    for (const reply of [await dnsUdp(zoneServer, NAME), await dnsTcp(zoneServer, NAME)])
      assert.deepEqual([reply.answers, reply.aa, reply.ra], [['127.0.0.1'], true, false]);
  });

  it('a negative answer carries the SOA record, and its TTL', async () => {
    const reply = await dnsUdp(resolver, NAME, 'AAAA');
    assert.deepEqual([reply.rcode, reply.answers, reply.authority], ['NOERROR', [], ['SOA systemprompt.io']]);
    assert.equal((reply.packet.authorities?.[0] as { ttl?: number } | undefined)?.ttl, 60);
  });

  it('the direct name exists while its app does', async () => {
    assert.deepEqual((await dnsUdp(resolver, 'sp-999bc6549a64.fly.dev')).answers, ['127.0.0.2']);
    assert.equal((await dnsUdp(resolver, 'sp-unknown.fly.dev')).rcode, 'NXDOMAIN');
  });

  it('a resolver says NXDOMAIN for what nobody has, the zone’s server REFUSED', async () => {
    assert.equal((await dnsUdp(resolver, 'example.com')).rcode, 'NXDOMAIN');
    assert.equal((await dnsUdp(zoneServer, 'example.com')).rcode, 'REFUSED');
  });

  it('the spelling of the question comes back', async () => {
    const reply = await dnsUdp(resolver, '999BC6549a64.SystemPrompt.io');
    assert.equal(reply.packet.questions?.[0]?.name, '999BC6549a64.SystemPrompt.io');
    assert.equal(reply.packet.answers?.[0]?.name, '999BC6549a64.SystemPrompt.io');
  });

  it('name servers and SOA of the zone are told', async () => {
    assert.deepEqual((await dnsUdp(resolver, 'systemprompt.io', 'NS')).answers, ['ns1.systemprompt.io']);
    assert.equal((await dnsUdp(resolver, 'systemprompt.io', 'SOA')).packet.answers?.[0]?.type, 'SOA');
  });

  const rcodes: readonly (readonly [FaultName, string])[] = [
    ['dns-nxdomain', 'NXDOMAIN'],
    ['dns-nodata', 'NOERROR'],
    ['dns-servfail', 'SERVFAIL'],
    ['dns-refused', 'REFUSED'],
  ];
  for (const [fault, rcode] of rcodes)
    it(`${fault} is ${rcode} without answers, for its name and server only`, async () => {
      sandbox.faults.on(fault, { name: NAME, at: resolver });
      const reply = await dnsUdp(resolver, NAME);
      assert.deepEqual([reply.rcode, reply.answers], [rcode, []]);
      assert.deepEqual((await dnsUdp(other, NAME)).answers, ['127.0.0.1']);
      assert.deepEqual((await dnsUdp(resolver, 'control.systemprompt.io')).answers, ['127.0.0.1']);
    });

  it('dns-silent says nothing', async () => {
    sandbox.faults.on('dns-silent', { at: resolver });
    assert.equal((await datagrams(resolver, query(NAME, 'A'), 1, 150)).length, 0);
  });

  it('dns-truncated sets TC over UDP; TCP has the answer', async () => {
    sandbox.faults.on('dns-truncated');
    const udp = await dnsUdp(resolver, NAME);
    assert.deepEqual([udp.tc, udp.answers], [true, []]);
    assert.deepEqual((await dnsTcp(resolver, NAME)).answers, ['127.0.0.1']);
  });

  it('an answer too large for UDP is truncated without any fault of transport', async () => {
    sandbox.faults.on('dns-flood', { value: 300 });
    assert.equal((await dnsUdp(resolver, NAME)).tc, true);
    assert.equal((await dnsTcp(resolver, NAME)).answers.length, 300);
  });

  it('dns-lying answers what the zone never said', async () => {
    sandbox.faults.on('dns-lying', { value: '127.0.0.99' });
    assert.deepEqual((await dnsUdp(resolver, NAME)).answers, ['127.0.0.99']);
  });

  it('dns-malformed keeps the id and breaks the rest', async () => {
    sandbox.faults.on('dns-malformed');
    const [bytes] = await datagrams(resolver, query(NAME, 'A', 99), 1, 2000);
    assert.ok(bytes);
    assert.equal(bytes.readUInt16BE(0), 99);
    assert.throws(() => decode(bytes));
  });

  it('dns-forged sends two answers that match nothing before the true one', async () => {
    sandbox.faults.on('dns-forged');
    const replies = (await datagrams(resolver, query(NAME, 'A', 7), 3, 2000)).map((bytes) => decode(bytes));
    assert.deepEqual(
      replies.map(({ id, questions }) => [id, questions?.[0]?.name]),
      [
        [8, NAME],
        [7, 'forged.example'],
        [7, NAME],
      ],
    );
  });

  it('dns-slow answers, later', async () => {
    sandbox.faults.on('dns-slow', { value: 150 });
    assert.equal((await datagrams(resolver, query(NAME, 'A'), 1, 50)).length, 0);
    assert.deepEqual((await dnsUdp(resolver, NAME)).answers, ['127.0.0.1']);
  });

  it('dns-stale keeps one resolver at what the zone was', async () => {
    sandbox.faults.on('dns-stale', { at: resolver });
    sandbox.world.zone.add({ name: NAME, type: 'A', data: '127.0.0.2' });
    assert.deepEqual((await dnsUdp(resolver, NAME)).answers, ['127.0.0.1']);
    assert.deepEqual((await dnsUdp(other, NAME)).answers, ['127.0.0.2']);
    assert.equal(sandbox.world.zone.remove(NAME, 'A'), 1);
    assert.deepEqual((await dnsUdp(other, NAME)).answers, ['127.0.0.1']);
  });

  it('what is no query is ignored', async () => {
    assert.equal((await datagrams(resolver, Buffer.from('nonsense'), 1, 100)).length, 0);
    assert.deepEqual((await dnsUdp(resolver, NAME)).answers, ['127.0.0.1']);
  });
});
