import net from 'node:net';
import type { Family } from '../model/dns.ts';

/** An IP address and a port: what is connected to, never a name. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Reads `ip`, `ip:port`, `[v6]:port`, `[v6]` or a bare IPv6 address; undefined for anything else. */
export function parseEndpoint(text: string, defaultPort: number): Endpoint | undefined {
  if (net.isIP(text) !== 0) return { address: text, port: defaultPort };
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+))(?::(\d{1,5}))?$/.exec(text);
  const address = match?.[1] ?? match?.[2];
  if (address === undefined || net.isIP(address) === 0) return undefined;
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  return port >= 1 && port <= 65_535 ? { address, port } : undefined;
}

/** `ip:port` or `[v6]:port`. */
export function formatEndpoint(endpoint: Endpoint): string {
  const { address, port } = endpoint;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The family of an address literal. */
export function familyOf(address: string): Family {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}
