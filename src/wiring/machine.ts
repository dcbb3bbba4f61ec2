import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { request } from 'undici';
import type { ListenFacts, MachineFacts, StoreFacts } from '../cli/context.ts';
import type { Config } from '../config/index.ts';
import { SECOND_MS, type Clock } from '../model/time.ts';
import { openStore, StoreError } from '../store/index.ts';
import { silentLogger } from './logger.ts';

/** What the daemon of this configuration would find on this machine. */
export async function inspectMachine(config: Config, clock: Clock): Promise<MachineFacts> {
  const [store, listen, ipv6] = await Promise.all([
    storeFacts(config.store.path, clock),
    listenFacts(config.server.listen),
    hasIpv6Route(),
  ]);
  return { runtime: `Node.js ${process.version} (${process.platform} ${process.arch})`, store, listen, ipv6 };
}

async function storeFacts(path: string, clock: Clock): Promise<StoreFacts> {
  const folder = existingAncestor(dirname(path));
  const free = await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  );
  const file = statSync(path, { throwIfNoEntry: false });
  if (file === undefined)
    return { path, bytes: null, problem: unwritable(folder), exposed: false, freeBytes: free };
  let bytes = file.size;
  let problem: string | null = unwritable(path) ?? unwritable(dirname(path));
  try {
    const store = openStore({ path, clock, logger: silentLogger, readOnly: true });
    bytes = store.bytes();
    store.close();
  } catch (error) {
    // The daemon brings an older one up to date by itself.
    if (!(error instanceof StoreError) || error.code !== 'older-schema')
      problem = error instanceof Error ? error.message : String(error);
  }
  return { path, bytes, problem, exposed: (file.mode & 0o077) !== 0, freeBytes: free };
}

/** The folder itself, or the nearest one above it that is there: where the missing ones would be made. */
function existingAncestor(folder: string): string {
  let at = folder;
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
  return at;
}

function unwritable(path: string): string | null {
  try {
    accessSync(path, constants.W_OK);
    return null;
  } catch (error) {
    return `${path} cannot be written (${codeOf(error)})`;
  }
}

async function listenFacts({ host, port }: Config['server']['listen']): Promise<ListenFacts> {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const server = createServer();
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
    return { address, state: 'free', detail: '' };
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'EADDRINUSE') return { address, state: 'impossible', detail: code };
    const ours = await answersLikeUs(host, port);
    return { address, state: ours ? 'ours' : 'taken', detail: code };
  } finally {
    server.close();
  }
}

async function answersLikeUs(host: string, port: number): Promise<boolean> {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host;
  const authority = reachable.includes(':') && !reachable.startsWith('[') ? `[${reachable}]` : reachable;
  try {
    const { statusCode, body } = await request(`http://${authority}:${port}/livez`, {
      signal: AbortSignal.timeout(2 * SECOND_MS),
    });
    return statusCode === 200 && (await body.text()).trim() === 'ok';
  } catch {
    return false;
  }
}

/** A public address in no particular place. Connecting a UDP socket only chooses a route: nothing is sent. */
const SOMEWHERE = '2606:4700:4700::1111';

async function hasIpv6Route(): Promise<boolean> {
  const socket = createSocket('udp6');
  try {
    const connected = once(socket, 'connect');
    socket.connect(53, SOMEWHERE);
    await connected;
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}
