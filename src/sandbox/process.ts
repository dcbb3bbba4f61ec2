/**
 * The sandbox as a process of its own, for measurements that must not share an event loop with it:
 *
 *     process.ts '{"tenants": 10000}'
 *
 * The first line on stdout is `{"addresses": …, "tokens": …, "tenants": […]}`. After that each line on stdin is one request
 * `{"id", "call", …}`, answered by one line `{"id", "result"}` or `{"id", "error"}`. It ends when stdin does.
 */
import { createInterface } from 'node:readline';
import { startSandbox } from './index.ts';
import type { FaultName, FaultScope, Sandbox, SandboxOptions } from './index.ts';

/** What can be asked of it; everything that tests in the same process do with the world itself is not here. */
export type SandboxCall =
  | { readonly call: 'fault-on'; readonly fault: FaultName; readonly scope?: FaultScope }
  | { readonly call: 'fault-off'; readonly fault: FaultName }
  | { readonly call: 'fly'; readonly command: string }
  | { readonly call: 'add-certificate'; readonly app: string; readonly hostname: string }
  | { readonly call: 'propagate' }
  | { readonly call: 'deploy'; readonly app: string }
  | { readonly call: 'stats' };

const sandbox = await startSandbox(JSON.parse(process.argv[2] ?? '{}') as SandboxOptions);
print({ addresses: sandbox.addresses, tokens: sandbox.tokens, tenants: sandbox.world.tenants() });

for await (const line of createInterface({ input: process.stdin })) {
  const { id, ...call } = JSON.parse(line) as SandboxCall & { readonly id: number };
  try {
    print({ id, result: perform(sandbox, call) });
  } catch (error) {
    print({ id, error: String(error) });
  }
}
await sandbox.close();

function perform(
  { world, faults, edge, applyFlyCommand, apiRequests, receivers }: Sandbox,
  call: SandboxCall,
): unknown {
  switch (call.call) {
    case 'fault-on':
      faults.on(call.fault, call.scope);
      return null;
    case 'fault-off':
      faults.off(call.fault);
      return null;
    case 'fly':
      return applyFlyCommand(call.command);
    case 'add-certificate':
      return world.addCertificate(call.app, call.hostname);
    case 'propagate':
      world.propagate();
      return null;
    case 'deploy':
      return world.deploy(call.app);
    case 'stats':
      return {
        ...edge.stats(),
        apiRequests: apiRequests().length,
        received: receivers.received().length,
        wakeups: world.wakeups(),
        cpu: process.cpuUsage(),
        rss: process.memoryUsage.rss(),
      };
  }
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
