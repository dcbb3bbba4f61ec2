import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  address,
  app,
  changes,
  claimed,
  dnsServer,
  host,
  literal,
  machine,
  prose,
  shell,
  tenantName,
} from '../../src/diagnosis/commands.ts';

describe('a value gets into a command', () => {
  const accepted: readonly (readonly [string, string | null, string])[] = [
    ['a host name', host('999bc6549a64.systemprompt.io').text, '999bc6549a64.systemprompt.io'],
    ['a wildcard that is claimed', claimed('*.systemprompt.io').text, '*.systemprompt.io'],
    ['an app name', app('sp-999bc6549a64').text, 'sp-999bc6549a64'],
    ['a machine id', machine('4d89040b2e9e38').text, '4d89040b2e9e38'],
    ['an IPv4 address', address('66.241.124.121').text, '66.241.124.121'],
    ['an IPv6 address', address('2a09:8280:1::a:1').text, '2a09:8280:1::a:1'],
    ['the unspecified start of an IPv6 address', address('::1').text, '::1'],
    ['a DNS server on the usual port', dnsServer('1.1.1.1:53').text, '@1.1.1.1'],
    ['a DNS server on another port', dnsServer('127.0.0.1:5353').text, '@127.0.0.1 -p 5353'],
    ['an IPv6 DNS server', dnsServer('[2606:4700::1111]:53').text, '@2606:4700::1111'],
    ['a tenant by its id', tenantName('999bc6549a64', 'a.b').text, '999bc6549a64'],
    ['a tenant by its hostname, where the id is no plain word', tenantName('$(id)', 'a.b').text, 'a.b'],
  ];
  for (const [fact, actual, expected] of accepted)
    it(`as ${fact}`, () => {
      assert.equal(actual, expected);
    });
});

describe('a value does not get into a command', () => {
  const refused: readonly (readonly [string, string | null])[] = [
    ['when a host name has a semicolon', host('a.b;reboot').text],
    ['when a host name begins with a hyphen', host('-rf.b').text],
    ['when a host name has an underscore', host('_acme-challenge.b.io').text],
    ['when a host name is a wildcard', host('*.b.io').text],
    ['when a host name has a line break at its end', host('a.b\n').text],
    ['when a claim has two wildcards', claimed('*.*.b.io').text],
    ['when a claim has a wildcard inside', claimed('a.*.b.io').text],
    ['when an app looks like an option', app('--all').text],
    ['when an app is upper case', app('SP-1').text],
    ['when a machine id has a quote', machine("4d8904'b2e9").text],
    ['when an octet is too large', address('1.2.3.256').text],
    ['when an address has a zone index', address('fe80::1%eth0').text],
    ['when an address has two gaps', address('1::2::3').text],
    ['when a server has no port', dnsServer('1.1.1.1').text],
    ['when a server has port 0', dnsServer('1.1.1.1:0').text],
    ['when a server is a name', dnsServer('dns.google:53').text],
  ];
  for (const [fact, actual] of refused)
    it(fact, () => {
      assert.equal(actual, null);
    });
});

describe('a command', () => {
  it('quotes a wildcard, so that no shell expands it', () => {
    assert.deepEqual(shell`fly certs remove ${claimed('*.systemprompt.io')} -a ${app('sp-a')} -y`, {
      safe: true,
      text: "fly certs remove '*.systemprompt.io' -a sp-a -y",
    });
  });
  it('is not made of a value that is not strictly valid; the step says in words what to do and why', () => {
    const step = changes(
      shell`fly certs remove ${claimed('a.io;reboot')} -a ${app('$(x)')} -y`,
      'why',
      'Remove it.',
    );
    assert.match(
      'text' in step ? step.text : step.command,
      /^Remove it\. No command is printed: the name of the claimed hostname and the app/,
    );
  });
  it('never contains a shell character that came with a value', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (hostname, name) => {
        const command = shell`fly certs remove ${claimed(hostname)} -a ${app(name)} -y`;
        if (command.safe)
          assert.match(command.text, /^fly certs remove (?:'\*\.[a-z0-9.-]+'|[a-z0-9.-]+) -a [a-z0-9-]+ -y$/);
      }),
    );
  });
});

describe('a sentence', () => {
  it('names what is not valid by its meaning', () => {
    assert.equal(prose`Delete ${host('<b>', 'the hostname')}${literal(' now')}.`, 'Delete the hostname now.');
  });
});
