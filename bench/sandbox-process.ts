import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { SandboxAddresses, SandboxOptions } from '../src/sandbox/index.ts';
import type { SandboxCall } from '../src/sandbox/process.ts';

const PROGRAM = fileURLToPath(new URL('../src/sandbox/process.ts', import.meta.url));

/** The sandbox in a process of its own: it must not share an event loop with what is measured. */
export interface SandboxProcess {
  readonly pid: number;
  readonly addresses: SandboxAddresses;
  readonly tokens: { readonly read: string };
  readonly tenants: readonly string[];
  /** Has it carry out one call; rejects with what went wrong. */
  readonly ask: <Result>(call: SandboxCall) => Promise<Result>;
  readonly stop: () => Promise<void>;
}

type Answer = { readonly id: number } & ({ readonly result: unknown } | { readonly error: string });

export async function startSandboxProcess(options: SandboxOptions): Promise<SandboxProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', PROGRAM, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const [hello] = (await once(lines, 'line')) as [string];
  const { addresses, tokens, tenants } = JSON.parse(hello) as Pick<
    SandboxProcess,
    'addresses' | 'tokens' | 'tenants'
  >;
  const waiting = new Map<number, (answer: Answer) => void>();
  lines.on('line', (line) => {
    const answer = JSON.parse(line) as Answer;
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  let calls = 0;
  return {
    pid: child.pid ?? 0,
    addresses,
    tokens,
    tenants,
    ask: <Result>(call: SandboxCall) =>
      new Promise<Result>((resolve, reject) => {
        calls += 1;
        waiting.set(calls, (answer) => {
          if ('error' in answer) reject(new Error(answer.error));
          else resolve(answer.result as Result);
        });
        child.stdin.write(`${JSON.stringify({ id: calls, ...call })}\n`);
      }),
    stop: async () => {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}
