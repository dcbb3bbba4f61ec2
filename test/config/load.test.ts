import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { loadConfig, toPlatform } from '../../src/config/index.ts';
import { complaints, inFolder, load, MINIMAL } from './workspace.ts';

describe('what is wrong with a configuration is said with file, line and key', () => {
  const facts: readonly [what: string, yaml: string, complaint: string][] = [
    ['an unknown key', 'dsn: {}', '6: dsn: unknown key; did you mean dns?'],
    ['an unknown inner key', 'dns:\n  resolver: []', '7: dns.resolver: unknown key; did you mean resolvers?'],
    [
      'a key that is like no other',
      'runbooks: {colour: red}',
      '6: runbooks.colour: unknown key; known here: baseUrl',
    ],
    [
      'a wrong kind',
      'limits: {concurrency: many}',
      '6: limits.concurrency: must be an integer from 1 to 4096',
    ],
    [
      'a number beyond its bound',
      'limits: {concurrency: 0}',
      '6: limits.concurrency: must be an integer from 1 to 4096',
    ],
    [
      'a duration without a unit',
      'tls: {timeout: 12}',
      '6: tls.timeout: must be an integer with a unit: ms, s, m, h or d, for example 30s or 5m',
    ],
    ['a duration that is too short', 'watch: {edge: 10ms}', '6: watch.edge: must be at least 1s'],
    [
      'a size without a unit',
      'store: {maxSize: 2}',
      '6: store.maxSize: must be an integer with a decimal unit: B, kB, MB, GB or TB, for example 500MB or 2GB',
    ],
    [
      'N above M',
      'incidents: {openAfter: 5 of 4}',
      '6: incidents.openAfter: must be "N of M" with 1 <= N <= M <= 50, for example "3 of 4"',
    ],
    ['a share above 1', 'watch: {maxLossShare: 1.1}', '6: watch.maxLossShare: must be a number from 0 to 1'],
    [
      'fail days above warn days',
      'tls: {warnDays: 3, failDays: 4}',
      '6: tls.failDays: must not be above tls.warnDays',
    ],
    [
      'a resolver that is no address',
      'dns:\n  resolvers:\n    - 1.1.1.1\n    - dns.google',
      '9: dns.resolvers[1]: must be an IP address, with a port if it is another: 1.1.1.1, 127.0.0.1:5353, [2606:4700::1111]:53, or system',
    ],
    ['no resolver', 'dns: {resolvers: []}', '6: dns.resolvers: must not be empty'],
    ['a section that is a list', 'server: []', '6: server: must hold keys and values'],
    [
      'an unknown source',
      'tenants: [{source: consul}]',
      '6: tenants[0].source: must be a source of tenants: {source: fly}, {source: list, tenants}, {source: file, path} or {source: http, url}',
    ],
    [
      'a listed id that can be none',
      'tenants: [{source: list, tenants: [SHOP]}]',
      '6: tenants[0].tenants[0]: "SHOP" does not match platform.tenantIdPattern ^[0-9a-f]{12}$',
    ],
    [
      'a listed id twice',
      'tenants: [{source: list, tenants: [999bc6549a64, {id: 999bc6549a64}]}]',
      '6: tenants[0].tenants[1]: "999bc6549a64" is already listed as tenants[0].tenants[0]',
    ],
    [
      'an unknown key of an entry',
      'tenants: [{source: list, tenants: [{id: 999bc6549a64, host: a}]}]',
      '6: tenants[0].tenants[0].host: unknown key; known here: id, hostname, app, labels',
    ],
    [
      'a channel of no type',
      'alerts: {channels: [{name: a}]}',
      '6: alerts.channels[0].type: is required: must be one of: slack, pagerduty, alertmanager, webhook, email',
    ],
    [
      'a Slack channel of both kinds',
      'alerts: {channels: [{name: a, type: slack, webhookUrl: "https://h", botToken: x, channel: y}]}',
      '6: alerts.channels[0]: must have either webhookUrl alone, or botToken and channel (and signingSecret for buttons)',
    ],
    [
      'two channels of one name',
      'alerts:\n  channels:\n    - {name: a, type: pagerduty, routingKey: x}\n    - {name: a, type: pagerduty, routingKey: y}',
      '9: alerts.channels[1].name: "a" is already the name of alerts.channels[0]',
    ],
    [
      'a route to nowhere',
      'alerts: {routes: [{channels: [oncall]}]}',
      '6: alerts.routes[0].channels[0]: "oncall" is no channel (there are none)',
    ],
    [
      'a severity that is none',
      'alerts: {channels: [{name: a, type: pagerduty, routingKey: x}], routes: [{match: {severity: bad}, channels: [a]}]}',
      '6: alerts.routes[0].match.severity: must be one of critical, warning, info, or a list of them',
    ],
    [
      'an address to listen on that is a name',
      'server: {listen: "example.com:80"}',
      '6: server.listen: must be an IP address (or localhost) and a port: 127.0.0.1:9480, [::]:9480',
    ],
    [
      'a token without a scope',
      'server: {tokens: [{name: a, token: b, scopes: []}]}',
      '6: server.tokens[0].scopes: must name at least one scope',
    ],
    [
      'a password in an open URL',
      'runbooks: {baseUrl: "https://a:b@example.com"}',
      '6: runbooks.baseUrl: must not hold a password',
    ],
    [
      'a variable that is not set',
      'server: {publicUrl: "https://${HOST}"}',
      '6: server.publicUrl: ${HOST}: the environment variable HOST is not set',
    ],
    [
      'a reference of another language',
      'server: {publicUrl: "${HOST:-x}"}',
      '6: server.publicUrl: ${HOST:-x} must be ${NAME} of an environment variable, or ${file:PATH}',
    ],
    [
      'a key twice, whatever is below it',
      'fly: {ogr: b}',
      '6: fly: is there twice, first on line 4: leave one',
    ],
    [
      'an inner key twice',
      'watch: {edge: 2m, wake: never, edge: 3m}',
      '6: watch.edge: is there twice, first on line 6: leave one',
    ],
    ['an alias of nothing', 'watch: *fast', '6: *fast stands for nothing: there is no &fast before it'],
    [
      'a second document',
      '---\nwatch: {}',
      '6: must be one document: leave out this --- and what follows it',
    ],
    [
      'a cron expression that never begins',
      'watch: {inventory: "*/5 25 * * *"}',
      '6: watch.inventory: must hold numbers that exist: (second 0-59,) minute 0-59, hour 0-23, day 1-31, month 1-12, weekday 0-7; and one of the months must have the day',
    ],
    [
      'an address of nobody',
      'alerts: {channels: [{name: a, type: email, smtp: "smtp://x", from: ops, to: ops@example.com}]}',
      '6: alerts.channels[0].from: must be an e-mail address, such as ops@example.com or Ops <ops@example.com>',
    ],
    ['roots that are not there', 'tls: {caFile: none.pem}', '6: tls.caFile: none.pem does not exist'],
    [
      'roots that are none',
      'tls: {caFile: tenantwatch.yaml}',
      '6: tls.caFile: tenantwatch.yaml holds no certificate (-----BEGIN CERTIFICATE-----)',
    ],
  ];
  for (const [what, yaml, complaint] of facts)
    it(what, () => {
      assert.deepEqual(complaints(`${MINIMAL}${yaml}\n`), [`tenantwatch.yaml:${complaint}`]);
    });

  const platform: readonly [what: string, key: string, complaint: string][] = [
    ['an app template without {tenant}', 'tenantApp: sp', 'must contain {tenant}, as in "sp-{tenant}"'],
    [
      'an app template that gives no app name',
      'tenantApp: "SP_{tenant}"',
      'must give the name of a Fly app: lower-case letters, digits and hyphens',
    ],
    ['an unknown placeholder', 'tenantHost: "{tenant}.{zone}"', 'may hold only {tenant} and {domain}'],
    ['a direct host without {app}', 'directHost: fly.dev', 'must contain {app}, as in "{app}.fly.dev"'],
    [
      'a pattern that does not compile',
      'tenantIdPattern: "(["',
      'must be a regular expression that compiles',
    ],
    ['no expected status', 'expectedStatus: []', 'must name at least one status'],
    ['a status that is none', 'expectedStatus: [200, 99]', 'must be an integer from 100 to 599'],
    ['an edge of another kind', 'edge: cdn', 'must be one of: direct, proxied'],
    ['an address that is a name', 'addresses: [example.com]', 'must be an IP address'],
    [
      'another host with dots',
      'otherHosts: [www.example.com/]',
      'must be the first label of a name of the domain, for example www',
    ],
  ];
  for (const [what, line, complaint] of platform)
    it(what, () => {
      const [found = ''] = complaints(MINIMAL.replace('fly:', `  ${line}\nfly:`));
      assert.match(found, /^tenantwatch\.yaml:4: platform\./);
      assert.ok(found.endsWith(`: ${complaint}`), found);
    });

  it('everything at once, in the order of the file', () => {
    const yaml = 'platform: {managementApp: Proxy}\nfly: {}\ndns: {resolvers: 5}\nwatch: {edge: 1}\n';
    assert.deepEqual(
      complaints(yaml).map((line) => line.split(': ', 2).join(' ')),
      [
        'tenantwatch.yaml:1 platform.domain',
        'tenantwatch.yaml:1 platform.managementApp',
        'tenantwatch.yaml:2 fly.org',
        'tenantwatch.yaml:3 dns.resolvers',
        'tenantwatch.yaml:4 watch.edge',
      ],
    );
  });

  it('what does not fit together, also beside what is wrong in itself', () => {
    const yaml = `${MINIMAL}alerts:
  channels:
    - {name: a, type: slak}
    - {name: a, type: pagerduty, routingKey: x}
  routes: [{channels: [c]}]
tenants: [{source: list, tenants: [SHOP, {id: 999bc6549a64, host: x}]}]
tls: {warnDays: 2, failDays: 3, timeout: 5}
`;
    assert.deepEqual(
      complaints(yaml).map((line) => line.split(': ', 2).join(' ')),
      [
        'tenantwatch.yaml:8 alerts.channels[0].type',
        'tenantwatch.yaml:9 alerts.channels[1].name',
        'tenantwatch.yaml:10 alerts.routes[0].channels[0]',
        'tenantwatch.yaml:11 tenants[0].tenants[1].host',
        'tenantwatch.yaml:11 tenants[0].tenants[0]',
        'tenantwatch.yaml:12 tls.timeout',
        'tenantwatch.yaml:12 tls.failDays',
      ],
    );
  });

  it('broken syntax', () => {
    assert.match(complaints('platform: {domain: [}\n')[0] ?? '', /^tenantwatch\.yaml:1: /);
  });

  it('a bomb of aliases', () => {
    const levels = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [from, to] of ['ab', 'bc', 'cd', 'de'].map((pair) => Array.from(pair)))
      levels.push(`${to}: &${to} [${Array<string>(9).fill(`*${from}`).join(', ')}]`);
    assert.match(complaints(levels.join('\n'))[0] ?? '', /alias/);
  });
});

describe('a configuration in effect', () => {
  it('has the documented defaults', () => {
    const { config } = load(MINIMAL);
    assert.equal(config.platform.tenantApp, 'sp-{tenant}');
    assert.deepEqual(config.dns, { resolvers: ['1.1.1.1:53', '8.8.8.8:53'], authoritative: true });
    assert.deepEqual(config.tls, { caFile: null, warnDays: 14, failDays: 3, timeoutMs: 12_000 });
    assert.deepEqual(config.incidents.openAfter, { failures: 3, of: 4 });
    assert.deepEqual(config.alerts.remindersMs, [3_600_000, 14_400_000, 86_400_000]);
    assert.deepEqual(config.server.listen, { host: '127.0.0.1', port: 9480 });
    assert.deepEqual(config.tenants, [{ source: 'fly', exclude: [] }]);
    assert.equal(config.store.maxSizeBytes, 2_000_000_000);
  });

  it('gives checks their settings', () => {
    const platform = toPlatform(load(`${MINIMAL}server: {publicUrl: "https://watch.example.com/"}\n`).config);
    assert.equal(platform.issuanceGraceMs, 300_000);
    assert.equal(platform.runbookBaseUrl, 'https://watch.example.com/runbooks');
  });

  it('compares addresses in canonical text', () => {
    const yaml = MINIMAL.replace('fly:', '  addresses: ["2A09:8280:0001::1", 66.241.124.121]\nfly:');
    assert.deepEqual(load(yaml).config.platform.addresses, ['2a09:8280:1::1', '66.241.124.121']);
    assert.match(
      complaints(yaml.replace('66.241.124.121', 'fe80::1%eth0'))[0] ?? '',
      /must be an IP address/,
    );
  });

  it('takes an empty section as one with defaults', () => {
    assert.equal(load(`${MINIMAL}watch:\nalerts:\n`).config.watch.edgeMs, 60_000);
  });

  it('reads ids as they are written, though YAML takes them for numbers', () => {
    const { config } = load(
      `${MINIMAL}tenants: [{source: list, tenants: [012345678901, 12e456789012, {id: 999999999999, labels: {suspended: true, tier: 1}}]}]\n`,
    );
    const [source] = config.tenants;
    assert.deepEqual(source?.source === 'list' ? source.tenants : [], [
      { id: '012345678901' },
      { id: '12e456789012' },
      { id: '999999999999', labels: { suspended: 'true', tier: '1' } },
    ]);
  });

  it('reads numbers and booleans from the environment too', () => {
    const yaml = `${MINIMAL}limits: {concurrency: "\${N}"}\nserver: {publicRead: "\${READ}"}\n`;
    const { config } = load(yaml, { env: { N: '8', READ: 'true' } });
    assert.equal(config.limits.concurrency, 8);
    assert.equal(config.server.publicRead, true);
    assert.match(
      complaints(yaml, { env: { N: 'eight', READ: 'true' } })[0] ?? '',
      /limits\.concurrency: must be an integer/,
    );
  });

  it('does not read again what a reference brought in, and leaves $${ alone', () => {
    const { config } = load(`${MINIMAL}runbooks: {baseUrl: "https://x/\${A}/$\${B}"}\n`, {
      env: { A: '${C}' },
    });
    assert.equal(config.runbooks.baseUrl, 'https://x/${C}/${B}');
  });

  it('has its relative paths from the folder of the file', () => {
    inFolder(
      {
        'a.yaml': `${MINIMAL}tls: {caFile: ca.pem}\ntenants: [{source: file, path: t.yaml}]\n`,
        'ca.pem': '-----BEGIN CERTIFICATE-----',
      },
      (folder) => {
        const { config, file } = loadConfig({ path: join(folder, 'a.yaml'), env: {}, cwd: '/' });
        assert.equal(file, join(folder, 'a.yaml'));
        assert.equal(config.tls.caFile, join(folder, 'ca.pem'));
        assert.equal(config.store.path, join(folder, 'data/tenantwatch.db'));
        const [source] = config.tenants;
        assert.equal(source?.source === 'file' ? source.path : null, join(folder, 't.yaml'));
      },
    );
  });
});

describe('where settings come from', () => {
  const flags = { domain: 'example.org', managementApp: 'other', org: 'team' };

  it('flags suffice', () => {
    inFolder({}, (cwd) => {
      const { config, file } = loadConfig({ env: {}, cwd, flags });
      assert.deepEqual(
        [config.platform.domain, config.platform.managementApp, config.fly.org, file],
        ['example.org', 'other', 'team', null],
      );
    });
  });

  it('the environment suffices', () => {
    const env = {
      TENANTWATCH_DOMAIN: 'example.org',
      TENANTWATCH_MANAGEMENT_APP: 'other',
      TENANTWATCH_ORG: 'team',
    };
    inFolder({}, (cwd) => {
      assert.equal(loadConfig({ env, cwd }).config.fly.org, 'team');
    });
  });

  it('a flag wins over the environment, both over the file', () => {
    const { config } = load(MINIMAL, {
      env: { TENANTWATCH_DOMAIN: 'b.example', TENANTWATCH_ORG: 'b' },
      flags: { domain: 'a.example' },
    });
    assert.deepEqual(
      [config.platform.domain, config.platform.managementApp, config.fly.org],
      ['a.example', 'proxy', 'b'],
    );
  });

  it('a flag with a bad value is blamed itself', () => {
    assert.deepEqual(complaints(MINIMAL, { flags: { domain: 'no domain' } }), [
      'configuration: platform.domain: --domain must be a host name such as example.com',
    ]);
  });

  it("without Fly's API neither organization nor management app is needed", () => {
    inFolder({}, (cwd) => {
      const { config } = loadConfig({ env: {}, cwd, flags: { domain: 'example.org', noFly: true } });
      assert.deepEqual([config.platform.managementApp, config.fly.org], ['', null]);
    });
  });

  it('without anything the file that is not there and the missing keys are named', () => {
    inFolder({}, (cwd) => {
      assert.throws(
        () => loadConfig({ env: {}, cwd }),
        (error: Error) => {
          assert.match(
            error.message,
            /^configuration: there is no tenantwatch\.yaml in .+`tenantwatch init`/,
          );
          assert.match(
            error.message,
            /^configuration: platform\.domain: is required: .* \(here, or --domain, or TENANTWATCH_DOMAIN\)$/m,
          );
          assert.match(error.message, /^configuration: platform\.managementApp: is required/m);
          assert.match(error.message, /^configuration: fly\.org: is required/m);
          return true;
        },
      );
    });
  });

  it('TENANTWATCH_CONFIG names the file, --config wins', () => {
    inFolder({ 'a.yaml': MINIMAL, 'b.yaml': MINIMAL.replace('proxy', 'b') }, (cwd) => {
      const env = { TENANTWATCH_CONFIG: 'a.yaml' };
      assert.equal(loadConfig({ env, cwd }).config.platform.managementApp, 'proxy');
      assert.equal(loadConfig({ env, cwd, path: 'b.yaml' }).config.platform.managementApp, 'b');
    });
  });

  it('a file that is asked for must be there', () => {
    assert.throws(() => loadConfig({ env: {}, cwd: '/', path: 'none.yaml' }), {
      message: 'none.yaml: does not exist',
    });
  });
});

describe('secrets', () => {
  const yaml = `${MINIMAL}alerts:
  channels:
    - {name: a, type: slack, webhookUrl: "\${HOOK}"}
    - {name: b, type: webhook, url: "https://hooks.example/literal-secret", secret: "\${file:key.txt}"}
`;
  const env = { HOOK: 'https://hooks.example/env-secret' };

  it('are read by those who use them only', () => {
    const [slack] = load(yaml).config.alerts.channels;
    assert.throws(
      () => (slack?.type === 'slack' && slack.mode === 'webhook' ? slack.webhookUrl.reveal() : ''),
      { name: 'SecretError', message: '${HOOK}: the environment variable HOOK is not set' },
    );
  });

  it('are all missed at once where all are needed', () => {
    assert.deepEqual(complaints(yaml, { secrets: 'all' }), [
      'tenantwatch.yaml:8: alerts.channels[0].webhookUrl: ${HOOK}: the environment variable HOOK is not set',
      'tenantwatch.yaml:9: alerts.channels[1].secret: ${file:key.txt}: the file does not exist',
    ]);
  });

  it('must look as they should, and are not shown when they do not', () => {
    const [found = ''] = complaints(yaml, { secrets: 'all', env: { HOOK: 'sesame' } });
    assert.match(found, /webhookUrl: the secret must be an absolute URL/);
    assert.doesNotMatch(found, /sesame/);
  });

  it('that guard the API are long enough and fit into a header', () => {
    const guarded = `${MINIMAL}server: {tokens: [{name: a, token: "\${TOKEN}", scopes: [read]}]}\n`;
    const at = (TOKEN: string): readonly string[] => complaints(guarded, { secrets: 'all', env: { TOKEN } });
    for (const token of ['change-me', '0123456789abcde', '0123456789 abcdef', '0123456789abcdéf'])
      assert.match(
        at(token)[0] ?? '',
        /server\.tokens\[0\]\.token: the secret must be at least 16 characters/,
      );
    assert.deepEqual(at('0123456789abcdef'), []);
  });

  it('are hidden from JSON, text, inspection and enumeration', () => {
    inFolder({ 'tenantwatch.yaml': yaml, 'key.txt': 'file-secret\n' }, (cwd) => {
      const loaded = loadConfig({ env, cwd, secrets: 'all' });
      const [slack, webhook] = loaded.config.alerts.channels;
      assert.ok(slack?.type === 'slack' && slack.mode === 'webhook' && webhook?.type === 'webhook');
      assert.equal(slack.webhookUrl.reveal(), env.HOOK);
      assert.equal(webhook.secret.reveal(), 'file-secret');
      assert.equal(webhook.url.reveal(), 'https://hooks.example/literal-secret');
      const shown = [
        JSON.stringify(loaded),
        inspect(loaded, { depth: 20, showHidden: true }),
        String(webhook.url),
        JSON.stringify(Object.entries(webhook.url)),
      ].join('\n');
      assert.doesNotMatch(shown, /env-secret|file-secret|literal-secret/);
      assert.match(shown, /\$\{HOOK\}/);
    });
  });
});
