import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { autostartOf, crashingOf, machineState } from '../../src/fly/machine.ts';
import { failureOf, setup } from './client.ts';

const NOW = Date.parse('2026-02-01T00:00:00Z');
const MINUTE = 60_000;

describe('autostart', () => {
  const table: readonly (readonly [string, unknown, boolean | null])[] = [
    ['is on when every service has it', { services: [{ autostart: true }, { autostart: true }] }, true],
    ['is off when one service has it off', { services: [{ autostart: true }, { autostart: false }] }, false],
    ['is not known when a service does not say', { services: [{ autostart: true }, {}] }, null],
    ['is off when one has it off and another does not say', { services: [{}, { autostart: false }] }, false],
    ['is off without a service: the proxy has no way in', { services: [] }, false],
    ['is off where the old setting says so', { services: [{}], disable_machine_autostart: true }, false],
    ['is on where the old setting says so', { services: [{}], disable_machine_autostart: false }, true],
    ['is read from a configuration that comes as text', '{"services":[{"autostart":true}]}', true],
    ['is not known of text that is no JSON', '{', null],
    ['is not known of something else', 7, null],
    ['is not known of null', null, null],
  ];
  for (const [name, config, expected] of table) {
    it(name, () => {
      assert.equal(autostartOf(config), expected);
    });
  }
});

describe('a machine is crashing', () => {
  const exit = (agoMs: number, exit_event: Readonly<Record<string, unknown>>) => ({
    type: 'exit',
    timestamp: NOW - agoMs,
    request: { exit_event },
  });
  const table: readonly (readonly [string, Parameters<typeof crashingOf>, boolean | null])[] = [
    ['not known without a record', ['started', undefined, NOW], null],
    ['no: it never exited', ['started', [{ type: 'start', timestamp: NOW, request: null }], NOW], false],
    ['yes: it exited with 1 ten minutes ago', ['started', [exit(10 * MINUTE, { exit_code: 1 })], NOW], true],
    [
      'no: that was longer ago and it runs',
      ['started', [exit(10 * MINUTE + 1, { exit_code: 1 })], NOW],
      false,
    ],
    ['yes: it lies there since a crash', ['stopped', [exit(9_999 * MINUTE, { exit_code: 1 })], NOW], true],
    ['yes: out of memory', ['stopped', [exit(0, { oom_killed: true })], NOW], true],
    [
      'yes: the guest died of a signal',
      ['started', [exit(0, { exit_code: 0, guest_signal: 11 })], NOW],
      true,
    ],
    [
      'no: stopping was asked for',
      ['stopped', [exit(0, { exit_code: 143, requested_stop: true })], NOW],
      false,
    ],
    ['no: a clean exit', ['stopped', [exit(0, { exit_code: 0 })], NOW], false],
    [
      'the latest exit counts, in any order',
      ['stopped', [exit(5 * MINUTE, { exit_code: 1 }), exit(MINUTE, { exit_code: 0 })], NOW],
      false,
    ],
    [
      'not known of an exit without details',
      ['stopped', [{ type: 'exit', timestamp: NOW, request: {} }], NOW],
      null,
    ],
  ];
  for (const [name, input, expected] of table) {
    it(name, () => {
      assert.equal(crashingOf(...input), expected);
    });
  }
});

describe('machine states', () => {
  for (const [text, state] of [
    ['started', 'started'],
    ['Suspended', 'suspended'],
    ['replaced', 'destroyed'],
    ['migrated', 'destroyed'],
    ['launch_failed', 'failed'],
    ['in-a-new-state', 'unknown'],
  ] as const) {
    it(`${text} is ${state}`, () => {
      assert.equal(machineState(text), state);
    });
  }
});

describe('the Machines API', () => {
  it('tells the machines of an app without the destroyed ones', async (t) => {
    const { client, signal } = await setup(t, () => ({
      body: [
        {
          id: 'm1',
          state: 'started',
          region: 'fra',
          config: { services: [{ autostart: true }] },
          events: [],
        },
        {
          id: 'm2',
          state: 'stopped',
          events: [{ type: 'start' }],
          incomplete_config: { services: [{ autostart: false }] },
        },
        { id: 'm3', state: 'destroyed' },
      ],
    }));
    assert.deepEqual(await client.machines('sp-1', signal), [
      { id: 'm1', state: 'started', region: 'fra', autostart: true, crashing: false, updatedAt: null },
      { id: 'm2', state: 'stopped', region: '', autostart: false, crashing: false, updatedAt: null },
    ]);
  });

  it('tells the public addresses: shared ones too, private ones not, in one spelling, sorted', async (t) => {
    const ips = [
      { ip: '66.241.124.121', shared: true },
      { ip: '2A09:8280:0001::0001:2' },
      { ip: 'fdaa:0:1::3' },
      { ip: '137.66.0.1' },
      { ip: '137.66.0.1', region: 'fra' },
    ];
    const { client, signal } = await setup(t, () => ({ body: { ips } }));
    assert.deepEqual(await client.addresses('mgmt', signal), [
      '137.66.0.1',
      '2a09:8280:1::1:2',
      '66.241.124.121',
    ]);
  });

  it('tells the apps of the organization, all or nothing', async (t) => {
    let total = 2;
    const { client, server, signal } = await setup(t, () => ({
      body: { apps: [{ name: 'sp-b' }, { name: 'sp-a' }], total_apps: total },
    }));
    assert.deepEqual(await client.apps(signal), ['sp-a', 'sp-b']);
    assert.equal(server.received[0]?.query.get('org_slug'), 'systemprompt');
    total = 3;
    assert.equal((await failureOf(client.apps(signal))).failure.code, 'incomplete');
  });

  it('tells what the token is', async (t) => {
    const tokens = [{ token_id: 't1', org_slug: 'systemprompt', apps: [], user: '' }];
    const { client, signal } = await setup(t, () => ({ body: { tokens } }));
    assert.deepEqual(await client.token(signal), {
      kind: 'macaroon',
      readOnly: null,
      expiresAt: null,
      tokens: [{ id: 't1', orgSlug: 'systemprompt', apps: null, user: null }],
    });
  });
});
