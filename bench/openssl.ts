import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createCertificateAuthority } from '../src/sandbox/certificate-authority.ts';
import { cpuMsOfEnded, end, freePort, run } from './processes.ts';

const BINARY = '/usr/bin/openssl';

export const hasOpenssl = (): boolean => existsSync(BINARY);

export interface OpensslTimer {
  /** CPU time of one new connection with a GET, from `openssl s_time -new`; milliseconds. */
  readonly connectionMs: (seconds: number) => Promise<number>;
  readonly stop: () => Promise<void>;
}

/**
 * `openssl s_time` sends no server name, so it gets a server of its own: `openssl s_server` with a chain of the same shape
 * and a page of the same size as the sandbox's. Only the client's CPU time counts.
 */
export async function startOpenssl(folder: string): Promise<OpensslTimer> {
  const authority = createCertificateAuthority(Date.now);
  const { certificate, key } = authority.issue({ names: ['*.systemprompt.io'], flaw: 'valid' });
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const certificateFile = write('server.pem', certificate);
  const rootFile = write('s_time-root.pem', authority.rootPem);
  write('page', `<!doctype html>\n<html lang="en">${'x'.repeat(100)}</html>\n`);
  const port = await freePort();
  const server = spawn(
    BINARY,
    [
      ...['s_server', '-quiet', '-accept', `127.0.0.1:${port}`, '-WWW'],
      ...['-cert', certificateFile, '-cert_chain', certificateFile, '-key', write('server.key', key)],
    ],
    { cwd: folder, stdio: 'ignore' },
  );
  await listening(port);
  return {
    connectionMs: async (seconds) => {
      const before = cpuMsOfEnded();
      const said = await run(
        BINARY,
        [
          ...['s_time', '-new', '-connect', `127.0.0.1:${port}`, '-www', '/page', '-time', String(seconds)],
          ...['-CAfile', rootFile, '-no-CApath', '-no-CAstore', '-verify', '3'],
        ],
        { accepts: [0, 1] },
      );
      const connections = Number(/(\d+) connections in \d+ real seconds/u.exec(said)?.[1] ?? 0);
      if (connections === 0) throw new Error(`openssl s_time made no connection: ${said}`);
      return (cpuMsOfEnded() - before) / connections;
    },
    stop: () => end(server),
  };
}

async function listening(port: number): Promise<void> {
  for (let left = 100; left > 0; left -= 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => {
        resolve(false);
      });
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on port ${port}`);
}
