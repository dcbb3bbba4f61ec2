/** Remedies for what happens after the handshake: the proxy's routing and the site's own answers. */
import type { RemediationStep } from '../../model/diagnosis.ts';
import { isWithinDomain } from '../../model/hostname.ts';
import type { Platform } from '../../model/platform.ts';
import type { TenantSnapshot } from '../../model/snapshot.ts';
import type { Tenant } from '../../model/tenant.ts';
import { app, byHand, host, prose, reads, shell } from '../commands.ts';
import type { Word } from '../commands.ts';
import type { RemedyContext } from '../problem.ts';
import { appLogs, listMachines, listReleases, requestDirect, requestSite, verifyTenant } from './steps.ts';

type TenantContext = RemedyContext & { readonly tenant: TenantSnapshot };

export function notRouted({ platform, tenant, shared }: TenantContext): readonly RemediationStep[] {
  const { tenant: subject } = tenant;
  const control = shared.controls[0]?.name;
  return [
    requestSite(subject.hostname, platform, 'The answer of the proxy for this tenant.'),
    ...(control === undefined
      ? []
      : [
          requestSite(
            control,
            platform,
            'The answer of the proxy for a name that no tenant owns: the same one.',
          ),
        ]),
    proxyLog(
      subject,
      platform,
      'A line “Replaying request to tenant app” names the app that the proxy looks for; without one it does not know the tenant.',
    ),
    byHand(
      prose`In the management API’s list of tenants, enter ${subdomain(subject, platform)} with the Fly app ${app(subject.app)}, or correct the app’s name there. A tenant that was created a moment ago may only need the proxy’s next refresh.`,
      'The app is fine; the proxy hands it nothing.',
    ),
    verifyTenant(subject, 'Proves that the proxy hands requests to the app.', '5m'),
  ];
}

export function proxyRouting({ platform, tenant }: TenantContext): readonly RemediationStep[] {
  const { tenant: subject } = tenant;
  return [
    requestSite(subject.hostname, platform, 'Through the proxy: fails or hangs.'),
    requestDirect(subject.app, platform, 'Past the proxy: fine. Keep fly-request-id of both.'),
    proxyLog(
      subject,
      platform,
      'Is “Replaying request to tenant app” there for the failing request, and with the right app?',
    ),
    appLogs(
      subject.app,
      'Did the request arrive? If the proxy replayed it and nothing arrived, it was lost in between.',
    ),
    listMachines(
      platform.managementApp,
      'A proxy machine that is overloaded or failing its checks loses requests of some tenants first.',
    ),
    verifyTenant(subject, 'Waits whether it passes; much of this does.', '5m'),
  ];
}

/** The app itself answers badly, directly and through the proxy alike. */
export function siteAnswers({ platform, tenant }: TenantContext): readonly RemediationStep[] {
  const { tenant: subject } = tenant;
  return [
    requestSite(subject.hostname, platform, 'What users get.'),
    requestDirect(
      subject.app,
      platform,
      'What the app itself says: the same, so certificates, names and the proxy are not the cause.',
    ),
    appLogs(subject.app, 'The app’s own log names the cause.'),
    listReleases(subject.app, 'Shows whether a release preceded it, and the image to go back to.'),
    byHand(
      prose`Repair ${app(subject.app)}, or deploy its last good image (fly deploy with -a and --image). If the answer is meant so, add its status to platform.expectedStatus.`,
      'Nothing on the platform’s side can change what the app answers.',
    ),
    verifyTenant(subject, 'Proves that the site answers as expected.', '5m'),
  ];
}

export function directUnreachable({ platform, tenant }: TenantContext): readonly RemediationStep[] {
  const { tenant: subject } = tenant;
  return [
    requestDirect(subject.app, platform, 'Fails, while the site through the proxy is fine.'),
    reads(
      shell`fly ips list -a ${app(subject.app)}`,
      'Without a public address the app cannot be asked directly.',
      'Look at the addresses of the app in the Fly dashboard.',
    ),
    byHand(
      'If the app is private on purpose, nothing is to be done. Otherwise give it a public address again, so that “is it the app or the proxy?” can be answered the next time.',
      'Users notice nothing; only the evidence for the next outage is missing.',
    ),
  ];
}

export function indistinguishable({ platform, tenant, shared }: TenantContext): readonly RemediationStep[] {
  const { tenant: subject } = tenant;
  const control = shared.controls[0]?.name;
  return [
    requestSite(subject.hostname, platform, 'The tenant’s answer.'),
    ...(control === undefined
      ? []
      : [requestSite(control, platform, 'The answer for a name that no tenant owns: alike.')]),
    proxyLog(subject, platform, 'Shows whether requests for this tenant are replayed to its app at all.'),
    byHand(
      'Let the proxy answer unknown names with an error status (404 or 502), or let the site’s page name its tenant.',
      'As long as every name is answered alike, nobody can tell from outside that this tenant is served.',
    ),
  ];
}

/** The guide's way of following a request: the proxy's log names the subdomain and the app that it replays to. */
function proxyLog(tenant: Tenant, platform: Platform, why: string): RemediationStep {
  return reads(
    shell`fly logs -a ${app(platform.managementApp)} --no-tail | grep -F ${subdomain(tenant, platform)}`,
    why,
    'Search the log of the management app for the tenant.',
  );
}

function subdomain(tenant: Tenant, platform: Platform): Word {
  const [label = ''] = tenant.hostname.split('.', 1);
  return isWithinDomain(tenant.hostname, platform.domain)
    ? app(label, 'the subdomain')
    : host(tenant.hostname);
}
