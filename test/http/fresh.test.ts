import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { VerifyResult } from '../../src/model/diagnosis.ts';
import { INCIDENT_TENANT } from '../../src/sandbox/index.ts';
import { until } from '../support/until.ts';
import { watchSandbox, type WatchedSandbox } from './daemon.ts';

const HOSTNAME = `${INCIDENT_TENANT}.systemprompt.io`;
const APP = `sp-${INCIDENT_TENANT}`;

describe('a verification over HTTP, long before the next sweep', () => {
  let watched: WatchedSandbox;
  before(async () => {
    watched = await watchSandbox(() => ({
      watch: { inventory: '1h', edge: '1h', platform: '1h', suspects: '1h' },
    }));
    await until('the fleet to be known', async () =>
      (await watched.call('GET', '/readyz')).status === 200 ? true : undefined,
    );
  });
  after(() => watched.stop());

  const verify = async (options: object): Promise<readonly (string | undefined)[]> => {
    const body = { tenants: [INCIDENT_TENANT], wait: '20s', ...options };
    const answer = await watched.call('POST', '/api/v1/verifications', { body });
    assert.equal(answer.status, 200, answer.text);
    const { tenants } = answer.json() as VerifyResult;
    return tenants.map(({ diagnosis }) => diagnosis?.code);
  };

  it('sees the certificate that the deploy before it put on the tenant’s app', async () => {
    assert.deepEqual(await verify({}), [undefined]);
    watched.sandbox.world.addCertificate(APP, HOSTNAME);
    assert.deepEqual(await verify({}), ['certificate-on-tenant-app']);
    watched.sandbox.applyFlyCommand(`fly certs remove ${HOSTNAME} -a ${APP} -y`);
    assert.deepEqual(await verify({}), [undefined]);
  });

  it('sees the claims of other apps when it is asked to look', async () => {
    const [other = ''] = watched.daemon.fleet
      .tenants()
      .map(({ app }) => app)
      .filter((app) => app !== APP);
    watched.sandbox.world.addCertificate(other, HOSTNAME);
    assert.deepEqual(await verify({}), [undefined]);
    assert.deepEqual(await verify({ claims: true }), ['certificate-on-foreign-app']);
    watched.sandbox.applyFlyCommand(`fly certs remove ${HOSTNAME} -a ${other} -y`);
  });

  it('a silence holds for the very next decision', async () => {
    watched.sandbox.world.addCertificate(APP, HOSTNAME);
    await verify({});
    const incident = () =>
      watched.daemon.tracker.unresolved().find(({ subject }) => subject.name === INCIDENT_TENANT);
    await until('the incident', incident);
    const body = { matcher: { tenant: INCIDENT_TENANT }, reason: 'known', for: '1h' };
    const { silence } = (await watched.call('POST', '/api/v1/silences', { body })).json() as {
      readonly silence: { readonly id: string };
    };
    watched.daemon.tracker.flush();
    assert.equal(incident()?.silencedBy, silence.id);
  });
});
