import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFleet } from '../../src/monitor/fleet.ts';
import { createSuspects } from '../../src/monitor/suspects.ts';
import { anIncident } from '../store/fixtures.ts';

describe('suspects', () => {
  it('have their turn, also those of a storm that is larger than one look', () => {
    const ids = Array.from({ length: 120 }, (_, index) => `t${String(index)}`);
    const fleet = createFleet();
    fleet.setTenants(['well', ...ids].map((id) => ({ id, hostname: id, app: id, labels: {} })));
    const unresolved = ids.map((name) =>
      anIncident(name, { subject: { scope: 'tenant', name }, state: 'pending' }),
    );
    const suspects = createSuspects(fleet, { unresolved: () => unresolved });
    const looks = [1, 2, 3].map(() => suspects().map(({ id }) => id));
    for (const look of looks) assert.equal(new Set(look).size, 50);
    assert.deepEqual(new Set(looks.flat()), new Set(ids));
  });
});
