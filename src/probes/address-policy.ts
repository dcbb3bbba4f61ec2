import net from 'node:net';

/**
 * Where a probe must not connect to because of what a tenant put into DNS: this machine, its networks, the metadata
 * services of clouds, Fly's private network. Without it whoever controls a record can make the monitor knock anywhere.
 */

/** IANA special-purpose registries (RFC 6890 and successors), and what clouds and Fly keep private. */
const FORBIDDEN: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // CGNAT; also Alibaba's metadata service 100.100.100.200
  ['127.0.0.0', 8],
  ['169.254.0.0', 16], // link-local; the metadata services of AWS, GCP, Azure
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['168.63.129.16', 32], // Azure's host agent, in public space
  ['::', 128],
  ['::1', 128],
  ['64:ff9b:1::', 48], // local-use NAT64: what is behind it is not known
  ['100::', 64],
  ['2001::', 23], // Teredo and other protocol assignments
  ['2001:db8::', 32],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7], // unique local; Fly's 6PN fdaa::/16, AWS metadata fd00:ec2::254
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

const blocked = new net.BlockList();
for (const [network, prefix] of FORBIDDEN)
  blocked.addSubnet(network, prefix, network.includes(':') ? 'ipv6' : 'ipv4');

/** Whether the address leads, directly or through a translation prefix, to a place that the public internet does not. */
export function isForbiddenAddress(address: string): boolean {
  const family = net.isIP(address);
  if (family === 0) return true;
  if (family === 4) return blocked.check(address, 'ipv4');
  const groups = groupsOf(address);
  if (groups === undefined || blocked.check(address, 'ipv6')) return true;
  const inner = embeddedIpv4(groups);
  return inner !== undefined && blocked.check(inner, 'ipv4');
}

/** The IPv4 address inside an IPv4-mapped, IPv4-compatible, NAT64 (RFC 6052), or 6to4 (RFC 3056) address. */
function embeddedIpv4(groups: readonly number[]): string | undefined {
  const [a = 0, b = 0, c = 0] = groups;
  const head = groups.slice(0, 6);
  const zeros = (from: number, to: number): boolean => groups.slice(from, to).every((group) => group === 0);
  const last = dotted(groups[6] ?? 0, groups[7] ?? 0);
  if (zeros(0, 5) && (head[5] === 0xffff || head[5] === 0)) return last;
  if (zeros(0, 4) && head[4] === 0xffff && head[5] === 0) return last; // IPv4-translated, RFC 2765
  if (a === 0x64 && b === 0xff9b && zeros(2, 6)) return last;
  if (a === 0x2002) return dotted(b, c);
  return undefined;
}

function dotted(high: number, low: number): string {
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/** The eight groups of a valid IPv6 address; undefined when it carries a zone, which no DNS record can. */
function groupsOf(address: string): readonly number[] | undefined {
  if (address.includes('%')) return undefined;
  const ipv4 = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const text =
    ipv4 === null
      ? address
      : address.slice(0, ipv4.index) +
        [Number(ipv4[1]) * 256 + Number(ipv4[2]), Number(ipv4[3]) * 256 + Number(ipv4[4])]
          .map((group) => group.toString(16))
          .join(':');
  const [left = '', right] = text.split('::');
  const parse = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  if (right === undefined) return parse(left);
  const before = parse(left);
  const after = parse(right);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}
