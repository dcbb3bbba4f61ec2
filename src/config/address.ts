import { isIP } from 'node:net';

export const ENDPOINT_SYNTAX =
  'an IP address, with a port if it is another: 1.1.1.1, 127.0.0.1:5353, [2606:4700::1111]:53';

/** `ip:port` or `[v6]:port` of an address that may leave out the port; undefined when it is none. */
export function parseEndpoint(text: string, defaultPort: number | null): string | undefined {
  const bracketed = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text);
  const plain = /^([^:[\]]+)(?::(\d{1,5}))?$/.exec(text);
  const host = bracketed?.[1] ?? plain?.[1] ?? text;
  const family = isIP(host);
  if (family === 0 || host.includes('%') || (bracketed !== null && family === 4)) return undefined;
  const portText = bracketed?.[2] ?? plain?.[2];
  const port = portText === undefined ? defaultPort : Number(portText);
  if (port === null || port < 1 || port > 65_535) return undefined;
  return family === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

export interface Listen {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** Host and port to listen on: an IP address or `localhost`, and always a port. */
export function parseListen(text: string): Listen | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535) return undefined;
  const family = isIP(host);
  const known = match?.[1] === undefined ? family === 4 || host === 'localhost' : family === 6;
  return known ? { host, port } : undefined;
}

/** The resolvers in use: `system` gives way to what this machine is configured with. No duplicates, order kept. */
export function resolverAddresses(
  resolvers: readonly string[],
  system: readonly string[],
): readonly string[] {
  const addresses = resolvers.flatMap((resolver) =>
    resolver === 'system' ? system.flatMap((server) => parseEndpoint(server, 53) ?? []) : [resolver],
  );
  return [...new Set(addresses)];
}
