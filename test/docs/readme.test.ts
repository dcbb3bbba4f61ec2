import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { INCIDENT_TENANT, startSandbox } from '../../src/sandbox/index.ts';
import { deskAt } from '../cli/sandbox-host.ts';
import { read } from '../deploy/commands.ts';

/** What differs from run to run, and from the sandbox to Fly. */
const timeless = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, '<time>')
    .replaceAll(/\b\d+ ms\b|\b\d+\.\d s\b/g, '<duration>')
    .replaceAll(/\b\d+\.\d+\.\d+\.\d+(?::\d+)?/g, '<address>')
    // Lines break elsewhere when a value is longer.
    .replaceAll(/\s+/g, ' ');

describe('the diagnosis on top of the README', () => {
  it('is what verify prints of that incident, part by part', async (t) => {
    const sandbox = await startSandbox({ tenants: 1 });
    const desk = deskAt(sandbox);
    t.after(async () => {
      await sandbox.close();
      desk.place.remove();
    });
    sandbox.world.addCertificate(`sp-${INCIDENT_TENANT}`, `${INCIDENT_TENANT}.systemprompt.io`);
    sandbox.world.propagate();
    const { stdout } = await desk.run(['verify', INCIDENT_TENANT]);
    const shown = /^```\n([\s\S]*?)^```$/m.exec(read('README.md'))?.[1] ?? '';
    const parts = shown.split(/\n\n/).flatMap((part) => part.split(/\n(?= {2}(?:\d\.|- ))/));
    assert.ok(parts.length >= 10);
    for (const part of parts)
      assert.ok(timeless(stdout).includes(timeless(part).trim()), `${part}\n\n${stdout}`);
  });
});
