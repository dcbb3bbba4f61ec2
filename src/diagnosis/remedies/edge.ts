/** Remedies where Fly's edge refuses handshakes and no claim explains it: look, wait, and touch nothing. */
import { homeOf, wildcardHostname } from '../../checks/claims.ts';
import type { Handshake } from '../../model/connection.ts';
import type { RemediationStep } from '../../model/diagnosis.ts';
import { factsOf } from '../../model/observation.ts';
import type { TenantSnapshot } from '../../model/snapshot.ts';
import { address, byHand, claimed, host, literal, number, reads, shell } from '../commands.ts';
import type { Word } from '../commands.ts';
import type { RemedyContext } from '../problem.ts';
import { listCertificates, listMachines, verifyAll, verifyTenant } from './steps.ts';

type TenantContext = RemedyContext & { readonly tenant: TenantSnapshot };

const MAX_ADDRESSES = 4;

export function edgePartialOutage({ tenant }: TenantContext): readonly RemediationStep[] {
  return [
    ...ownWayOut(tenant.handshakes),
    ...handshakesAgain(
      tenant.handshakes,
      'Repeat it a few times: the addresses that fail are the edge’s, not the tenant’s.',
    ),
    flyStatus('A fault of one region or one address is theirs to repair.'),
    verifyTenant(tenant.tenant, 'Waits for the edge to recover and changes nothing.', '10m'),
    byHand(
      'If it lasts, write to Fly’s support with the failing addresses, the times in UTC and the fly-request-id of an answer that worked.',
      'They can see the edge’s side of the handshake; nobody else can.',
    ),
  ];
}

export function handshakeRefused(context: TenantContext): readonly RemediationStep[] {
  const { platform, tenant } = context;
  const known = factsOf(tenant.certificates) !== undefined;
  const atHome = homeOf(context) === tenant.tenant.app;
  return [
    listCertificates(
      tenant.tenant.app,
      platform,
      atHome
        ? 'The certificate of this name belongs here and must be issued: without one, or with one that waits, the edge refuses the name.'
        : known
          ? 'This list showed no claim of the name. If one is there now, remove it from this app and put it on the management app.'
          : 'We could not read this list. A certificate for this name here would be the cause.',
    ),
    reads(
      shell`tenantwatch claims ${host(tenant.tenant.hostname)}`,
      'Shows whether any other app claims the name.',
      'List the claims of the hostname with tenantwatch.',
    ),
    ...(atHome
      ? []
      : [listCertificates(platform.managementApp, platform, 'The wildcard certificate must be ready here.')]),
    ...handshakesAgain(
      tenant.handshakes,
      'Repeat it from another network: a failure from here alone is a filter or a rate limit.',
    ),
    flyStatus('The edge has had outages that look exactly like a certificate conflict.'),
    verifyTenant(
      tenant.tenant,
      'The cause is not known, so nothing is changed: this waits and looks again.',
      '5m',
    ),
  ];
}

export function platformTlsOutage({ platform, shared }: RemedyContext): readonly RemediationStep[] {
  const handshakes = shared.controls.flatMap((control) => control.handshakes);
  const claimsKnown = factsOf(shared.wildcardClaims) !== undefined;
  return [
    ...ownWayOut(handshakes),
    ...handshakesAgain(handshakes, 'A name that no tenant owns: while it fails, no tenant can work.'),
    ...(claimsKnown
      ? []
      : [
          reads(
            shell`tenantwatch claims ${claimed(wildcardHostname(platform))}`,
            'Who claims the wildcard was not looked up; a claim of another app looks exactly like this.',
            'List the claims of the wildcard with tenantwatch.',
          ),
        ]),
    flyStatus('Look for incidents of the edge, of certificates, of the regions you serve.'),
    listCertificates(platform.managementApp, platform, 'The wildcard certificate must be there and issued.'),
    listMachines(platform.managementApp, 'The machines of the management app must be started.'),
    byHand(
      'Do not remove or add certificates while the edge refuses everybody.',
      claimsKnown
        ? 'No claim explains this outage, and a change now could leave a second fault behind when the edge recovers.'
        : 'As long as no claim of the wildcard is found, nothing explains this outage, and a change now could leave a second fault behind when the edge recovers.',
    ),
    verifyAll('Waits until handshakes succeed again.', '5m'),
  ];
}

/** Nothing at all comes back in one address family while the other works: a route of this machine that leads nowhere looks like that, too. */
function ownWayOut(handshakes: readonly Handshake[]): readonly RemediationStep[] {
  const judged = handshakes.filter(
    ({ result }) => result.outcome === 'observed' || result.failure.code !== 'no-route',
  );
  const silent = new Set(judged.filter(({ connectMs }) => connectMs === null).map(({ family }) => family));
  const heard = new Set(judged.filter(({ connectMs }) => connectMs !== null).map(({ family }) => family));
  const [family] = silent;
  if (family === undefined || silent.size > 1 || heard.size !== 1 || heard.has(family)) return [];
  const name = family === 'ipv6' ? 'IPv6' : 'IPv4';
  return [
    reads(
      shell`curl ${literal(family === 'ipv6' ? '-6' : '-4')} -sS -m 10 -o /dev/null -D - https://one.one.one.one/`,
      `Nothing comes back over ${name} and the other family works. If this fails as well, it is the way out of this machine: repair it, or take its ${name} route away and these addresses are left aside.`,
      'Try the address family at another place.',
    ),
  ];
}

/** One command for each distinct failing address; all addresses where none failed. */
function handshakesAgain(handshakes: readonly Handshake[], why: string): readonly RemediationStep[] {
  const failing = handshakes.filter((handshake) => handshake.result.outcome === 'failed');
  const chosen = failing.length > 0 ? failing : handshakes;
  const distinct = [...new Map(chosen.map((handshake) => [handshake.address, handshake])).values()];
  return distinct.slice(0, MAX_ADDRESSES).map((handshake) => {
    const target = endpoint(handshake.address);
    return reads(
      shell`openssl s_client -brief -connect ${target}:${number(handshake.port)} -servername ${host(handshake.serverName)} </dev/null`,
      why,
      'Repeat the handshake with openssl.',
    );
  });
}

function endpoint(ip: string): Word {
  const checked = address(ip);
  return checked.text?.includes(':') === true ? literal(`[${checked.text}]`) : checked;
}

function flyStatus(why: string): RemediationStep {
  return byHand('Look at https://status.flyio.net/ for a running incident.', why);
}
