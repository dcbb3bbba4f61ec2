/** Steps that ask DNS servers, and whom they ask. */
import type { RemediationStep } from '../../model/diagnosis.ts';
import type { DnsLookup } from '../../model/dns.ts';
import type { PlatformSnapshot } from '../../model/snapshot.ts';
import { dnsServer, host, literal, reads, shell } from '../commands.ts';
import type { Word } from '../commands.ts';

export const NOTHING = literal('');

export function serversOf(lookups: readonly DnsLookup[], role: DnsLookup['role']): readonly Word[] {
  const servers = lookups.filter((lookup) => lookup.role === role).map((lookup) => lookup.server);
  return [...new Set(servers)].map(dnsServer).filter((server) => server.text !== null);
}

/** The zone's own server where one was asked, else a resolver. */
export function bestServer(lookups: readonly DnsLookup[]): Word | null {
  return [...serversOf(lookups, 'authoritative'), ...serversOf(lookups, 'resolver')][0] ?? null;
}

export function controlServers(shared: PlatformSnapshot): readonly Word[] {
  const lookups = shared.controls.flatMap((control) => control.lookups);
  return [...serversOf(lookups, 'authoritative').slice(0, 1), ...serversOf(lookups, 'resolver')];
}

export function digFull(name: string, server: Word, why: string): RemediationStep {
  return reads(shell`dig ${server} ${host(name)} A`, why, 'Ask a DNS server for the name.');
}

export function digAll(name: string, server: Word | null, why: string): RemediationStep {
  const at = server ?? NOTHING;
  const command =
    at.text === ''
      ? shell`dig +noall +answer ${host(name)} A ${host(name)} AAAA`
      : shell`dig +noall +answer ${at} ${host(name)} A ${host(name)} AAAA`;
  return reads(command, why, 'Look up the name.');
}

export function digShort(name: string, type: 'A', server: Word | null, why: string): RemediationStep {
  const command =
    server === null
      ? shell`dig +short ${host(name)} ${literal(type)}`
      : shell`dig +short ${server} ${host(name)} ${literal(type)}`;
  return reads(command, why, 'Look up the name again.');
}
