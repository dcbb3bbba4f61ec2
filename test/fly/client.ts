import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { FlyError, createFlyClient } from '../../src/fly/index.ts';
import type { FlyClient, FlyClientOptions } from '../../src/fly/index.ts';
import { serveFly } from './fly-server.ts';
import type { Behaviour, FlyServer } from './fly-server.ts';
import { hurriedClock } from './hurried-clock.ts';

export const TOKEN = 'fm2_lJPECAAAAAAAsecret,fm2_lJPECAAAAAAAdischarge';

export interface Setup {
  readonly client: FlyClient;
  readonly server: FlyServer;
  /** `api result` of every request that was counted. */
  readonly counted: readonly string[];
  readonly signal: AbortSignal;
}

/** A client and the server that it talks to; both end with the test. */
export async function setup(
  test: TestContext,
  behave: Behaviour,
  options: Partial<FlyClientOptions> = {},
): Promise<Setup> {
  const server = await serveFly(behave);
  const counted: string[] = [];
  const client = createFlyClient({
    org: 'systemprompt',
    token: TOKEN,
    apiBaseUrl: server.url,
    flapsBaseUrl: server.url,
    userAgent: 'tenantwatch/test',
    clock: hurriedClock(),
    random: () => 0,
    recorder: { apiRequest: (api, result) => counted.push(`${api} ${result}`) },
    ...options,
  });
  test.after(async () => {
    await client.close();
    await server.close();
  });
  return { client, server, counted, signal: test.signal };
}

/** The FlyError that a call must end with. */
export async function failureOf(promise: Promise<unknown>): Promise<FlyError> {
  const error: unknown = await promise.then(
    () => assert.fail('it should have failed'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof FlyError, String(error));
  return error;
}
