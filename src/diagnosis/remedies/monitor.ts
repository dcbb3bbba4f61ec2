/** Remedies for our own trouble: the machine, network, token and limits that tenantwatch itself depends on. */
import type { RemediationStep } from '../../model/diagnosis.ts';
import type { DnsLookup } from '../../model/dns.ts';
import type { PlatformSnapshot } from '../../model/snapshot.ts';
import { byHand, dnsServer, organization, reads, shell } from '../commands.ts';
import type { Word } from '../commands.ts';
import type { RemedyContext } from '../problem.ts';
import { digFull } from './dig.ts';

const MAX_SERVERS = 4;

export function networkDown({ shared }: RemedyContext): readonly RemediationStep[] {
  return [
    reads(shell`ip route`, 'Without a default route nothing can be reached.', ''),
    ...resolvers(shared, () => true).map(([server, name]) =>
      digFull(name, server, 'Does any resolver answer this machine?'),
    ),
    doctor('Once the network is back: asks everything that tenantwatch depends on.'),
    byHand(
      'Repair the network of the machine that runs tenantwatch. Nothing is known about tenants meanwhile; look from another place if you must know now.',
      'Everything fails from here, places that have nothing to do with the platform included.',
    ),
  ];
}

export function apiUnavailable(): readonly RemediationStep[] {
  return [
    byHand(
      'Look at https://status.flyio.net/ for an incident of the API.',
      'Sites can be fine while the API is not: names and handshakes are still checked.',
    ),
    doctor('Shows which of Fly’s two APIs fails, and how.'),
    byHand(
      'Do not change certificates while their lists cannot be read.',
      'What is there cannot be seen, and neither can what a change does.',
    ),
  ];
}

export function tokenRejected({ platform }: RemedyContext): readonly RemediationStep[] {
  const org = organization(platform.flyOrg ?? '');
  const command =
    org.text === null
      ? 'fly tokens create readonly -n tenantwatch -x 8760h, with -o and your organization'
      : `fly tokens create readonly -o ${org.text} -n tenantwatch -x 8760h`;
  return [
    doctor('Shows what the token is: its kind, its organization, when it ends.'),
    byHand(
      `Create a new read-only token (${command}) and put it where tenantwatch gets it: FLY_ACCESS_TOKEN, which wins, or FLY_API_TOKEN. Restart tenantwatch.`,
      'Monitoring needs a read-only token; an expired or revoked one never recovers.',
    ),
    byHand(
      'Revoke the old token if it was not meant to end.',
      'A token that was revoked by somebody may have leaked.',
    ),
  ];
}

export function rateLimited(): readonly RemediationStep[] {
  return [
    byHand(
      'Wait: requests are slowed down and resumed by themselves, as Fly’s Retry-After asks.',
      'The limit is per action and app, and it passes.',
    ),
    byHand(
      'If it returns, look for others that use this token or this organization’s API (a second daemon, scripts that poll), and raise watch.inventory.',
      'The daemon needs a few pages for each sweep; it rarely reaches the limit alone.',
    ),
  ];
}

export function resolverFailing({ shared }: RemedyContext): readonly RemediationStep[] {
  const failing = new Set(
    shared.controls
      .flatMap((control) => control.lookups)
      .filter((lookup) =>
        [lookup.ipv4, lookup.ipv6].some(
          (answer) => answer.outcome === 'failed' || answer.facts.rcode !== 'NOERROR',
        ),
      )
      .map((lookup) => lookup.server),
  );
  const chosen = resolvers(shared, (server) => failing.size === 0 || failing.has(server));
  const questions = chosen.map(([server, name], index) =>
    digFull(
      name,
      server,
      index === 0
        ? 'A name that no tenant owns: every resolver must answer it with the wildcard’s addresses.'
        : 'The same of the next one.',
    ),
  );
  const noneAnswers = failing.size > 0 && resolverLookups(shared).every(({ server }) => failing.has(server));
  if (noneAnswers)
    return [
      ...questions,
      byHand(
        'Put resolvers into dns.resolvers that this machine reaches over UDP and TCP, port 53, and reload. Until one answers, nothing can be told of any site.',
        'A firewall around this machine, or a network that wants its own resolver asked, looks like this.',
      ),
    ];
  return [
    ...questions,
    byHand(
      'If it stays so, put another resolver in its place in dns.resolvers and reload. Nothing is wrong with tenants: the other resolvers decide.',
      'Users behind that resolver may be affected; its operator can repair it, you cannot.',
    ),
  ];
}

export function throttled(): readonly RemediationStep[] {
  return [
    byHand(
      'Change nothing at tenants: probing has slowed down by itself, and their handshakes are judged again in the next run.',
      'Fly’s edge limits handshakes by address range and by name, and aborts what is over: it looks like a conflict and is none.',
    ),
    byHand(
      'If it returns, lower limits.handshakesPerSecond or raise watch.edge, and look for other monitors that probe from the same address range.',
      'The limit counts everything that comes from there.',
    ),
  ];
}

export function clockSkewed(): readonly RemediationStep[] {
  return [
    reads(shell`timedatectl status`, 'Shows whether the clock is synchronized.', ''),
    byHand(
      'Let a time service set the clock of the machine that runs tenantwatch (timedatectl set-ntp true where systemd runs), then restart tenantwatch.',
      'Certificates are judged by this clock, and every timeline is written with it.',
    ),
    reads(shell`date -u`, 'Compare with a clock that you trust.', ''),
  ];
}

function doctor(why: string): RemediationStep {
  return reads(shell`tenantwatch doctor`, why, '');
}

/** The resolvers that were asked for a control name, with that name; those whose address can be printed. */
function resolvers(
  shared: PlatformSnapshot,
  chosen: (server: string) => boolean,
): readonly (readonly [Word, string])[] {
  const asked = resolverLookups(shared).filter(({ server }) => chosen(server));
  const distinct = new Map(asked.map((lookup) => [lookup.server, lookup.name]));
  return [...distinct].slice(0, MAX_SERVERS).map(([server, name]) => [dnsServer(server), name] as const);
}

function resolverLookups(shared: PlatformSnapshot): readonly DnsLookup[] {
  return shared.controls.flatMap((control) => control.lookups).filter((lookup) => lookup.role === 'resolver');
}
