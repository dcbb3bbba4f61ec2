import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CATALOGUE, buildRemediation } from '../../src/diagnosis/catalogue.ts';
import type { RemedyContext } from '../../src/diagnosis/catalogue.ts';
import type { RemediationStep } from '../../src/model/diagnosis.ts';
import type { Claim } from '../../src/model/fly.ts';
import { PROBLEM_CODES } from '../../src/model/problem.ts';
import {
  APP,
  HOSTNAME,
  PLATFORM,
  claim,
  context,
  handshake,
  lookup,
  observed,
  shared,
  tenant,
} from './remedy-context.ts';

/** Marks every hostile value, so that a leak is found wherever it went. */
const MARK = 'ZQX';
const hostile = fc
  .constantFrom('$(x)', ';x', '`x`', '\n', ' -rf', '"', "'", '\u202e', '::error::', '<!channel>', '|')
  .map((bad) => `${MARK}${bad}.io`);
const hostnames = fc.oneof(
  fc.constantFrom(HOSTNAME, '*.systemprompt.io', 'a.b.systemprompt.io', `${HOSTNAME.toUpperCase()}.`),
  hostile,
);
const apps = fc.oneof(fc.constantFrom(APP, 'blog-prod'), hostile);
const addresses = fc.oneof(fc.constantFrom('137.66.1.1', '2a09:8280:1::1'), hostile);
const servers = fc.oneof(fc.constantFrom('1.1.1.1:53', '198.51.100.1:53', '[2606:4700::1111]:53'), hostile);

const contexts: fc.Arbitrary<RemedyContext> = fc
  .record({
    claims: fc.array(fc.tuple(hostnames, apps), { maxLength: 4 }),
    subject: fc.record({
      id: fc.oneof(fc.constant('999bc6549a64'), hostile),
      hostname: fc.oneof(fc.constant(HOSTNAME), hostile),
      app: apps,
    }),
    addresses: fc.array(addresses, { maxLength: 3 }),
    server: servers,
    control: fc.oneof(fc.constant('x7f3k2q9.systemprompt.io'), hostile),
    machine: fc.oneof(fc.constant('4d89040b2e9e38'), hostile),
    domain: fc.oneof(fc.constant('systemprompt.io'), hostile),
    managementApp: fc.oneof(fc.constant('management-api-prod'), hostile),
    alsoFound: fc.subarray([...PROBLEM_CODES]),
    storm: fc.boolean(),
    dialect: fc.constantFrom('fly' as const, 'systemprompt' as const),
    customDomainsOn: fc.constantFrom('management' as const, 'tenant' as const),
  })
  .map((seed) => {
    const claims: readonly Claim[] = seed.claims.map(([hostname, app]) => claim(hostname, app));
    const platform = {
      ...PLATFORM,
      domain: seed.domain,
      managementApp: seed.managementApp,
      dialect: seed.dialect,
      customDomainsOn: seed.customDomainsOn,
    };
    const machines = observed([
      {
        id: seed.machine,
        state: 'stopped' as const,
        region: 'fra',
        autostart: null,
        crashing: null,
        updatedAt: null,
      },
    ]);
    const around = shared({
      controls: [
        {
          name: seed.control,
          lookups: [lookup(seed.control, seed.server, seed.addresses)],
          handshakes: seed.addresses.map((address) => handshake(address, seed.control, true)),
          site: { outcome: 'not-taken', reason: 'not-needed' },
        },
      ],
      management: {
        certificates: observed(claims),
        machines,
        addresses: observed(seed.addresses),
        health: { outcome: 'not-taken', reason: 'not-configured' },
      },
      wildcardClaims: observed(claims),
    });
    const subject = tenant({
      tenant: { ...seed.subject, labels: {} },
      lookups: [lookup(seed.subject.hostname, seed.server, seed.addresses)],
      handshakes: seed.addresses.map((address) => handshake(address, seed.subject.hostname, true)),
      certificates: observed(claims),
      otherClaims: observed(claims),
      machines,
      platform: around,
    });
    return context({ platform, tenant: subject, alsoFound: seed.alsoFound, storm: seed.storm });
  });

const LITERAL_COMMAND =
  /^(?:(?:fly|systemprompt cloud|tenantwatch|dig|curl|openssl|ip|date|timedatectl) )?[A-Za-z0-9@%:./+=_\-[\] ]*(?:'\*\.[a-z0-9.-]+')?[A-Za-z0-9@%:./+=_\-[\] ]*(?: <\/dev\/null)?(?: 2>\/dev\/null \| openssl x509 [a-zA-Z -]+| \| grep -F [a-z0-9.-]+)?$/;

describe('no remedy', () => {
  it('ever contains a value that is not strictly valid, in a command or in words', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PROBLEM_CODES), contexts, (code, seen) => {
        for (const step of buildRemediation(code, seen)) {
          assert.doesNotMatch(JSON.stringify(step), new RegExp(MARK, 'i'));
          if (step.kind === 'command') assert.match(step.command, LITERAL_COMMAND);
        }
      }),
      { numRuns: 1_500 },
    );
  });
  it('speaks another dialect than the one that is set, where that has the command', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PROBLEM_CODES), contexts, (code, seen) => {
        const { dialect, managementApp } = seen.platform;
        for (const step of buildRemediation(code, seen)) {
          if (step.kind !== 'command') continue;
          if (dialect === 'fly') assert.doesNotMatch(step.command, /^systemprompt/);
          else
            assert.ok(
              !step.command.startsWith('fly certs ') || !step.command.includes(`-a ${managementApp}`),
              step.command,
            );
        }
      }),
      { numRuns: 500 },
    );
  });
  it('makes things worse by its order: reading before changing nothing is undone, and an add never precedes a removal', () => {
    fc.assert(
      fc.property(fc.constantFrom(...PROBLEM_CODES), contexts, (code, seen) => {
        const steps = buildRemediation(code, seen);
        const add = first(steps, ' certs add ');
        assert.ok(add === -1 || add > last(steps, ' certs remove '), 'every removal precedes the add');
        const show = first(steps, ' certs show ');
        assert.ok(show === -1 || show > add, 'validation is asked for after the add');
        assert.ok(
          steps.filter((step) => step.kind === 'command' && step.effect === 'revalidates').length <= 1,
        );
        const record = steps.findIndex(
          (step) => step.kind === 'manual' && step.text.includes('delete the records of'),
        );
        const removal = first(steps, ' certs remove ');
        if (record !== -1 && removal !== -1) {
          const wait = steps.findIndex((step) => step.kind === 'manual' && step.text.startsWith('Wait '));
          assert.ok(record < wait && wait < removal, 'the record, its TTL, then the certificate');
        }
        if (seen.storm && isClaim(code)) assert.equal(add, -1, 'nothing is ordered in bulk');
      }),
      { numRuns: 1_500 },
    );
  });
  it('for a claim with a DNS override begins with the certificate', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'certificate-on-tenant-app' as const,
          'certificate-on-foreign-app' as const,
          'dns-override' as const,
        ),
        contexts,
        (code, seen) => {
          const steps = buildRemediation(code, { ...seen, alsoFound: [...seen.alsoFound, 'dns-override'] });
          const change = steps.findIndex((step) => step.kind === 'command' && step.effect === 'changes');
          const record = steps.findIndex(
            (step) => step.kind === 'manual' && /delete the records of|sets its records to/.test(step.text),
          );
          assert.ok(record !== -1 && (change === -1 || record < change));
        },
      ),
    );
  });
  it('changes anything where the cause is not known', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'handshake-refused' as const,
          'edge-partial-outage' as const,
          'platform-tls-outage' as const,
          'probe-throttled' as const,
        ),
        contexts,
        (code, seen) => {
          for (const step of buildRemediation(code, seen))
            if (step.kind === 'command') assert.equal(step.effect, 'reads');
        },
      ),
    );
  });
  it('is written for a tenant that is not there', () => {
    for (const code of PROBLEM_CODES) {
      const steps = CATALOGUE[code].remedy(context({ tenant: null }));
      assert.equal(steps.length > 0, CATALOGUE[code].scope !== 'tenant');
    }
  });
});

function isClaim(code: string): boolean {
  return code === 'certificate-on-tenant-app' || code === 'certificate-on-foreign-app';
}

function first(steps: readonly RemediationStep[], text: string): number {
  return steps.findIndex((step) => step.kind === 'command' && step.command.includes(text));
}

function last(steps: readonly RemediationStep[], text: string): number {
  return steps.findLastIndex((step) => step.kind === 'command' && step.command.includes(text));
}
