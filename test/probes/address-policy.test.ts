import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isForbiddenAddress } from '../../src/probes/address-policy.ts';
import { formatEndpoint, parseEndpoint } from '../../src/probes/endpoint.ts';
import { plainName } from '../../src/probes/plain-name.ts';

describe('the policy on addresses', () => {
  for (const address of [
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.100.100.200',
    '168.63.129.16',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'fdaa::3',
    'fdaa:0:1:a7b::2',
    'ff02::1',
    '2001:db8::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:169.254.169.254',
    '::ffff:0:10.0.0.1',
    '::10.0.0.1',
    '64:ff9b::10.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2002:a9fe:a9fe::1',
    '2001::1',
    'fe80::1%eth0',
    'example.com',
    '',
  ]) {
    it(`forbids ${address === '' ? 'nothing at all' : address}`, () => {
      assert.equal(isForbiddenAddress(address), true);
    });
  }

  for (const address of [
    '1.1.1.1',
    '66.241.124.1',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '100.128.0.0',
    '169.253.0.1',
    '2606:4700::1111',
    '2a09:8280:1::1',
    '64:ff9b::1.1.1.1',
    '2002:101:101::1',
    '::ffff:1.1.1.1',
  ]) {
    it(`allows ${address}`, () => {
      assert.equal(isForbiddenAddress(address), false);
    });
  }
});

describe('an endpoint in text', () => {
  for (const [text, expected] of [
    ['1.1.1.1', '1.1.1.1:53'],
    ['1.1.1.1:5353', '1.1.1.1:5353'],
    ['2001:db8::1', '[2001:db8::1]:53'],
    ['[2001:db8::1]', '[2001:db8::1]:53'],
    ['[2001:db8::1]:5353', '[2001:db8::1]:5353'],
    ['1.1.1.1:0', undefined],
    ['1.1.1.1:65536', undefined],
    ['1.1.1.256', undefined],
    ['[1.1.1.1]x', undefined],
    ['name:53', undefined],
    ['', undefined],
  ] as const) {
    it(`"${text}" is ${expected ?? 'none'}`, () => {
      const endpoint = parseEndpoint(text, 53);
      assert.equal(endpoint === undefined ? undefined : formatEndpoint(endpoint), expected);
    });
  }
});

describe('a name that someone else chose', () => {
  for (const [raw, expected] of [
    ['Tenant.Example.COM.', 'tenant.example.com'],
    ['*.example.com', '*.example.com'],
    ['_acme-challenge.example.com', '_acme-challenge.example.com'],
  ] as const) {
    it(`${raw} is ${expected}`, () => {
      assert.equal(plainName(raw), expected);
    });
  }

  for (const raw of [
    'tenant.example.com\u0000',
    '\u200btenant.example.com',
    ' tenant.example.com',
    'tenant.example.com\n',
    'tenant.example.com\u202e',
    '\u212aenant.example.com',
    'tenant..example.com',
    '<b>tenant.example.com',
    `${'a.'.repeat(200)}example.com`,
    '',
  ]) {
    it(`${JSON.stringify(raw.slice(0, 40))} is put in quotes, so that it equals no name`, () => {
      assert.match(plainName(raw), /^".*"$/);
    });
  }
});
