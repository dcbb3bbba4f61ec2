import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { INCIDENT_TENANT } from '../../src/sandbox/index.ts';
import { watchSandbox, type WatchedSandbox } from '../http/daemon.ts';
import { until } from '../support/until.ts';

const APP = `sp-${INCIDENT_TENANT}`;
const HOSTNAME = `${INCIDENT_TENANT}.systemprompt.io`;

describe('right after a repair, while the latest sweep is from before it', () => {
  let watched: WatchedSandbox;
  before(async () => {
    watched = await watchSandbox(
      () => ({
        // The sweep at the start is the only one.
        watch: { inventory: '1h', edge: '1s', platform: '1s', suspects: '1s' },
        alerts: { channels: [] },
      }),
      ({ world }) => {
        world.addCertificate(APP, HOSTNAME);
        world.propagate(HOSTNAME);
      },
    );
  });
  after(() => watched.stop());

  /** State and root of the incident, and how often someone would have been told. */
  const incident = () => {
    const [latest] = watched.daemon.store.incidents.list({ limit: 5 });
    return latest && { state: latest.state, severity: latest.severity, reopened: latest.reopened };
  };

  const scheduledRuns = (count: number): Promise<unknown> => {
    let seen = 0;
    const stop = watched.daemon.fleet.listen((event) => {
      if (event.kind === 'result' && event.tenant === INCIDENT_TENANT) seen += 1;
    });
    return until(`${String(count)} runs`, () => (seen >= count ? true : undefined)).finally(stop);
  };

  it('a conflict does not shrink to a warning because handshakes succeed beside the old list', async () => {
    await until('the incident', () => (incident()?.severity === 'critical' ? true : undefined));
    watched.sandbox.world.removeCertificate(APP, HOSTNAME);
    await scheduledRuns(4);
    assert.deepEqual(incident(), { state: 'open', severity: 'critical', reopened: 0 });
  });

  it('what a live look resolved does not come back with the old list', async () => {
    for (let round = 0; round < 2; round += 1) {
      const body = { tenants: [INCIDENT_TENANT], wait: '10s' };
      assert.equal((await watched.call('POST', '/api/v1/verifications', { body })).status, 200);
    }
    const over = { state: 'resolved', severity: 'critical', reopened: 0 };
    await until('the end', () => (incident()?.state === 'resolved' ? true : undefined));
    await scheduledRuns(3);
    assert.deepEqual(incident(), over);
    assert.equal(watched.daemon.tracker.unresolved().length, 0);
  });
});
