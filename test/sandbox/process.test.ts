import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { dnsUdp } from './clients.ts';

const PROGRAM = fileURLToPath(new URL('../../src/sandbox/process.ts', import.meta.url));

describe('the sandbox as its own process', () => {
  it('says where it listens, carries out requests, and ends with its input', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, '{"tenants":10000,"resolvers":1}'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<Readonly<Record<string, unknown>>> =>
      JSON.parse(String((await lines.next()).value)) as Readonly<Record<string, unknown>>;
    const ask = (call: object): Promise<Readonly<Record<string, unknown>>> => {
      child.stdin.write(`${JSON.stringify(call)}\n`);
      return next();
    };
    const { addresses, tenants } = (await next()) as unknown as {
      readonly addresses: { readonly resolvers: readonly string[] };
      readonly tenants: readonly string[];
    };
    assert.equal(tenants.length, 10_000);
    const [resolver = ''] = addresses.resolvers;
    assert.deepEqual((await dnsUdp(resolver, `${tenants[9999] ?? ''}.systemprompt.io`)).answers, [
      '127.0.0.1',
    ]);

    await ask({ id: 1, call: 'fault-on', fault: 'dns-nxdomain' });
    assert.equal((await dnsUdp(resolver, 'x.systemprompt.io')).rcode, 'NXDOMAIN');
    await ask({ id: 2, call: 'fault-off', fault: 'dns-nxdomain' });
    assert.equal((await dnsUdp(resolver, 'x.systemprompt.io')).rcode, 'NOERROR');
    assert.deepEqual(await ask({ id: 3, call: 'deploy', app: 'sp-nobody' }), {
      id: 3,
      error: 'Error: the sandbox has no app sp-nobody',
    });
    const exited = once(child, 'exit');
    child.stdin.end();
    assert.deepEqual(await exited, [0, null]);
  });
});
