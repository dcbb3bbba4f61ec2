import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answerFrom, createZone } from '../../src/sandbox/zone.ts';
import type { ZoneRecord } from '../../src/sandbox/zone.ts';

const WILDCARD: Omit<ZoneRecord, 'ttl'> = { name: '*.example.io', type: 'A', data: '192.0.2.1' };

interface Row {
  readonly fact: string;
  readonly records: readonly Omit<ZoneRecord, 'ttl'>[];
  readonly ask: readonly [name: string, type: string];
  readonly answer: string;
}

const ROWS: readonly Row[] = [
  {
    fact: 'the wildcard answers for a name that does not exist',
    records: [WILDCARD],
    ask: ['a.example.io', 'A'],
    answer: 'NOERROR 192.0.2.1',
  },
  {
    fact: 'the wildcard answers for names of several labels below its parent',
    records: [WILDCARD],
    ask: ['x.y.example.io', 'A'],
    answer: 'NOERROR 192.0.2.1',
  },
  {
    fact: 'the wildcard has no record of the other family: NODATA',
    records: [WILDCARD],
    ask: ['a.example.io', 'AAAA'],
    answer: 'NOERROR ',
  },
  {
    fact: 'a record of its own beats the wildcard',
    records: [WILDCARD, { name: 'a.example.io', type: 'A', data: '192.0.2.9' }],
    ask: ['a.example.io', 'A'],
    answer: 'NOERROR 192.0.2.9',
  },
  {
    fact: 'a record of another type switches the wildcard off for the name',
    records: [WILDCARD, { name: 'a.example.io', type: 'TXT', data: 'v' }],
    ask: ['a.example.io', 'A'],
    answer: 'NOERROR ',
  },
  {
    fact: 'a record below the name makes it an empty non-terminal, which switches the wildcard off',
    records: [WILDCARD, { name: '_acme-challenge.a.example.io', type: 'TXT', data: 'v' }],
    ask: ['a.example.io', 'A'],
    answer: 'NOERROR ',
  },
  {
    fact: 'below an empty non-terminal the wildcard further up does not apply',
    records: [WILDCARD, { name: '_acme-challenge.a.example.io', type: 'TXT', data: 'v' }],
    ask: ['b.a.example.io', 'A'],
    answer: 'NXDOMAIN ',
  },
  {
    fact: 'the name beside the shadowed one is not shadowed',
    records: [WILDCARD, { name: '_acme-challenge.a.example.io', type: 'TXT', data: 'v' }],
    ask: ['b.example.io', 'A'],
    answer: 'NOERROR 192.0.2.1',
  },
  {
    fact: 'the asterisk itself can be asked for',
    records: [WILDCARD],
    ask: ['*.example.io', 'A'],
    answer: 'NOERROR 192.0.2.1',
  },
  {
    fact: 'without a wildcard a name does not exist',
    records: [{ name: 'a.example.io', type: 'A', data: '192.0.2.9' }],
    ask: ['b.example.io', 'A'],
    answer: 'NXDOMAIN ',
  },
  {
    fact: 'an alias is followed, the chain comes first',
    records: [WILDCARD, { name: 'a.example.io', type: 'CNAME', data: 'b.example.io' }],
    ask: ['a.example.io', 'A'],
    answer: 'NOERROR b.example.io 192.0.2.1',
  },
  {
    fact: 'a wildcard may be an alias',
    records: [
      { name: '*.example.io', type: 'CNAME', data: 'edge.example.io' },
      { name: 'edge.example.io', type: 'A', data: '192.0.2.7' },
    ],
    ask: ['a.example.io', 'A'],
    answer: 'NOERROR edge.example.io 192.0.2.7',
  },
  {
    fact: 'an alias that leads out of all zones ends the chain',
    records: [{ name: 'a.example.io', type: 'CNAME', data: 'elsewhere.test' }],
    ask: ['a.example.io', 'A'],
    answer: 'NOERROR elsewhere.test',
  },
  {
    fact: 'letter case and a final dot do not matter',
    records: [WILDCARD],
    ask: ['A.Example.IO.', 'A'],
    answer: 'NOERROR 192.0.2.1',
  },
];

describe('zone lookup (RFC 1034 section 4.3.2, RFC 4592)', () => {
  for (const { fact, records, ask, answer } of ROWS) {
    it(fact, () => {
      const zone = createZone('example.io');
      for (const record of records) zone.add(record);
      const found = answerFrom([zone], ...ask);
      assert.equal(
        `${found?.rcode ?? 'none'} ${(found?.records ?? []).map(({ data }) => data).join(' ')}`,
        answer,
      );
    });
  }

  it('a loop of aliases ends', () => {
    const zone = createZone('example.io');
    zone.add({ name: 'a.example.io', type: 'CNAME', data: 'b.example.io' });
    zone.add({ name: 'b.example.io', type: 'CNAME', data: 'a.example.io' });
    assert.equal(answerFrom([zone], 'a.example.io', 'A')?.records.length, 8);
  });

  it('a name outside every zone is nobody’s', () => {
    assert.equal(answerFrom([createZone('example.io')], 'example.com', 'A'), null);
  });

  it('removing the last record below a name gives the wildcard back', () => {
    const zone = createZone('example.io');
    zone.add(WILDCARD);
    zone.add({ name: '_acme-challenge.a.example.io', type: 'TXT', data: 'v' });
    assert.equal(zone.remove('_acme-challenge.a.example.io'), 1);
    assert.deepEqual(
      answerFrom([zone], 'a.example.io', 'A')?.records.map(({ data }) => data),
      ['192.0.2.1'],
    );
  });

  it('removing a name keeps it while something lies below it', () => {
    const zone = createZone('example.io');
    zone.add(WILDCARD);
    zone.add({ name: 'a.example.io', type: 'A', data: '192.0.2.9' });
    zone.add({ name: 'b.a.example.io', type: 'A', data: '192.0.2.9' });
    zone.remove('a.example.io', 'A');
    assert.deepEqual(answerFrom([zone], 'a.example.io', 'A')?.records, []);
  });
});
