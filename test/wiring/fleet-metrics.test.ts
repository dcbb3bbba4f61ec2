import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { diagnoseShared } from '../../src/diagnosis/index.ts';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { createFleet } from '../../src/monitor/fleet.ts';
import { createInventoryKeeper } from '../../src/monitor/inventory.ts';
import { observeFleet } from '../../src/wiring/fleet-metrics.ts';
import { createManualClock } from '../support/clock.ts';
import {
  APP,
  HOST,
  MISPLACED,
  observed,
  platform as snapshotOf,
  settings,
  TENANT,
} from '../support/snapshots.ts';

describe('claims by kind', () => {
  it('are counted anew when the tenants become known after the sweep, not with the next one', async () => {
    const platform = settings();
    const fleet = createFleet();
    const metrics = createMetrics({ version: '1', perTenant: true });
    const swept = { startedAt: 0, takenAt: 0, apps: new Map(), claims: new Map([[HOST, [MISPLACED]]]) };
    const inventory = createInventoryKeeper(
      { inventory: () => Promise.resolve(observed(swept)) },
      createManualClock(),
      60_000,
    );
    await inventory.sweep(new AbortController().signal);
    observeFleet(fleet, metrics, platform, inventory, { perSecond: () => 25, waiting: () => 0 });
    const look = async (): Promise<string> => {
      const snapshot = snapshotOf();
      fleet.setShared({ snapshot, result: diagnoseShared(snapshot, platform), at: 0 });
      return metrics.render();
    };
    assert.match(await look(), /^tenantwatch_claims\{kind="foreign"\} 1$/m);
    fleet.setTenants([{ id: TENANT, hostname: HOST, app: APP, labels: {} }]);
    assert.match(await look(), /^tenantwatch_claims\{kind="tenant"\} 1$/m);
  });
});
