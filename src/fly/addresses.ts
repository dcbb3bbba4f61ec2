import { SocketAddress, isIP } from 'node:net';
import { flyError } from './error.ts';

/** fdaa::/16 is Fly's private network. */
function isPrivate(address: string): boolean {
  return address.startsWith('fdaa:');
}

/** The public ones among an app's addresses, in one spelling, without duplicates, sorted. */
export function publicAddresses(texts: readonly string[], what: string): readonly string[] {
  const addresses = texts.map((text) => {
    switch (isIP(text)) {
      case 4:
        return text;
      case 6:
        return new SocketAddress({ address: text, family: 'ipv6' }).address;
      default:
        throw flyError('malformed', `${what}: "${text}" is no address`);
    }
  });
  return [...new Set(addresses.filter((address) => !isPrivate(address)))].sort();
}
