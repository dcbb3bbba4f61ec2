import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  isTenantId,
  parseTenantArgument,
  tenantById,
  tenantOfApp,
  tenantOfHostname,
} from '../../src/model/tenant-names.ts';
import type { NamePlan } from '../../src/model/tenant-names.ts';

const PLAN: NamePlan = {
  domain: 'systemprompt.io',
  managementApp: 'management-api-prod',
  tenantApp: 'sp-{tenant}',
  tenantHost: '{tenant}.{domain}',
  tenantIdPattern: '^[0-9a-f]{12}$',
  directHost: '{app}.fly.dev',
  otherHosts: ['www', 'api'],
};
const WORDS: NamePlan = { ...PLAN, tenantIdPattern: '[a-z][a-z0-9-]*' };

describe('what a person calls a tenant', () => {
  const table: readonly (readonly [string, string | null])[] = [
    ['999bc6549a64', '999bc6549a64'],
    [' 999BC6549A64\n', '999bc6549a64'],
    ['999bc654-9a64-49bc-98be-db976fc84e76', '999bc6549a64'],
    ['999BC654-9A64-49BC-98BE-DB976FC84E76', '999bc6549a64'],
    ['999bc6549a6449bc98bedb976fc84e76', '999bc6549a64'],
    ['sp-999bc6549a64', '999bc6549a64'],
    ['SP-999BC6549A64', '999bc6549a64'],
    ['999bc6549a64.systemprompt.io', '999bc6549a64'],
    ['999BC6549A64.SystemPrompt.io.', '999bc6549a64'],
    ['sp-999bc6549a64.fly.dev', '999bc6549a64'],
    ['sp-postgres', null],
    ['999bc6549a6', null],
    ['999bc6549a640', null],
    ['999bc6549a6g', null],
    ['999bc654-9a64-49bc-98be', null],
    ['www.systemprompt.io', null],
    ['systemprompt.io', null],
    ['a.999bc6549a64.systemprompt.io', null],
    ['999bc6549a64.systemprompt.io.evil.example', null],
    ['999bc6549a64.example.com', null],
    ['management-api-prod', null],
    ['-y', null],
    ['', null],
    ['999bc6549a64\n999bc6549a64', null],
  ];
  for (const [text, id] of table) {
    it(`${JSON.stringify(text)} is ${id ?? 'no tenant'}`, () => {
      const parsed = parseTenantArgument(text, PLAN);
      assert.equal(parsed.ok ? parsed.tenant.id : null, id);
      if (!parsed.ok) assert.ok(parsed.reason.length > 0);
    });
  }

  for (const text of ['www', 'WWW', 'www.systemprompt.io.', 'api']) {
    it(`${text} is one of the other hosts, though it fits the pattern`, () => {
      const parsed = parseTenantArgument(text, WORDS);
      assert.match(parsed.ok ? parsed.tenant.id : parsed.reason, /platform\.otherHosts/);
    });
  }

  it('says what would be right', () => {
    const parsed = parseTenantArgument('nobody', PLAN);
    assert.ok(!parsed.ok);
    assert.match(parsed.reason, /\^\[0-9a-f\]\{12\}\$.*sp-\{tenant\}.*\{tenant\}\.systemprompt\.io/);
  });

  it('is refused when no host name or app can be called so', () => {
    const anything = { ...PLAN, tenantIdPattern: '.+' };
    const parsed = parseTenantArgument('a_b', anything);
    assert.ok(!parsed.ok);
    assert.match(parsed.reason, /a_b\.systemprompt\.io/);
  });
});

describe('the templates', () => {
  it('make the names of an id', () => {
    assert.deepEqual(tenantById('999bc6549a64', PLAN), {
      id: '999bc6549a64',
      hostname: '999bc6549a64.systemprompt.io',
      app: 'sp-999bc6549a64',
      labels: {},
    });
  });

  it('may hold the id in the middle, and twice', () => {
    const plan = { ...WORDS, tenantApp: 'x-{tenant}-prod', tenantHost: '{tenant}.eu.{tenant}.{domain}' };
    const tenant = tenantById('acme', plan);
    assert.equal(tenant.app, 'x-acme-prod');
    assert.equal(tenant.hostname, 'acme.eu.acme.systemprompt.io');
    assert.equal(tenantOfApp('x-acme-prod', plan), 'acme');
    assert.equal(tenantOfHostname('ACME.eu.acme.systemprompt.io.', plan), 'acme');
    assert.equal(tenantOfHostname('acme.eu.other.systemprompt.io', plan), null);
  });

  it('are undone exactly: any id comes back from its app and its host name', () => {
    const id = fc
      .stringMatching(/^[a-z][a-z0-9-]{0,20}[a-z0-9]$/)
      .filter((text) => !['www', 'api'].includes(text));
    const plan = fc.constantFrom<NamePlan>(
      WORDS,
      { ...WORDS, tenantApp: '{tenant}-sp', tenantHost: 't-{tenant}.{domain}' },
      { ...WORDS, tenantApp: 'a-{tenant}-b', tenantHost: '{tenant}.x.{domain}' },
    );
    fc.assert(
      fc.property(id, plan, (text, names) => {
        const { app, hostname } = tenantById(text, names);
        assert.equal(tenantOfApp(app, names), text);
        assert.equal(tenantOfHostname(`${hostname.toUpperCase()}.`, names), text);
      }),
      { numRuns: 200 },
    );
  });

  it('never make the management app a tenant, whatever the pattern', () => {
    const plan = { ...PLAN, tenantApp: '{tenant}', tenantIdPattern: '.+' };
    assert.equal(tenantOfApp('management-api-prod', plan), null);
    assert.equal(tenantOfApp('postgres', plan), 'postgres');
  });

  it('leave the other names of the domain alone', () => {
    assert.equal(tenantOfHostname('www.systemprompt.io', WORDS), null);
    assert.equal(tenantOfHostname('API.systemprompt.io.', WORDS), null);
    assert.equal(tenantOfHostname('shop.systemprompt.io', WORDS), 'shop');
  });

  it('are patterns of whole ids, anchored or not', () => {
    assert.equal(isTenantId('abc', { ...PLAN, tenantIdPattern: '[a-z]+' }), true);
    assert.equal(isTenantId('abc1', { ...PLAN, tenantIdPattern: '[a-z]+' }), false);
    assert.equal(isTenantId('abc', { ...PLAN, tenantIdPattern: 'x|abc' }), true);
    assert.equal(isTenantId('xabc', { ...PLAN, tenantIdPattern: 'x|abc' }), false);
  });
});
