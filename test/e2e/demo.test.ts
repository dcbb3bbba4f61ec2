import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { INCIDENT_TENANT } from '../../src/sandbox/index.ts';
import { runProgram } from '../support/program.ts';

describe('the demo', () => {
  it('plays the incident and what comes after it, and ends by itself', async () => {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME };
    const { exitCode, stdout, stderr } = await runProgram(['demo', '--tenants', '2'], { env, folder: '/' });
    assert.equal(exitCode, 0, stderr + stdout);
    const story = [
      'This is a sandbox',
      '2 of 2 pass.',
      `$ fly certs add ${INCIDENT_TENANT}.systemprompt.io -a sp-${INCIDENT_TENANT}`,
      'WARNING',
      'CRITICAL',
      'Acknowledged by on-call',
      `$ fly certs remove ${INCIDENT_TENANT}.systemprompt.io -a sp-${INCIDENT_TENANT} -y`,
      'RESOLVED',
      `$ tenantwatch forensics ${INCIDENT_TENANT}`,
      'likely the deploy pipeline',
      '$ tenantwatch guard certs',
      'refused',
      'WARNING',
      '$ tenantwatch claims',
      'conflict',
      '$ tenantwatch fix',
      'verification passed',
      'RESOLVED',
      '$ tenantwatch incidents report',
      '# Post-mortem',
      'How long each took',
    ];
    let at = 0;
    for (const text of story) {
      const found = stdout.indexOf(text, at);
      assert.ok(found >= 0, `${text} after ${stdout.slice(Math.max(0, at - 200), at)}`);
      at = found + text.length;
    }
  });
});
