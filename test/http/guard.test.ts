import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Claim, Inventory } from '../../src/model/fly.ts';
import { observed } from '../support/snapshots.ts';
import { aClaim } from '../store/fixtures.ts';
import { testApp } from './app.ts';

const MANAGEMENT = 'management-api-prod';
const NAME = '999bc6549a64.systemprompt.io';

function inventoryOf(...claims: readonly Claim[]): Inventory {
  const byName = Map.groupBy(claims, ({ hostname }) => hostname);
  return { startedAt: 0, takenAt: 0, apps: new Map(), claims: byName };
}

describe('POST /api/v1/guard/certificates', () => {
  const wildcard = aClaim('*.systemprompt.io', MANAGEMENT);
  const facts: readonly [string, Claim[], string, string, string, string][] = [
    ['the right app', [wildcard], NAME, MANAGEMENT, 'allowed', 'management-app'],
    ['the tenant’s app', [wildcard], NAME, 'sp-999bc6549a64', 'refused', 'tenant-app'],
    ['claimed by another app', [aClaim(NAME, 'old')], NAME, MANAGEMENT, 'refused', 'claimed-elsewhere'],
    [
      'in other spelling',
      [aClaim(NAME, 'old')],
      `${NAME.toUpperCase()}.`,
      MANAGEMENT,
      'refused',
      'claimed-elsewhere',
    ],
    [
      'under another app’s wildcard',
      [aClaim('*.systemprompt.io', 'old')],
      NAME,
      MANAGEMENT,
      'refused',
      'claimed-elsewhere',
    ],
    [
      'the wildcard, claimed elsewhere',
      [aClaim('*.systemprompt.io', 'old')],
      '*.systemprompt.io',
      MANAGEMENT,
      'refused',
      'claimed-elsewhere',
    ],
    ['there already', [aClaim(NAME, MANAGEMENT)], NAME, MANAGEMENT, 'allowed', 'already-there'],
    ['a custom domain', [], 'shop.example.com', MANAGEMENT, 'allowed', 'custom-domain'],
  ];
  for (const [fact, claims, hostname, app, decision, reason] of facts)
    it(`${fact}: ${decision}`, async (context) => {
      const { app: server } = await testApp(context, { inventory: observed(inventoryOf(...claims)) });
      const answer = await server.inject({
        method: 'POST',
        url: '/api/v1/guard/certificates',
        payload: { hostname, app },
      });
      const said = answer.json<{ readonly decision: string; readonly reason: string }>();
      assert.deepEqual([said.decision, said.reason], [decision, reason]);
    });

  it('without a sweep to look at it could not tell, and what is wrong anyway stays refused', async (context) => {
    const { app: server } = await testApp(context);
    const ask = async (app: string): Promise<string> =>
      (
        await server.inject({
          method: 'POST',
          url: '/api/v1/guard/certificates',
          payload: { hostname: NAME, app },
        })
      ).json<{ decision: string }>().decision;
    assert.equal(await ask(MANAGEMENT), 'unknown');
    assert.equal(await ask('sp-999bc6549a64'), 'refused');
  });
});
