import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import dnsPacket, { type Answer } from 'dns-packet';
import type { DnsAnswer } from '../../src/model/dns.ts';
import type { FailureCode } from '../../src/model/failure.ts';
import type { Observation } from '../../src/model/observation.ts';
import { reply, startDnsServer, type DnsBehaviour, type DnsServer } from '../support/dns-server.ts';
import { never, testProbes, TIMEOUT_MS } from './probing.ts';

const NAME = 'a1b2c3d4e5f6.tenants.test';
const probes = testProbes();
const servers: DnsServer[] = [];
after(async () => {
  await Promise.all(servers.map((server) => server.close()));
});

async function serve(
  behave: DnsBehaviour,
  options: Parameters<typeof startDnsServer>[1] = {},
): Promise<DnsServer> {
  const server = await startDnsServer(behave, options);
  servers.push(server);
  return server;
}

async function look(
  behave: DnsBehaviour,
  options: Parameters<typeof startDnsServer>[1] = {},
): Promise<{
  readonly ipv4: Observation<DnsAnswer>;
  readonly ipv6: Observation<DnsAnswer>;
  readonly server: DnsServer;
}> {
  const server = await serve(behave, options);
  const { ipv4, ipv6 } = await probes.lookup(NAME, { address: server.address, role: 'resolver' }, never());
  return { ipv4, ipv6, server };
}

const a = (name: string, data: string, ttl = 300): Answer => ({ type: 'A', name, data, ttl, class: 'IN' });
const cname = (name: string, data: string, ttl = 300): Answer => ({
  type: 'CNAME',
  name,
  data,
  ttl,
  class: 'IN',
});
const soa = (name: string, ttl: number, minimum: number): Answer => ({
  type: 'SOA',
  name,
  ttl,
  data: {
    mname: 'ns.tenants.test',
    rname: 'a.tenants.test',
    serial: 1,
    refresh: 1,
    retry: 1,
    expire: 1,
    minimum,
  },
});

interface Fact {
  readonly fact: string;
  readonly behave: DnsBehaviour;
  readonly facts: Partial<DnsAnswer>;
}

const ANSWERS: readonly Fact[] = [
  {
    fact: 'addresses come sorted, without duplicates, with the smallest TTL',
    behave: (q) => [
      reply(q, { answers: [a(NAME, '192.0.2.9', 60), a(NAME, '192.0.2.1', 30), a(NAME, '192.0.2.9')] }),
    ],
    facts: {
      rcode: 'NOERROR',
      addresses: ['192.0.2.1', '192.0.2.9'],
      addressCount: 2,
      ttlSeconds: 30,
      cnames: [],
    },
  },
  {
    fact: 'the AA flag is kept',
    behave: (q) => [reply(q, { flags: dnsPacket.AUTHORITATIVE_ANSWER, answers: [a(NAME, '192.0.2.1')] })],
    facts: { authoritative: true },
  },
  {
    fact: 'a CNAME chain is followed in any order of records',
    behave: (q) => [
      reply(q, {
        answers: [
          a('c.test', '192.0.2.1'),
          cname('b.test', 'C.test', 9),
          cname(NAME.toUpperCase(), 'b.test'),
        ],
      }),
    ],
    facts: { cnames: ['b.test', 'c.test'], addresses: ['192.0.2.1'], ttlSeconds: 9 },
  },
  {
    fact: 'a CNAME without the addresses of its target is an answer without addresses',
    behave: (q) => [reply(q, { answers: [cname(NAME, 'b.test')] })],
    facts: { cnames: ['b.test'], addresses: [], rcode: 'NOERROR' },
  },
  {
    fact: 'a CNAME loop is cut where it closes',
    behave: (q) => [
      reply(q, { answers: [cname(NAME, 'b.test'), cname('b.test', NAME), a(NAME, '192.0.2.1')] }),
    ],
    facts: { cnames: ['b.test', NAME], addresses: [] },
  },
  {
    fact: 'addresses of names outside the chain are not the answer',
    behave: (q) => [reply(q, { answers: [a(NAME, '192.0.2.1'), a('other.test', '192.0.2.66')] })],
    facts: { addresses: ['192.0.2.1'] },
  },
  {
    fact: 'NODATA carries the negative TTL of RFC 2308',
    behave: (q) => [reply(q, { authorities: [soa('tenants.test', 900, 60)] })],
    facts: { rcode: 'NOERROR', addresses: [], ttlSeconds: 60 },
  },
  {
    fact: 'NXDOMAIN carries it, too, the smaller of both',
    behave: (q) => [reply(q, { rcode: 3, authorities: [soa('tenants.test', 30, 600)] })],
    facts: { rcode: 'NXDOMAIN', addresses: [], ttlSeconds: 30 },
  },
  {
    fact: 'SERVFAIL is an answer',
    behave: (q) => [reply(q, { rcode: 2 })],
    facts: { rcode: 'SERVFAIL', ttlSeconds: null },
  },
  { fact: 'REFUSED is an answer', behave: (q) => [reply(q, { rcode: 5 })], facts: { rcode: 'REFUSED' } },
  { fact: 'any other rcode is OTHER', behave: (q) => [reply(q, { rcode: 9 })], facts: { rcode: 'OTHER' } },
  {
    fact: 'a bare header that refuses is an answer',
    behave: (q) => [Buffer.from([q.id >> 8, q.id & 255, 0x80, 5, 0, 0, 0, 0, 0, 0, 0, 0])],
    facts: { rcode: 'REFUSED' },
  },
  {
    fact: 'a server that does not understand EDNS is asked without',
    behave: (q) => [q.hasEdns ? reply(q, { rcode: 1 }) : reply(q, { answers: [a(NAME, '192.0.2.1')] })],
    facts: { addresses: ['192.0.2.1'] },
  },
  {
    fact: 'a truncated answer is fetched over TCP',
    behave: (q) => [
      q.transport === 'udp'
        ? reply(q, { flags: dnsPacket.TRUNCATED_RESPONSE })
        : reply(q, { answers: [a(NAME, '192.0.2.1')] }),
    ],
    facts: { addresses: ['192.0.2.1'] },
  },
  {
    fact: 'thousands of addresses are counted and 256 kept',
    behave: (q) => [
      q.transport === 'udp'
        ? reply(q, { flags: dnsPacket.TRUNCATED_RESPONSE })
        : reply(q, {
            answers: Array.from({ length: 1500 }, (_, index) =>
              a(NAME, `198.51.${index >> 8}.${index & 255}`),
            ),
          }),
    ],
    facts: { addressCount: 1500 },
  },
  {
    fact: 'a forged answer before the honest one changes nothing',
    behave: (q) => [
      reply({ ...q, id: q.id ^ 1 }, { answers: [a(NAME, '192.0.2.66')] }),
      reply({ ...q, name: 'other.test' }, { answers: [a('other.test', '192.0.2.66')] }),
      Buffer.from('garbage'),
      q.bytes,
      reply(q, { answers: [a(NAME, '192.0.2.1')] }),
    ],
    facts: { addresses: ['192.0.2.1'] },
  },
  {
    fact: 'a TTL with its highest bit set counts as 0',
    behave: (q) => [reply(q, { answers: [a(NAME, '192.0.2.1', 0x8000_0001)] })],
    facts: { ttlSeconds: 0 },
  },
];

const FAILURES: readonly {
  readonly fact: string;
  readonly behave: DnsBehaviour;
  readonly code: FailureCode;
  readonly options?: Parameters<typeof startDnsServer>[1];
}[] = [
  { fact: 'silence', behave: () => [], code: 'timeout' },
  {
    fact: 'answers with other ids only',
    behave: (q) => [reply({ ...q, id: q.id ^ 1 }, {})],
    code: 'protocol',
  },
  {
    fact: 'answers to another question only',
    behave: (q) => [reply({ ...q, name: 'other.test' }, {})],
    code: 'protocol',
  },
  {
    fact: 'an answer about another name',
    behave: (q) => [reply(q, { answers: [a('other.test', '192.0.2.66')] })],
    code: 'protocol',
  },
  { fact: 'an echo of the question', behave: (q) => [q.bytes], code: 'protocol' },
  {
    fact: 'bytes that are no message',
    behave: (q) => [reply(q, { answers: [a(NAME, '192.0.2.1')] }).subarray(0, -3)],
    code: 'malformed',
  },
  {
    fact: 'a datagram larger than we allow',
    behave: (q) => [Buffer.concat([reply(q, {}), Buffer.alloc(2000)])],
    code: 'too-large',
  },
  {
    fact: 'truncated over TCP, too',
    behave: (q) => [reply(q, { flags: dnsPacket.TRUNCATED_RESPONSE })],
    code: 'incomplete',
  },
  {
    fact: 'truncated, and TCP is closed',
    behave: (q) => [reply(q, { flags: dnsPacket.TRUNCATED_RESPONSE })],
    code: 'refused',
    options: { tcp: false },
  },
  {
    fact: 'truncated, and the TCP connection ends in the middle',
    behave: (q) => [reply(q, { flags: dnsPacket.TRUNCATED_RESPONSE })],
    code: 'eof',
    options: { onTcp: (socket) => socket.once('data', () => socket.end(Buffer.from([0, 40, 1, 2, 3]))) },
  },
  {
    fact: 'truncated, and the TCP connection is reset',
    behave: (q) => [reply(q, { flags: dnsPacket.TRUNCATED_RESPONSE })],
    code: 'reset',
    options: { onTcp: (socket) => socket.once('data', () => socket.resetAndDestroy()) },
  },
];

describe('an answer of a name server', () => {
  for (const { fact, behave, facts } of ANSWERS) {
    it(fact, async () => {
      const { ipv4 } = await look(behave);
      if (ipv4.outcome !== 'observed') assert.fail(JSON.stringify(ipv4));
      for (const [key, value] of Object.entries(facts)) {
        assert.deepEqual(ipv4.facts[key as keyof DnsAnswer], value, key);
      }
      assert.ok(ipv4.facts.addresses.length <= 256);
    });
  }

  it('both families are asked side by side, AAAA in one spelling', async () => {
    const { ipv6, server } = await look((q) =>
      q.type === 'AAAA'
        ? [reply(q, { answers: [{ type: 'AAAA', name: NAME, data: '2001:DB8:0:0:0:0:0:1', ttl: 1 }] })]
        : [reply(q, {})],
    );
    assert.equal(ipv6.outcome === 'observed' && ipv6.facts.addresses[0], '2001:db8::1');
    assert.deepEqual(server.questions.map(({ type }) => type).sort(), ['A', 'AAAA']);
  });

  for (const [role, expected] of [
    ['authoritative', 'redirected'],
    ['resolver', 'observed'],
  ] as const) {
    it(`a referral is no empty answer of the zone’s own server (${role}: ${expected})`, async () => {
      const server = await serve((q) => [
        reply(q, { authorities: [{ type: 'NS', name: NAME, data: 'ns1.elsewhere.test', ttl: 60 }] }),
      ]);
      const { ipv4 } = await probes.lookup(NAME, { address: server.address, role }, never());
      assert.equal(ipv4.outcome === 'failed' ? ipv4.failure.code : ipv4.outcome, expected);
    });
  }

  it('a lost datagram costs one more question, not the answer', async () => {
    let seen = 0;
    const { ipv4 } = await look((q) => (q.type === 'A' && seen++ === 0 ? [] : [reply(q, {})]));
    assert.equal(ipv4.outcome, 'observed');
  });

  it('hostile names in a chain come out as quoted plain text', async () => {
    const { ipv4 } = await look((q) => [
      reply(q, { answers: [cname(NAME, '\u001b[31m<!channel>\u202e.test')] }),
    ]);
    const [target = ''] = ipv4.outcome === 'observed' ? ipv4.facts.cnames : [];
    assert.match(target, /^"[^\u0000-\u001f\u202e]*"$/u);
  });
});

describe('a name server that fails', () => {
  for (const { fact, behave, code, options } of FAILURES) {
    it(`${fact}: ${code}`, async () => {
      const startedMs = performance.now();
      const { ipv4 } = await look(behave, options);
      assert.equal(ipv4.outcome === 'failed' && ipv4.failure.code, code, JSON.stringify(ipv4));
      assert.ok(performance.now() - startedMs < TIMEOUT_MS * 10, 'bounded');
    });
  }

  it('that is truncated, and silent over TCP, is waited for once', async () => {
    let connections = 0;
    const { ipv4, server } = await look((q) => [reply(q, { flags: dnsPacket.TRUNCATED_RESPONSE })], {
      onTcp: () => {
        connections += 1;
      },
    });
    assert.equal(ipv4.outcome === 'failed' && ipv4.failure.code, 'timeout');
    assert.deepEqual([server.questions.length, connections], [2, 2], 'one for each family');
  });

  it('a closed port is refused', async () => {
    const server = await startDnsServer(() => []);
    await server.close();
    const { ipv4 } = await probes.lookup(NAME, { address: server.address, role: 'resolver' }, never());
    assert.equal(ipv4.outcome === 'failed' && ipv4.failure.code, 'refused');
  });

  it('gives up when told to stop', async () => {
    const server = await serve(() => []);
    const controller = new AbortController();
    const pending = probes.lookup(NAME, { address: server.address, role: 'resolver' }, controller.signal);
    controller.abort();
    const { ipv4, ipv6 } = await pending;
    assert.equal(ipv4.outcome === 'failed' && ipv4.failure.code, 'aborted');
    assert.equal(ipv6.outcome === 'failed' && ipv6.failure.code, 'aborted');
  });

  for (const name of [
    '',
    'single',
    '-x.test',
    `${'a'.repeat(64)}.test`,
    'a..test',
    'a b.test',
    `${'a.'.repeat(130)}test`,
  ]) {
    it(`"${name.slice(0, 20)}" is never sent`, async () => {
      const server = await serve(() => []);
      const { ipv4 } = await probes.lookup(name, { address: server.address, role: 'resolver' }, never());
      assert.equal(ipv4.outcome === 'failed' && ipv4.failure.code, 'internal');
      assert.deepEqual(server.questions, []);
    });
  }

  it('a resolver is asked to recurse, a name server of the zone is not', async () => {
    const flags: boolean[] = [];
    const server = await serve((q) => {
      flags.push(q.recursionDesired);
      return [reply(q, {})];
    });
    await probes.lookup(NAME, { address: server.address, role: 'resolver' }, never());
    await probes.lookup(NAME, { address: server.address, role: 'authoritative' }, never());
    assert.deepEqual(flags, [true, true, false, false]);
  });
});

describe("the zone's own name servers", () => {
  const zone =
    (apex: string): DnsBehaviour =>
    (q) => {
      const ns = (data: string): Answer => ({ type: 'NS', name: apex, data, ttl: 60 });
      if (q.type === 'NS' && q.name === apex)
        return [reply(q, { answers: [ns('ns1.test'), ns('ns2.test'), ns('bad name.test')] })];
      if (q.type === 'NS') return [reply(q, { authorities: [soa(apex, 60, 60)] })];
      if (q.type === 'A' && q.name === 'ns1.test')
        return [reply(q, { answers: [a(q.name, '198.41.0.4'), a(q.name, '10.0.0.1')] })];
      if (q.type === 'A' && q.name === 'ns2.test') return [reply(q, { answers: [a(q.name, '198.41.0.5')] })];
      return [reply(q, { rcode: 3 })];
    };

  it('are found at the domain itself', async () => {
    const server = await serve(zone('tenants.test'));
    const found = await testProbes({ resolvers: [server.address], allowPrivateAddresses: false }).zoneServers(
      'tenants.test',
      never(),
    );
    assert.deepEqual(found.outcome === 'observed' && found.facts, ['198.41.0.4:53', '198.41.0.5:53']);
  });

  it('are different ones first, in the family in which the resolvers are reached', async () => {
    const server = await serve((q) => {
      const number = /^ns(\d)\.test$/.exec(q.name)?.[1];
      if (number === undefined)
        return [
          reply(q, {
            answers: [1, 2].map((n) => ({ type: 'NS', name: q.name, data: `ns${n}.test`, ttl: 60 })),
          }),
        ];
      const data = q.type === 'A' ? `198.41.0.${number}` : `2001:500::${number}`;
      return [reply(q, { answers: [{ type: q.type as 'A', name: q.name, data, ttl: 60 }] })];
    });
    const foundThrough = async (...resolvers: readonly string[]) => {
      const found = await testProbes({ resolvers, allowPrivateAddresses: false }).zoneServers(
        'tenants.test',
        never(),
      );
      return found.outcome === 'observed' && found.facts;
    };
    const [v4, v6] = [
      ['198.41.0.1:53', '198.41.0.2:53'],
      ['[2001:500::1]:53', '[2001:500::2]:53'],
    ] as const;
    assert.deepEqual(await foundThrough(server.address), [...v4, ...v6]);
    assert.deepEqual(await foundThrough('[::1]:1', server.address), [...v6, ...v4]);
  });

  it('are found above a domain that is no zone of its own', async () => {
    const server = await serve(zone('example.test'));
    const found = await testProbes({ resolvers: [server.address], allowPrivateAddresses: false }).zoneServers(
      'a.b.example.test',
      never(),
    );
    assert.deepEqual(found.outcome === 'observed' && found.facts, ['198.41.0.4:53', '198.41.0.5:53']);
  });

  it('are found at the next resolver when the first does not answer', async () => {
    const dead = await serve((q) => [reply(q, { rcode: 2 })]);
    const server = await serve(zone('tenants.test'));
    const found = await testProbes({ resolvers: [dead.address, server.address] }).zoneServers(
      'tenants.test',
      never(),
    );
    assert.equal(found.outcome, 'observed');
  });

  it('that are all private are not asked', async () => {
    const server = await serve((q) =>
      q.type === 'NS'
        ? [reply(q, { answers: [{ type: 'NS', name: q.name, data: 'ns.test', ttl: 1 }] })]
        : [reply(q, { answers: q.type === 'A' ? [a(q.name, '169.254.169.254')] : [] })],
    );
    const found = await testProbes({ resolvers: [server.address], allowPrivateAddresses: false }).zoneServers(
      'tenants.test',
      never(),
    );
    assert.equal(found.outcome === 'failed' && found.failure.code, 'no-address');
  });

  it('are looked for in a bounded number of questions', async () => {
    const server = await serve((q) => [reply(q, { authorities: [soa('unrelated.example', 1, 1)] })]);
    const domain = `${'a.'.repeat(60)}test`;
    const found = await testProbes({ resolvers: [server.address] }).zoneServers(domain, never());
    assert.equal(found.outcome, 'failed');
    assert.ok(server.questions.length <= 10);
  });

  it('without any resolver are nobody', async () => {
    const found = await testProbes().zoneServers('tenants.test', never());
    assert.equal(found.outcome === 'failed' && found.failure.code, 'internal');
  });
});
