import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProblemCode } from '../../src/model/problem.ts';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../src/model/time.ts';
import { whatCameBefore } from '../../src/monitor/what-came-before.ts';
import { aClaim, aRelease, anIncident, T0, temporaryStore } from '../store/fixtures.ts';
import { APP, HOST, settings, TENANT } from '../support/snapshots.ts';

const tenant = { id: TENANT, hostname: HOST, app: APP, labels: {} };
const CREATED = T0 + HOUR_MS;
const FAILED = CREATED + 20 * SECOND_MS;

interface Given {
  /** When each release that a sweep met was made, against the certificate. */
  readonly releases?: readonly number[];
  readonly claimed?: boolean;
  readonly createdAt?: number | null;
  readonly code?: ProblemCode;
}

describe('what came before an incident', () => {
  const facts: readonly (readonly [string, Given, { deploy: number | null; origin: RegExp | null }])[] = [
    [
      'a certificate right after a deploy is tied to it',
      { releases: [-41 * SECOND_MS] },
      { deploy: 1, origin: /^created 41 s after release v1 of sp-999bc6549a64: likely the/u },
    ],
    [
      'a certificate long after the last deploy is not, and the hour bounds the deploy',
      { releases: [-2 * HOUR_MS] },
      { deploy: null, origin: /the last release .* was 2 h earlier: by hand/u },
    ],
    [
      'a release that came after both is no deploy before it, and what came earlier is not known',
      { releases: [10 * MINUTE_MS] },
      { deploy: null, origin: null },
    ],
    ['without any release nothing is claimed', {}, { deploy: null, origin: null }],
    [
      'a certificate of unknown age is not explained',
      { releases: [-41 * SECOND_MS], createdAt: null },
      { deploy: 1, origin: null },
    ],
    [
      'no certificate, no origin',
      { releases: [-41 * SECOND_MS], claimed: false },
      { deploy: 1, origin: null },
    ],
    [
      'trouble of another kind has no certificate to explain',
      { releases: [-41 * SECOND_MS], code: 'site-error' },
      { deploy: 1, origin: null },
    ],
  ];
  for (const [name, given, expected] of facts) {
    it(name, (context) => {
      const store = temporaryStore(context);
      const {
        releases = [],
        claimed = true,
        createdAt = CREATED,
        code = 'certificate-on-tenant-app',
      } = given;
      if (claimed) store.claims.sweep([aClaim(HOST, APP, { createdAt })], FAILED);
      releases.forEach((offset, index) =>
        store.deploys.record(APP, aRelease(index + 1, CREATED + offset), FAILED),
      );
      const incident = anIncident('t-1', {
        subject: { scope: 'tenant', name: TENANT },
        code,
        firstFailedAt: FAILED,
        lastFailedAt: FAILED,
      });
      const { deploy, origin } = whatCameBefore(store, settings(), tenant, incident);
      assert.equal(deploy?.release.version ?? null, expected.deploy);
      if (expected.origin === null) assert.equal(origin, null);
      else assert.match(origin ?? '', expected.origin);
    });
  }

  it('is nothing for a subject that is no known tenant', (context) => {
    const incident = anIncident('p-1', { subject: { scope: 'platform', name: 'platform' } });
    assert.deepEqual(whatCameBefore(temporaryStore(context), settings(), null, incident), {
      deploy: null,
      origin: null,
    });
  });
});
