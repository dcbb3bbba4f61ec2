import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { request } from 'undici';
import { PROGRAM } from './built.ts';
import { cpuMsOf, end, memoryOf } from './processes.ts';
import type { Workplace } from './workplace.ts';

/** `tenantwatch watch` from `dist`, in a process of its own. */
export interface WatchProcess {
  readonly url: string;
  readonly cpuMs: () => number;
  readonly memory: () => { readonly now: number; readonly peak: number };
  /** The text of `/metrics`. */
  readonly metrics: () => Promise<string>;
  /** Log lines of level warning and above, as they are. */
  readonly complaints: () => readonly string[];
  readonly stop: () => Promise<void>;
}

const STOP_MS = 10_000;

export async function startWatch(place: Workplace): Promise<WatchProcess> {
  const child = spawn(process.execPath, [PROGRAM, 'watch', '--config', place.file, '--log', 'json'], {
    env: place.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pid = child.pid ?? 0;
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const complaints: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    const read = (line: string): void => {
      const level = Number(/"level":(\d+)/u.exec(line)?.[1] ?? Number.NaN);
      if (level >= 40 || Number.isNaN(level)) complaints.push(line);
      const found = /"url":"([^"]+)"/u.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', read);
    child.once('exit', (code) => {
      reject(new Error(`watch ended with ${String(code)}: ${complaints.join('\n')}`));
    });
  });
  return {
    url,
    cpuMs: () => cpuMsOf(pid),
    memory: () => memoryOf(pid),
    metrics: async () => {
      const { statusCode, body } = await request(`${url}/metrics`);
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`/metrics answered ${statusCode}`);
      return text;
    },
    complaints: () => complaints,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => void end(child), STOP_MS);
      await ended;
      process.off('exit', kill);
      clearTimeout(timer);
    },
  };
}

/** The value of one series; undefined when there is none. */
export function metric(text: string, series: string): number | undefined {
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

/** How many series of a name have this value. */
export function countOf(text: string, name: string, value: number): number {
  return text.split('\n').filter((line) => line.startsWith(`${name}{`) && line.endsWith(`} ${value}`)).length;
}
