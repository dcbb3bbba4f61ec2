import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openStore } from '../../src/store/index.ts';
import { startDaemon } from '../../src/wiring/daemon.ts';
import { testConfig } from '../http/app.ts';
import { recordingLogger } from '../store/fixtures.ts';
import { realClock } from '../support/clock.ts';

describe('a daemon that does not start', () => {
  it('leaves the database to the configuration that did', async (context) => {
    const config = testConfig(context);
    const logger = recordingLogger();
    const host = { env: {}, version: '1.2.3', clock: realClock, random: Math.random, logger };
    const caFile = join(config.store.path, '../gone.pem');
    await assert.rejects(startDaemon({ ...config, tls: { ...config.tls, caFile } }, host), /gone\.pem/);
    openStore({ path: config.store.path, clock: realClock, logger, daemon: true }).close();
  });
});
