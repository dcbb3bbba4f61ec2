import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { INCIDENT_TENANT } from '../../src/sandbox/index.ts';
import { watchSandbox, type WatchedSandbox } from '../http/daemon.ts';
import { until } from '../support/until.ts';

const APP = `sp-${INCIDENT_TENANT}`;
const HOSTNAME = `${INCIDENT_TENANT}.systemprompt.io`;

describe('trouble that begins between two sweeps', () => {
  let watched: WatchedSandbox;
  before(async () => {
    // The next sweep is an hour away.
    watched = await watchSandbox(() => ({
      watch: { inventory: '1h', edge: '1s', platform: '1s', suspects: '1s' },
    }));
    const { fleet } = watched.daemon;
    await until('a fleet that is well', () =>
      fleet.tenants().length > 0 && fleet.tenants().every(({ id }) => fleet.latest(id)?.verdict === 'pass')
        ? true
        : undefined,
    );
  });
  after(() => watched.stop());

  it('is told with the deploy before it, and how the certificate got there', async () => {
    const { sandbox, daemon } = watched;
    sandbox.world.deploy(APP);
    sandbox.world.addCertificate(APP, HOSTNAME);
    sandbox.world.propagate(HOSTNAME);
    const [delivery] = await until('the message', () => {
      const rows = daemon.store.outbox.list({ channel: 'on-call' });
      return rows.length > 0 ? rows.toReversed() : undefined;
    });
    assert.ok(delivery && 'incident' in delivery.message);
    const { reason, incident, deploy, origin } = delivery.message;
    assert.deepEqual([reason, incident.code, deploy?.version], ['opened', 'certificate-on-tenant-app', 2]);
    assert.match(
      origin ?? '',
      /^created .* after release v2 of sp-999bc6549a64: likely the deploy pipeline$/u,
    );
  });
});
