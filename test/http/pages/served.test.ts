import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { request } from 'undici';
import { TENANT_CHECKS } from '../../../src/model/check.ts';
import { PROBLEM_CODES } from '../../../src/model/problem.ts';
import { INCIDENT_TENANT } from '../../../src/sandbox/index.ts';
import { until } from '../../support/until.ts';
import { daemonOverSandbox, OPERATOR, READER, type RunningDaemon } from './daemon.ts';

const HOSTILE = '<script>alert(1)</script>"\'&<img src=x onerror=alert(1)>';

describe('the pages as they are served', () => {
  let running: RunningDaemon;
  before(async () => {
    running = await daemonOverSandbox({ tenants: 3 });
  });
  after(() => running.stop());

  interface Answer {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly text: string;
  }

  async function ask(
    path: string,
    options: {
      readonly token?: string;
      readonly cookie?: string;
      readonly form?: Readonly<Record<string, string>>;
    } = {},
  ): Promise<Answer> {
    const { token, cookie, form } = options;
    const { statusCode, headers, body } = await request(`${running.daemon.url}${path}`, {
      method: form === undefined ? 'GET' : 'POST',
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(cookie === undefined ? {} : { cookie }),
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      body: form === undefined ? null : new URLSearchParams(form).toString(),
    });
    return { status: statusCode, headers, text: await body.text() };
  }

  async function signIn(): Promise<string> {
    const { headers } = await ask('/sign-in', { form: { token: OPERATOR } });
    return String(headers['set-cookie']).split(';')[0] ?? '';
  }

  const csrfOf = (text: string): string => /name="csrf" value="([^"]+)"/u.exec(text)?.[1] ?? '';

  it('are all there, within 100 KB, and allow nothing inline', async () => {
    const paths = [
      '/',
      `/tenants/${INCIDENT_TENANT}`,
      '/incidents',
      '/claims',
      '/silences',
      '/runbooks',
      '/settings',
    ];
    for (const path of [...paths, ...PROBLEM_CODES.map((code) => `/runbooks/${code}`)]) {
      const { status, headers, text } = await ask(path, { token: READER });
      assert.equal(status, 200, path);
      assert.ok(text.length <= 100_000, path);
      assert.match(String(headers['content-security-policy']), /default-src 'none'/u);
      assert.doesNotMatch(text, /<script(?! type="module" src=)|<style| style="| on[a-z]+="/u, path);
    }
  });

  it('serve their files for good, by their digest', async () => {
    const { text } = await ask('/sign-in');
    const files = [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/gu)].map(([, path = '']) => path);
    assert.equal(files.length, 3);
    for (const path of files) {
      const { status, headers } = await ask(path);
      assert.deepEqual([status, headers['cache-control']], [200, 'public, max-age=31536000, immutable']);
    }
    assert.equal((await ask('/assets/pages.css')).status, 404);
  });

  it('lead from document to document, and make no link of what is only named', async () => {
    const { text } = await ask('/playbook', { token: READER });
    assert.match(text, /<code>https:\/\/sp-/u);
    assert.doesNotMatch(text, /<a href="https:\/\/sp-|href="[^"]*\.md"/u);
    const links = [
      ...new Set([...text.matchAll(/<a href="(\/runbooks[^"]*)"/gu)].map(([, path = '']) => path)),
    ];
    assert.ok(links.includes('/runbooks') && links.length > 10);
    for (const path of links) assert.equal((await ask(path, { token: READER })).status, 200, path);
    const runbook = await ask('/runbooks/dns-override', { token: READER });
    assert.doesNotMatch(runbook.text, /href="\/runbooks\/dns-override"/u);
  });

  it('take a tenant by any of its names', async () => {
    for (const name of [`${INCIDENT_TENANT}.systemprompt.io`, `sp-${INCIDENT_TENANT}`]) {
      const { status, headers } = await ask(`/tenants/${name}`, { token: READER });
      assert.deepEqual([status, headers.location], [302, `/tenants/${INCIDENT_TENANT}`]);
    }
    const { status, text } = await ask(`/tenants/${encodeURIComponent(HOSTILE)}`, { token: READER });
    assert.equal(status, 404);
    assert.doesNotMatch(text, /<script>|<img/u);
  });

  it('escape what a tenant controls, wherever it stands', async () => {
    const { fleet } = running.daemon;
    const id = 'bbbbbbbbbbbb';
    const tenants = fleet.tenants();
    fleet.setTenants([...tenants, { id, hostname: HOSTILE, app: HOSTILE, labels: { [HOSTILE]: HOSTILE } }]);
    fleet.setResult(
      {
        tenant: id,
        hostname: HOSTILE,
        app: HOSTILE,
        verdict: 'fail',
        durationMs: 1,
        checks: TENANT_CHECKS.map((check) => ({
          id: check,
          verdict: 'fail',
          reason: 'server-error',
          summary: HOSTILE,
          evidence: { [HOSTILE]: HOSTILE, list: [HOSTILE, { [HOSTILE]: [HOSTILE] }] },
          durationMs: 1,
        })),
        diagnosis: {
          code: 'site-error',
          scope: 'tenant',
          severity: 'critical',
          certainty: 'certain',
          summary: HOSTILE,
          explanation: HOSTILE,
          explains: ['site-response'],
          evidence: [HOSTILE],
          runbook: 'javascript:alert(1)',
          remediation: [{ kind: 'command', effect: 'reads', command: HOSTILE, why: HOSTILE }],
        },
        explainedBy: null,
        alsoFound: [],
      },
      Date.now(),
    );
    for (const path of ['/', `/?q=${encodeURIComponent(HOSTILE)}`, `/tenants/${id}`]) {
      const { status, text } = await ask(path, { token: READER });
      assert.equal(status, 200);
      assert.doesNotMatch(text, /<script>|<img|"javascript:/u, path);
    }
    fleet.setTenants(tenants);
  });

  it('offer and allow only what the token may do', async () => {
    const { text } = await ask(`/tenants/${INCIDENT_TENANT}`, { token: READER });
    assert.doesNotMatch(text, /Verify now/u);
    const { status } = await ask(`/tenants/${INCIDENT_TENANT}/verify`, { token: READER, form: {} });
    assert.equal(status, 403);
  });

  it('take no form of a session without its token against forgery', async () => {
    const cookie = await signIn();
    const form = { tenant: INCIDENT_TENANT, for: '2h', reason: 'test' };
    assert.equal((await ask('/silences', { cookie, form })).status, 403);
    assert.equal((await ask('/silences', { cookie, form: { ...form, csrf: 'guessed' } })).status, 403);
    const csrf = csrfOf((await ask('/silences', { cookie })).text);
    const { status, headers } = await ask('/silences', { cookie, form: { ...form, csrf } });
    assert.deepEqual([status, headers.location], [303, '/silences']);
    const missing = await ask('/silences', { cookie, form: { ...form, reason: '', csrf } });
    assert.equal(missing.status, 400);
    assert.match(missing.text, /Say why/u);
  });

  it('show the settings without a secret', async () => {
    const { text } = await ask('/settings', { token: READER });
    assert.doesNotMatch(text, new RegExp([OPERATOR, READER, 'hooks?.slack|/services/T000'].join('|'), 'u'));
    assert.match(text, /\$\{SLACK_WEBHOOK\}/u);
  });

  it('tell each check of a verification as it is judged, to everybody who asks meanwhile', async () => {
    const verify = async (): Promise<string> => {
      const { body } = await request(`${running.daemon.url}/tenants/${INCIDENT_TENANT}/verify`, {
        method: 'POST',
        headers: { authorization: `Bearer ${OPERATOR}`, accept: 'text/event-stream' },
      });
      return body.text();
    };
    const runs = (): number =>
      running.daemon.store.runs
        .between(INCIDENT_TENANT, 0, Date.now() + 1, 1_000)
        .filter(({ trigger }) => trigger === 'manual').length;
    for (const text of await Promise.all([verify(), verify(), verify()])) {
      assert.equal(text.match(/^event: check$/gmu)?.length, TENANT_CHECKS.length);
      assert.match(text, /event: done\ndata: \{"verdict":"pass"\}\n\n$/u);
    }
    assert.equal(await until('the run in history', () => runs() || undefined), 1);
  });

  it('tell whoever looks that something changed, and nothing else', async () => {
    const { body } = await request(`${running.daemon.url}/events?topic=tenant:${INCIDENT_TENANT}`, {
      headers: { authorization: `Bearer ${READER}` },
    });
    let heard = '';
    body.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
    });
    body.on('error', () => undefined);
    await until('a word', () => (heard.includes('event: changed') ? true : undefined));
    assert.equal(heard.replaceAll(/^(?:retry: 2000|event: changed|data:|:)?\n/gmu, ''), '');
    body.destroy();
  });
});

describe('the pages in public', () => {
  it('can be read by everybody, but for the settings, and changed by nobody', async () => {
    const running = await daemonOverSandbox(
      { tenants: 1 },
      { publicRead: true, tokens: [{ name: 'ada', token: OPERATOR, scopes: ['read', 'operate'] }] },
    );
    try {
      const statusOf = async (path: string, method: 'GET' | 'POST' = 'GET'): Promise<number> => {
        const { statusCode, body } = await request(`${running.daemon.url}${path}`, { method });
        await body.dump();
        return statusCode;
      };
      assert.equal(await statusOf('/'), 200);
      assert.equal(await statusOf('/incidents'), 200);
      assert.equal(await statusOf('/settings'), 401);
      assert.equal(await statusOf('/silences', 'POST'), 401);

      // A draft that anybody can open costs Fly nothing; one for who has a token asks it.
      running.sandbox.applyFlyCommand(
        `fly certs add ${INCIDENT_TENANT}.systemprompt.io -a sp-${INCIDENT_TENANT}`,
      );
      const { id } = await until('the incident', () =>
        running.daemon.tracker.unresolved().find(({ state }) => state === 'open'),
      );
      const logsAsked = (): number =>
        running.sandbox.apiRequests().filter(({ path }) => path.includes('/logs')).length;
      assert.equal(await statusOf(`/incidents/${id}/post-mortem`), 200);
      assert.equal(logsAsked(), 0);
      const { body } = await request(`${running.daemon.url}/incidents/${id}/post-mortem`, {
        headers: { authorization: `Bearer ${OPERATOR}` },
      });
      await body.dump();
      const asked = logsAsked();
      assert.ok(asked > 0);
      await (
        await request(`${running.daemon.url}/incidents/${id}/post-mortem.md`, {
          headers: { authorization: `Bearer ${OPERATOR}` },
        })
      ).body.dump();
      assert.equal(logsAsked(), asked, 'the download is the draft that was read');
    } finally {
      await running.stop();
    }
  });
});
