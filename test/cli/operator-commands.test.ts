import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DeliveryOutcome } from '../../src/model/alert.ts';
import type { Incident } from '../../src/model/incident.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/model/time.ts';
import { StoreError } from '../../src/store/index.ts';
import { aDelivery, anIncident, aRelease, T0 } from '../store/fixtures.ts';
import { databaseHost, type DatabaseHost } from './database-host.ts';

const OPEN = anIncident('t-a1-1', {
  subject: { scope: 'tenant', name: 'a1' },
  firstFailedAt: T0 - MINUTE_MS,
  lastFailedAt: T0 - 1_000,
});
const OVER = anIncident('p-platform-1', {
  subject: { scope: 'platform', name: 'platform' },
  code: 'platform-tls-outage',
  state: 'resolved',
  firstFailedAt: T0 - 2 * HOUR_MS,
  lastFailedAt: T0 - HOUR_MS - MINUTE_MS,
  firstGoodAt: T0 - HOUR_MS,
  resolvedAt: T0 - HOUR_MS,
  resolution: 'recovered',
});

function put({ store }: DatabaseHost, ...incidents: readonly Incident[]): void {
  store.commitIncidents(incidents.map((incident) => ({ incident, events: [], deliveries: [] })));
}

describe('silence add', () => {
  it('keeps who, why, what and until when, and says what it covers', async (context) => {
    const host = databaseHost(context);
    put(host, OPEN, OVER);
    const args = [
      '--tenant',
      'A1.example.test.',
      '--problem',
      'certificate-*',
      '--for',
      '2h',
      '--reason',
      'known\u001b[2J',
    ];
    const { exitCode, stdout, stderr } = await host.command('silence', 'add', ...args);
    assert.equal(exitCode, 0, stderr);
    const [silence] = host.store.silences.list(T0);
    const id = silence?.id ?? '';
    assert.deepEqual(silence, {
      id,
      matcher: { tenant: 'a1', problem: 'certificate-*' },
      author: 'ada',
      reason: 'known',
      createdAt: T0,
      startsAt: T0,
      endsAt: T0 + 2 * HOUR_MS,
      untilDeployOf: null,
    });
    assert.match(
      stdout,
      /in force, until 2026-11-01 02:00:00 UTC \(2 h more\)\n.*\n {2}ada: known\n {2}covers t-a1-1\n$/u,
    );
    assert.deepEqual(
      host.store.audit
        .list({})
        .map(({ actor, action, subject, outcome }) => [actor, action, subject, outcome]),
      ['done', 'started'].map((outcome) => ['ada', 'silence.add', id, outcome]),
    );
  });

  it('may begin later, have labels, and end with a deploy', async (context) => {
    let chance = 0;
    const host = databaseHost(context, { host: { random: () => (chance += 0.1) } });
    const common = ['silence', 'add', '--for', '1h', '--reason', 'maintenance'];
    await host.command(
      ...common,
      '--label',
      'tier=gold',
      '--label',
      'zone=eu-*',
      '--starts',
      '30m',
      '--author',
      'bob',
    );
    await host.command(...common, '--tenant', 'a1', '--until-deploy', '--starts', '2026-11-01T03:00Z');
    await host.command(...common, '--tenant', '*', '--until-deploy', 'sp-shop');
    assert.deepEqual(
      host.store.silences
        .list(T0)
        .map(({ matcher, author, startsAt, untilDeployOf }) => [
          matcher,
          author,
          startsAt - T0,
          untilDeployOf,
        ]),
      [
        [{ tenant: 'a1' }, 'ada', 3 * HOUR_MS, 'sp-a1'],
        [{ labels: { tier: 'gold', zone: 'eu-*' } }, 'bob', 30 * MINUTE_MS, null],
        [{ tenant: '*' }, 'ada', 0, 'sp-shop'],
      ],
    );
    assert.match((await host.command('silence')).stdout, /to come, from 2026-11-01 03:00:00 UTC until/u);
  });

  const wrong: readonly [args: readonly string[], complaint: RegExp][] = [
    [[], /say what to silence: --tenant, --problem or --label/u],
    [['--tenant', 'no tenant'], /--tenant no tenant is no tenant: it is neither/u],
    [
      ['--problem', 'certificate-on-tenant-ap'],
      /matches no problem; did you mean certificate-on-tenant-app\?/u,
    ],
    [['--problem', 'xyz-*'], /matches no problem; `tenantwatch explain` lists all/u],
    [['--label', 'gold'], /It must be NAME=VALUE/u],
    [['--tenant', 'a*', '--until-deploy'], /--until-deploy needs one --tenant/u],
    [['--tenant', 'a1', '--starts', '2026-10-01'], /would be over already/u],
    [['--tenant', 'a1', '--for', '0s'], /It must be longer than 0/u],
    [['--tenant', 'a1', '--reason', '\u202e'], /--reason is empty/u],
  ];
  for (const [args, complaint] of wrong)
    it(`refuses ${JSON.stringify(args)}`, async (context) => {
      const host = databaseHost(context);
      const { exitCode, stderr } = await host.command(
        'silence',
        'add',
        '--for',
        '1h',
        '--reason',
        'x',
        ...args,
      );
      assert.equal(exitCode, 2);
      assert.match(stderr, complaint);
      assert.deepEqual(host.store.silences.list(T0), []);
    });

  it('needs somebody who says so', async (context) => {
    const host = databaseHost(context, { env: {} });
    const { exitCode, stderr } = await host.command('silence', 'end', 's-1');
    assert.equal(exitCode, 2);
    assert.match(stderr, /say who you are with --author NAME/u);
    assert.match((await host.command('silence', 'end', 's-1', '--author', 'ada')).stderr, /no silence s-1/u);
  });
});

describe('incidents', () => {
  it('are listed with those under way first', async (context) => {
    const host = databaseHost(context);
    put(host, OVER, { ...OPEN, silencedBy: 's-1' });
    const { stdout } = await host.command('incidents');
    assert.deepEqual(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ {2,}/u)),
      [
        [
          'open',
          't-a1-1',
          'critical',
          'a1',
          'certificate-on-tenant-app',
          '2026-10-31 23:59:00 UTC',
          'for 1 min',
          'silenced by s-1',
        ],
        [
          'resolved',
          'p-platform-1',
          'critical',
          'platform',
          'platform-tls-outage',
          '2026-10-31 22:00:00 UTC',
          'for 1 h',
        ],
      ],
    );
    const ids = async (...args: readonly string[]) =>
      ((await host.json('incidents', 'list', ...args)) as { incidents: { id: string }[] }).incidents.map(
        ({ id }) => id,
      );
    assert.deepEqual(await ids(), ['t-a1-1', 'p-platform-1']);
    assert.deepEqual(await ids('--state', 'resolved'), ['p-platform-1']);
    assert.deepEqual(await ids('--state', 'open'), ['t-a1-1']);
    assert.deepEqual(await ids('--tenant', 'sp-a1'), ['t-a1-1']);
    assert.deepEqual(await ids('--tenant', 'b2'), []);
    assert.deepEqual(await ids('--limit', '1'), ['t-a1-1']);
  });

  it('are shown with everything in the order of time', async (context) => {
    const host = databaseHost(context);
    const { store } = host;
    store.deploys.record('sp-a1', aRelease(12, T0 - 101_000), T0);
    const event = { incident: OPEN.id, by: null } as const;
    store.commitIncidents([
      {
        incident: { ...OPEN, acknowledged: { by: 'ada', at: T0 - 2_000, note: null } },
        events: [
          { ...event, at: T0 - 50_000, kind: 'opened', text: 'critical: claimed' },
          { ...event, at: OPEN.firstFailedAt, kind: 'failed', text: 'claimed' },
          {
            ...event,
            at: T0 - 2_000,
            kind: 'acknowledged',
            by: 'ada',
            text: 'no reminders until it gets worse',
          },
        ],
        deliveries: [aDelivery('d1', { group: OPEN.id, createdAt: T0 - 50_000 })],
      },
    ]);
    store.outbox.lease(T0, 1, 1_000);
    store.outbox.sent('d1', T0 - 49_000, null);
    const { stdout } = await host.command('incidents', 'show', 'a1');
    assert.match(
      stdout,
      /deploy before it +v12 of sp-a1 by dev@example\.test, 41 s before the first failure/u,
    );
    const timeline = stdout.split('Timeline\n')[1]?.trimEnd().split('\n') ?? [];
    assert.deepEqual(
      timeline.map((line) => line.trim().split(/ {2,}/u).slice(1)),
      [
        ['deploy', 'v12 of sp-a1 by dev@example.test'],
        ['failed', 'claimed'],
        ['opened', 'critical: claimed'],
        ['delivery', 'test to slack: sent'],
        ['acknowledged', 'ada: no reminders until it gets worse'],
      ],
    );
  });

  it('an act waits for the daemon and says so', async (context) => {
    const host = databaseHost(context);
    put(host, OPEN);
    const { exitCode, stdout } = await host.command('incidents', 'ack', 'a1', '--note', 'on it');
    assert.equal(exitCode, 3);
    assert.match(stdout, /no daemon took the acknowledgement yet: it will be taken when one runs/u);
    const [request] = host.store.requests.waiting();
    assert.deepEqual(request, {
      id: request?.id,
      action: 'acknowledge',
      incident: OPEN.id,
      by: 'ada',
      note: 'on it',
      at: T0,
    });
    assert.equal(host.store.incidents.get(OPEN.id)?.acknowledged, null, 'nobody but the daemon changes it');
    const [entry] = host.store.audit.list({ subject: OPEN.id });
    assert.deepEqual([entry?.action, entry?.outcome], ['incident.acknowledge', 'started']);
  });

  it('what is over takes notes only, and what is not there nothing', async (context) => {
    const host = databaseHost(context);
    put(host, OVER);
    for (const act of ['ack', 'unack', 'resolve']) {
      const { exitCode, stderr } = await host.command('incidents', act, 'platform');
      assert.equal(exitCode, 2);
      assert.match(stderr, /is over: only a note can be added/u);
    }
    assert.equal((await host.command('incidents', 'note', 'platform', 'done')).exitCode, 3);
    for (const name of ['nobody knows', 'a1', 'monitor', 't-a1-1'])
      assert.match((await host.command('incidents', 'show', name)).stderr, /there is no incident/u, name);
  });
});

describe('alerts', () => {
  const channels = `alerts: { channels: [{ name: ops, type: slack, webhookUrl: 'https://hooks.example.test/x' }] }\n`;

  const outcomes: readonly [DeliveryOutcome, exitCode: number, said: RegExp][] = [
    [{ result: 'sent' }, 0, /^ops: the test message was delivered\n$/u],
    [{ result: 'retry', reason: '503' }, 1, /not delivered: 503 \(the daemon would try again\)/u],
    [{ result: 'rejected', reason: 'no_text' }, 1, /refused by the receiver: no_text/u],
    [{ result: 'disabled', reason: 'no_service' }, 1, /refused for good, .*: no_service/u],
  ];
  for (const [outcome, exitCode, said] of outcomes)
    it(`a test that ends as ${outcome.result} is exit code ${exitCode}`, async (context) => {
      const sendTest = () => Promise.resolve(outcome);
      const host = databaseHost(context, { config: channels, host: { sendTest } });
      const ran = await host.command('alerts', 'test', 'ops');
      assert.equal(ran.exitCode, exitCode);
      assert.match(ran.stdout, said);
      const [kept] = host.store.audit.list({ action: 'alerts.test' });
      assert.deepEqual(
        [kept?.actor, kept?.subject, kept?.outcome],
        ['ada', 'ops', exitCode === 0 ? 'done' : 'failed'],
      );
    });

  it('a test needs no database', async (context) => {
    const missing = new StoreError('missing', '/t.db', 'there is no database');
    const host = databaseHost(context, {
      config: channels,
      host: {
        sendTest: () => Promise.resolve({ result: 'sent' } as const),
        openStore: () => Promise.reject(missing),
      },
    });
    const { exitCode, stderr } = await host.command('alerts', 'test', 'ops');
    assert.deepEqual([exitCode, stderr], [0, '']);
  });

  it('a disabled channel is shown with what waits for it, and enabled on request', async (context) => {
    const host = databaseHost(context, { config: channels });
    const { outbox, audit } = host.store;
    outbox.add([
      aDelivery('d1', { channel: 'ops' }),
      aDelivery('d2', { channel: 'ops' }),
      aDelivery('d3', { channel: 'old' }),
    ]);
    outbox.disableChannel('ops', T0, 'Slack answered no_service');
    const { stdout } = await host.command('alerts', 'deliveries');
    assert.match(
      stdout,
      /^ops is disabled since 2026-11-01 00:00:00 UTC: Slack answered no_service\. 2 messages wait for it\. When it is repaired: tenantwatch alerts enable ops$/mu,
    );
    assert.match(stdout, /^old is not in the configuration\. 1 message waits for it\./mu);
    assert.equal(
      (await host.command('alerts', 'enable', 'ops')).stdout,
      'ops is enabled again; 2 messages to be sent by the daemon\n',
    );
    assert.equal(outbox.disabledChannels().size, 0);
    assert.deepEqual(
      audit.list({ action: 'alerts.enable' }).map(({ subject, outcome }) => [subject, outcome]),
      [
        ['ops', 'done'],
        ['ops', 'started'],
      ],
    );
    for (const [name, complaint] of [
      ['ops', /ops is not disabled/u],
      ['opps', /there is no channel opps/u],
    ] as const) {
      const { exitCode, stderr } = await host.command('alerts', 'enable', name);
      assert.equal(exitCode, 2);
      assert.match(stderr, complaint);
    }
  });

  it('a channel that is not there is named with those that are', async (context) => {
    const { exitCode, stderr } = await databaseHost(context, { config: channels }).command(
      'alerts',
      'test',
      'opps',
    );
    assert.equal(exitCode, 2);
    assert.match(stderr, /there is no channel opps in alerts\.channels; there are: ops/u);
    assert.match((await databaseHost(context).command('alerts', 'test', 'ops')).stderr, /which is empty/u);
  });

  it('deliveries that were given up are shown, and sent again on request', async (context) => {
    const host = databaseHost(context);
    const { outbox, audit } = host.store;
    outbox.add([aDelivery('d1'), aDelivery('d2', { channel: 'mail' }), aDelivery('d3')]);
    outbox.dead('d1', T0, 'channel_not_found');
    outbox.dead('d2', T0, 'refused');
    const listed = async (...args: readonly string[]) =>
      ((await host.json('alerts', 'deliveries', ...args)) as { deliveries: { id: string }[] }).deliveries.map(
        ({ id }) => id,
      );
    assert.deepEqual(await listed(), ['d3', 'd2', 'd1']);
    assert.deepEqual(await listed('--dead'), ['d2', 'd1']);
    assert.deepEqual(await listed('--state', 'waiting'), ['d3']);
    assert.deepEqual(await listed('--channel', 'mail'), ['d2']);
    assert.deepEqual(await listed('--incident', 'other'), []);
    const { stdout } = await host.command('alerts', 'deliveries', '--dead');
    assert.match(stdout, /^2026-11-01 00:00:00 UTC {2}mail +test +given up: refused +d2$/mu);

    for (const [args, complaint] of [
      [[], /name the deliveries, or say --all/u],
      [['d1', '--all'], /name the deliveries, or say --all/u],
      [['d1', 'd3'], /not given up: d3/u],
    ] as const)
      assert.match((await host.command('alerts', 'retry', ...args)).stderr, complaint);
    assert.match((await host.command('alerts', 'retry', 'd1')).stdout, /^1 to be sent again by the daemon/u);
    assert.equal(outbox.list({ state: 'dead' }).length, 1);
    await host.command('alerts', 'retry', '--all');
    assert.equal(outbox.list({ state: 'waiting' }).length, 3);
    assert.match((await host.command('alerts', 'retry', '--all')).stdout, /^nothing to be sent again/u);
    assert.equal(audit.list({ action: 'alerts.retry' }).length, 4);

    outbox.dead('d1', T0, 'refused');
    outbox.sent('d3', T0 + 1, null);
    assert.match(
      (await host.command('alerts', 'retry', 'd1')).stdout,
      /^nothing to be sent again; 1 left as it is: the channel has later news of the same incident$/mu,
    );
  });
});
