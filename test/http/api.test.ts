import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { VerifyResult } from '../../src/model/diagnosis.ts';
import type { IncidentEvent } from '../../src/model/delivery.ts';
import type { Incident, Silence } from '../../src/model/incident.ts';
import { INCIDENT_TENANT } from '../../src/sandbox/index.ts';
import { runProgram } from '../support/program.ts';
import { until } from '../support/until.ts';
import { TOKENS, WITH_TOKENS } from './app.ts';
import { complaints, watchSandbox, type Answer, type CallOptions, type WatchedSandbox } from './daemon.ts';

const HOSTNAME = `${INCIDENT_TENANT}.systemprompt.io`;
const APP = `sp-${INCIDENT_TENANT}`;
/** Where the sandbox takes what Slack calls `response_url`. */
const ANSWERS = '/services/answers';
const SIGNING_SECRET = 'slack-signing-secret';
const MINUTE_MS = 60_000;

describe('the API of a daemon that watches a sandbox', () => {
  let watched: WatchedSandbox;
  before(async () => {
    watched = await watchSandbox(({ addresses }) => ({
      server: WITH_TOKENS,
      alerts: {
        channels: [
          {
            name: 'bot',
            type: 'slack',
            botToken: 'xoxb-1',
            channel: 'C1',
            signingSecret: SIGNING_SECRET,
            apiUrl: addresses.slackApiUrl,
          },
        ],
      },
    }));
    const { fleet } = watched.daemon;
    await until('all tenants verified', () =>
      fleet.tenants().length === 3 && fleet.tenants().every(({ id }) => fleet.latest(id)?.decided === 'pass')
        ? true
        : undefined,
    );
  });
  after(() => watched.stop());

  interface Called extends CallOptions {
    /** In place of the template's parameters. */
    readonly with?: string;
    readonly query?: string;
  }

  /** Calls, and holds the answer to the OpenAPI document. */
  const call = async (
    method: 'GET' | 'POST' | 'DELETE',
    template: string,
    options: Called = {},
  ): Promise<Answer> => {
    const path = template.replace(/\{\w+\}/, encodeURIComponent(options.with ?? '')) + (options.query ?? '');
    const answer = await watched.call(method, `/api/v1${path}`, { token: TOKENS.read, ...options });
    assert.deepEqual(complaints(method, `/api/v1${template}`, answer), [], answer.text.slice(0, 500));
    return answer;
  };
  const get = async (template: string, options: Called = {}): Promise<unknown> => {
    const answer = await call('GET', template, options);
    assert.equal(answer.status, 200, answer.text);
    return answer.json();
  };
  const operate = { token: TOKENS.operate };
  const verify = { token: TOKENS.verify };
  const codeOf = (answer: Answer): string => (answer.json() as { error: { code: string } }).error.code;

  it('lists tenants page by page, and filters them', async () => {
    const ids: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const query = `?limit=2${next === '' ? '' : `&cursor=${next}`}`;
      const page = (await get('/tenants', { query })) as {
        readonly tenants: readonly { readonly id: string }[];
        readonly next: string | null;
        readonly total: number;
      };
      assert.equal(page.total, 3);
      ids.push(...page.tenants.map(({ id }) => id));
      next = page.next;
    }
    assert.deepEqual(
      ids,
      watched.daemon.fleet
        .tenants()
        .map(({ id }) => id)
        .sort(),
    );
    const found = async (query: string): Promise<number> =>
      ((await get('/tenants', { query })) as { total: number }).total;
    assert.equal(await found(`?search=${INCIDENT_TENANT.slice(0, 6).toUpperCase()}`), 1);
    assert.equal(await found('?verdict=fail'), 0);
    assert.equal(await found('?problem=dns-override'), 0);
    assert.equal(await found('?label=suspended=true'), 0);
    assert.equal((await call('GET', '/tenants', { query: '?verdict=bad' })).status, 400);
    assert.equal((await call('GET', '/tenants', { query: '?limit=100000' })).status, 400);
  });

  it('shows a tenant under every name it has', async () => {
    for (const name of [INCIDENT_TENANT, HOSTNAME, HOSTNAME.toUpperCase(), APP]) {
      const { tenant } = (await get('/tenants/{tenant}', { with: name })) as { tenant: { id: string } };
      assert.equal(tenant.id, INCIDENT_TENANT, name);
    }
    for (const name of ['000000000000', 'x', '../etc', 'a'.repeat(250)]) {
      const answer = await call('GET', '/tenants/{tenant}', { with: name });
      assert.equal(answer.status, 404, name);
      assert.equal(codeOf(answer), 'no-such-tenant');
    }
  });

  it('shows runs, history, deploys, claims and the platform', async () => {
    const page = async (query: string): Promise<{ runs: readonly { at: number }[]; next: string | null }> =>
      (await get('/tenants/{tenant}/runs', { with: INCIDENT_TENANT, query })) as never;
    const first = await until('two runs to be written', async () => {
      const { runs } = await page('');
      return runs.length >= 2 ? runs : undefined;
    });
    const one = await page('?limit=1');
    assert.ok(one.next !== null);
    const two = await page(`?limit=1&cursor=${one.next}`);
    assert.ok((two.runs[0]?.at ?? Infinity) < (one.runs[0]?.at ?? 0), 'older comes later, nothing twice');
    const since = new Date((first.at(-1)?.at ?? 0) + 1).toISOString();
    assert.ok((await page(`?since=${since}`)).runs.every(({ at }) => at > (first.at(-1)?.at ?? 0)));
    assert.equal(
      (await call('GET', '/tenants/{tenant}/runs', { with: INCIDENT_TENANT, query: '?since=noon' })).status,
      400,
    );

    const history = (await get('/tenants/{tenant}/history', { with: INCIDENT_TENANT })) as {
      readonly transitions: readonly unknown[];
      readonly deploys: readonly unknown[];
    };
    assert.ok(history.transitions.length >= 1 && history.deploys.length >= 1);
    const { deploys } = (await get('/deploys', { query: `?app=${APP}` })) as {
      deploys: readonly { app: string }[];
    };
    assert.ok(deploys.length > 0 && deploys.every(({ app }) => app === APP));
    const { claims } = (await get('/claims', { query: '?app=management-api-prod' })) as {
      claims: readonly { hostname: string; conflict: boolean }[];
    };
    assert.ok(claims.some(({ hostname, conflict }) => hostname === '*.systemprompt.io' && !conflict));
    await get('/platform');
  });

  it('verifies named tenants and answers with the document of the command line', async () => {
    const body = { tenants: [HOSTNAME, APP], wait: '20s' };
    const answer = await call('POST', '/verifications', { ...verify, body });
    assert.equal(answer.status, 200);
    const result = answer.json() as VerifyResult;
    assert.equal(result.schema, 'tenantwatch.verify/1');
    assert.deepEqual(
      result.tenants.map(({ tenant, verdict }) => [tenant, verdict]),
      [[INCIDENT_TENANT, 'pass']],
    );
    assert.equal(result.tenants[0]?.checks.length, 9);
    const facts: readonly [string, object, number][] = [
      ['an unknown tenant', { tenants: ['000000000000'], wait: '5s' }, 404],
      ['a name that can be no tenant', { tenants: ['$(id)'] }, 404],
      ['neither tenants nor all', {}, 400],
      ['both', { tenants: ['x'], all: true }, 400],
      ['no tenants', { tenants: [] }, 400],
      ['a wait that is no duration', { all: true, wait: 5 }, 400],
      ['a key of another version', { all: true, speed: 'fast' }, 400],
    ];
    for (const [fact, wrong, status] of facts)
      assert.equal((await call('POST', '/verifications', { ...verify, body: wrong })).status, status, fact);
  });

  it('verifies all with progress as server-sent events, and keeps the result', async () => {
    const started = await call('POST', '/verifications', { ...verify, body: { all: true } });
    assert.equal(started.status, 202);
    const { verification } = started.json() as { verification: { id: string } };
    const stream = await watched.call('GET', `/api/v1/verifications/${verification.id}/events`, verify);
    assert.match(stream.type, /^text\/event-stream/u);
    const events = [...stream.text.matchAll(/^event: (\w+)\ndata: (.*)$/gmu)].map(([, name, data = '']) => ({
      name,
      data: JSON.parse(data) as { tenant?: string; check?: { id: string }; state?: string },
    }));
    for (const { id } of watched.daemon.fleet.tenants()) {
      const own = events.filter(({ data }) => data.tenant === id);
      assert.equal(
        new Set(own.map(({ data }) => data.check?.id).filter((check) => check !== undefined)).size,
        9,
        id,
      );
      assert.equal(own.filter(({ name }) => name === 'tenant').length, 1);
    }
    assert.equal(events.at(-1)?.name, 'over');
    assert.equal(events.at(-1)?.data.state, 'finished');

    const again = await watched.call('GET', `/api/v1/verifications/${verification.id}/events`, verify);
    assert.equal(again.text.match(/^event: tenant$/gmu)?.length, 3, 'who comes late is told everything');
    const { id } = verification;
    await get('/verifications/{verification}', { ...verify, with: id });
    const result = (await get('/verifications/{verification}/result', {
      ...verify,
      with: id,
    })) as VerifyResult;
    assert.equal(result.tenants.length, 3);
    const unknown = await call('GET', '/verifications/{verification}', {
      ...verify,
      with: '00000000-0000-4000-8000-000000000000',
    });
    assert.equal(unknown.status, 404);
  });

  it('verify --server takes its answer from there, and ends with 2 where the token is refused', async () => {
    const { daemon, place } = watched;
    // Nothing that would let it probe from here.
    const run = (args: readonly string[], token: string | undefined) =>
      runProgram(['verify', ...args, '--server', daemon.url, '--json'], {
        folder: place.folder,
        env: {
          PATH: process.env.PATH,
          HOME: process.env.HOME,
          ...(token === undefined ? {} : { TENANTWATCH_TOKEN: token }),
        },
      });
    const [passed, without, readOnly, unknown] = await Promise.all([
      run([HOSTNAME], TOKENS.verify),
      run([HOSTNAME], undefined),
      run([HOSTNAME], TOKENS.read),
      run(['000000000000'], TOKENS.verify),
    ]);
    assert.equal(passed.exitCode, 0, passed.stderr);
    assert.equal((JSON.parse(passed.stdout) as VerifyResult).tenants[0]?.hostname, HOSTNAME);
    assert.equal(without.exitCode, 2);
    assert.match(without.stderr, /does not accept the token/u);
    assert.equal(without.stdout, '');
    assert.equal(readOnly.exitCode, 2);
    assert.match(readOnly.stderr, /may not verify/u);
    assert.equal(unknown.exitCode, 4, unknown.stderr);
  });

  it('verify --server probes from here when the server is in trouble', async () => {
    const place = watched.place;
    const { exitCode, stderr, stdout } = await runProgram(
      ['verify', HOSTNAME, '--server', 'http://127.0.0.1:9', '--config', place.file, '--json'],
      place,
    );
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /nothing listens there \(ECONNREFUSED\); probing from here instead/u);
    assert.equal((JSON.parse(stdout) as VerifyResult).verdict, 'pass');
  });

  it('the guard refuses what would conflict, with the command that is right', async () => {
    const ask = async (
      hostname: string,
      app: string,
    ): Promise<{ decision: string; reason: string; command: string }> => {
      const answer = await call('POST', '/guard/certificates', { body: { hostname, app } });
      assert.equal(answer.status, 200);
      return answer.json() as never;
    };
    const refused = await ask(HOSTNAME, APP);
    assert.equal(refused.decision, 'refused');
    assert.equal(refused.command, `fly certs add ${HOSTNAME} -a management-api-prod`);
    assert.equal((await ask(HOSTNAME, 'management-api-prod')).decision, 'allowed');
    const wrong = await call('POST', '/guard/certificates', { body: { hostname: 'a b', app: APP } });
    assert.equal(wrong.status, 400);
  });

  it('silences are made, listed and ended, each act audited', async () => {
    const body = { matcher: { tenant: 'nobody-*' }, reason: ' planned ', for: '2h' };
    const made = await call('POST', '/silences', { ...operate, body });
    assert.equal(made.status, 201);
    const { silence } = made.json() as { silence: Silence };
    assert.equal(silence.author, 'operate-er');
    assert.equal(silence.reason, 'planned');
    assert.equal(silence.endsAt - silence.startsAt, 120 * MINUTE_MS);
    const list = async (query = ''): Promise<readonly Silence[]> =>
      ((await get('/silences', { query })) as { silences: readonly Silence[] }).silences;
    assert.ok((await list()).some(({ id }) => id === silence.id));
    assert.equal((await call('DELETE', '/silences/{silence}', { ...operate, with: silence.id })).status, 200);
    assert.ok(!(await list()).some(({ id }) => id === silence.id));
    assert.ok((await list('?ended=true')).some(({ id }) => id === silence.id));
    assert.equal((await call('DELETE', '/silences/{silence}', { ...operate, with: silence.id })).status, 409);
    assert.equal((await call('DELETE', '/silences/{silence}', { ...operate, with: 'x' })).status, 404);
    for (const wrong of [
      { ...body, matcher: {} },
      { ...body, reason: ' ' },
      { ...body, endsAt: Date.now() + MINUTE_MS },
      { matcher: body.matcher, reason: 'x' },
      { matcher: body.matcher, reason: 'x', endsAt: 5 },
      { matcher: body.matcher, reason: 'x', for: '400d' },
    ])
      assert.equal(
        (await call('POST', '/silences', { ...operate, body: wrong })).status,
        400,
        JSON.stringify(wrong),
      );
    const audited = watched.daemon.store.audit
      .list({ subject: silence.id })
      .map(({ action, outcome }) => [action, outcome]);
    assert.deepEqual(audited, [
      ['silence.end', 'refused'],
      ['silence.end', 'done'],
      ['silence.add', 'done'],
    ]);
  });

  it('an incident is acknowledged over the API and from Slack, noted and resolved', async () => {
    const { sandbox } = watched;
    sandbox.world.addCertificate(APP, HOSTNAME);
    const incident = await until('the incident to open', async () => {
      const { incidents } = (await get('/incidents', { query: `?state=open&tenant=${APP}` })) as {
        readonly incidents: readonly Incident[];
      };
      return incidents[0];
    });
    assert.equal(incident.code, 'certificate-on-tenant-app');
    const { claims } = (await get('/claims', { query: '?conflicts=true' })) as {
      readonly claims: readonly { readonly app: string }[];
    };
    assert.deepEqual(
      claims.map(({ app }) => app),
      [APP],
    );

    const act = (what: string, body?: object): Promise<Answer> =>
      call('POST', `/incidents/{incident}/${what}`, {
        ...operate,
        with: incident.id,
        ...(body === undefined ? {} : { body }),
      });
    const acknowledged = async (): Promise<string | undefined> => {
      const { incident: now } = (await get('/incidents/{incident}', { with: incident.id })) as {
        incident: Incident;
      };
      return now.acknowledged?.by;
    };
    assert.equal((await act('acknowledge', { note: 'on it' })).status, 200);
    assert.equal(await acknowledged(), 'operate-er');
    assert.equal(codeOf(await act('acknowledge')), 'conflict');
    assert.equal((await act('unacknowledge')).status, 200);

    assert.equal((await press('acknowledge', incident.id)).status, 200);
    assert.equal(await acknowledged(), 'ada (U1) (Slack)');
    assert.equal((await press('acknowledge', incident.id)).status, 200);
    await told(/^It is acknowledged already by ada \(U1\)/u);
    assert.equal((await press('silence:3600000', incident.id)).status, 200);
    await told(/^Nobody is told of .* until .* UTC, but that it is over\. .*tenantwatch silence end \S+$/u);
    await until('the silence to cover the incident', async () => {
      const { incident: now } = (await get('/incidents/{incident}', { with: incident.id })) as {
        incident: Incident;
      };
      return now.silencedBy ?? undefined;
    });
    assert.equal((await press('acknowledge', incident.id, 'another secret')).status, 401);
    assert.equal((await press('nonsense', incident.id)).status, 200, 'a button of another version');
    assert.equal((await press('acknowledge', 'no-such')).status, 200);
    await told(/^There is no such incident/u);

    assert.equal((await act('notes', { text: 'the pipeline did it' })).status, 200);
    assert.equal((await act('notes', { text: '' })).status, 400);
    assert.equal(sandbox.applyFlyCommand(`fly certs remove ${HOSTNAME} -a ${APP} -y`).exitCode, 0);
    await until('the incident to be over', async () => {
      const { incident: now } = (await get('/incidents/{incident}', { with: incident.id })) as {
        incident: Incident;
      };
      return now.state === 'resolved' ? true : undefined;
    });
    assert.equal(codeOf(await act('resolve')), 'conflict');
    const { timeline } = (await get('/incidents/{incident}', { with: incident.id })) as {
      readonly timeline: readonly IncidentEvent[];
    };
    const kinds = new Set(timeline.map(({ kind }) => kind));
    for (const kind of ['opened', 'acknowledged', 'unacknowledged', 'silenced', 'note', 'resolved'] as const)
      assert.ok(kinds.has(kind), kind);
    assert.equal((await call('GET', '/incidents/{incident}', { with: 'no-such' })).status, 404);
  });

  /** What the one who pressed was told last, through Slack. */
  const told = (pattern: RegExp): Promise<unknown> =>
    until(`the answer ${String(pattern)}`, () => {
      const last = watched.sandbox.receivers.received().findLast(({ path }) => path === ANSWERS);
      const text = (last?.payload as { readonly text?: string } | undefined)?.text;
      return text !== undefined && pattern.test(text) ? true : undefined;
    });

  /** As Slack sends it when a button is pressed. */
  function press(action: string, incident: string, secret = SIGNING_SECRET): Promise<Answer> {
    const payload = {
      type: 'block_actions',
      user: { id: 'U1', username: 'ada' },
      response_url: `${new URL(watched.sandbox.addresses.slackApiUrl).origin}${ANSWERS}`,
      actions: [{ action_id: action, value: incident }],
    };
    const raw = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
    const timestamp = String(Math.floor(Date.now() / 1000));
    const mac = createHmac('sha256', secret).update(`v0:${timestamp}:${raw}`).digest('hex');
    return watched.call('POST', '/slack/actions', {
      raw,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${mac}`,
      },
    });
  }
});
