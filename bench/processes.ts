import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';

/** The kernel counts CPU time in hundredths of a second (USER_HZ), on every Linux. */
const TICK_MS = 10;

/** CPU time that a process has used so far, all threads, user and system; milliseconds. Linux only. */
export function cpuMsOf(pid: number): number {
  return fieldsOf(pid)
    .slice(11, 13)
    .reduce((sum, ticks) => sum + Number(ticks) * TICK_MS, 0);
}

/** CPU time of all children of this process that have ended and were waited for; milliseconds. Linux only. */
export function cpuMsOfEnded(): number {
  return fieldsOf('self')
    .slice(13, 15)
    .reduce((sum, ticks) => sum + Number(ticks) * TICK_MS, 0);
}

/** What of a process is in memory now, and at most so far; bytes. Linux only. */
export function memoryOf(pid: number): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (key: string): number =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'mu').exec(status)?.[1] ?? Number.NaN) * 1024;
  return { now: bytes('VmRSS'), peak: bytes('VmHWM') };
}

/** The fields after the command's name, which may hold spaces: index 0 is the state. */
function fieldsOf(pid: number | 'self'): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** For programs that take no port 0: one that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Runs a program to its end; rejects with what it said when it fails. */
export async function run(
  command: string,
  args: readonly string[],
  options: { readonly env?: NodeJS.ProcessEnv; readonly accepts?: readonly number[] } = {},
): Promise<string> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.env ? { env: options.env } : {}),
  });
  const said: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  const text = Buffer.concat(said).toString();
  if (exitCode === null || !(options.accepts ?? [0]).includes(exitCode))
    throw new Error(`${command} ended with ${String(exitCode)}: ${text}`);
  return text;
}

/** Ends a child that this process started, the hard way, and waits until it is gone. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
