import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { until } from '../support/until.ts';

/** Servers that others wrote, where Debian's packages of the same names put them. */
export const THIRD_PARTY = {
  knot: '/usr/sbin/knotd',
  nginx: '/usr/sbin/nginx',
  haproxy: '/usr/sbin/haproxy',
} as const;
export type ThirdParty = keyof typeof THIRD_PARTY;

/** What a test of these servers is skipped for; false: it runs. Where they must be there it runs, and fails without them. */
export function skippedWithout(...needed: readonly ThirdParty[]): string | false {
  const missing = needed.filter((name) => !existsSync(THIRD_PARTY[name]));
  if (missing.length === 0 || process.env.REQUIRE_CONFORMANCE === '1') return false;
  return `not installed: ${missing.join(', ')}`;
}

/**
 * Loopback addresses that no other test process uses, so that nobody takes a port between our finding it free and the
 * server's listening there: these servers take no port 0. Linux answers on all of 127.0.0.0/8.
 */
export function ownLoopback(number: number): string {
  const { pid } = process;
  return `127.${String(64 + number)}.${String((pid >> 8) & 0xff)}.${String(pid & 0xff)}`;
}

export interface RunningServer {
  /** Tells it to read its configuration again. */
  readonly reload: () => void;
  readonly stop: () => Promise<void>;
}

/** Starts a server in the foreground; resolves when it takes TCP connections at the address. */
export async function startThirdParty(
  name: ThirdParty,
  args: readonly string[],
  listens: { readonly address: string; readonly port: number },
): Promise<RunningServer> {
  if (!existsSync(THIRD_PARTY[name])) throw new Error(`${name} is not installed: no ${THIRD_PARTY[name]}`);
  const child = spawn(THIRD_PARTY[name], args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'close');
  // Without a listener a failure to start would end the test process.
  ended.catch((error: unknown) => (said += String(error)));
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  try {
    await until(`${name} to listen`, async () => {
      if (child.pid === undefined || child.exitCode !== null) throw new Error(`${name} ended: ${said}`);
      return (await takesConnections(listens)) ? true : undefined;
    });
  } catch (error) {
    if (child.pid !== undefined) await stop();
    throw error;
  }
  return { reload: () => child.kill('SIGHUP'), stop };
}

async function takesConnections(target: { address: string; port: number }): Promise<boolean> {
  const socket = connect(target.port, target.address);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
