/** Remedies for the tenant's app and for the management app: machines that are missing, stopped, or fall over. */
import type { RemediationStep } from '../../model/diagnosis.ts';
import type { Machine } from '../../model/fly.ts';
import { factsOf } from '../../model/observation.ts';
import type { TenantSnapshot } from '../../model/snapshot.ts';
import { app, byHand, changes, machine, prose, reads, shell } from '../commands.ts';
import type { RemedyContext } from '../problem.ts';
import { appLogs, listMachines, listReleases, requestDirect, verifyAll, verifyTenant } from './steps.ts';

type TenantContext = RemedyContext & { readonly tenant: TenantSnapshot };

export function appMissing({ tenant }: TenantContext): readonly RemediationStep[] {
  const { tenant: subject } = tenant;
  return [
    reads(
      shell`fly status -a ${app(subject.app)}`,
      'Confirms with your own login that the app does not exist: a token of another organization cannot see it either.',
      'Look for the app in the Fly dashboard.',
    ),
    byHand(
      prose`If that finds ${app(subject.app)}, it is there and we look for it wrongly: use a token of its organization (fly.org), or correct platform.tenantApp, which makes the name.`,
      'A template or a token that is off looks like many missing apps.',
    ),
    byHand(
      prose`If the tenant is a customer, create ${app(subject.app)} again with your provisioning and deploy it. If the tenant left, take it off the list of tenants (tenants in the configuration, or exclude).`,
      'The name still leads to the proxy, which has nothing to hand the request to.',
    ),
    verifyTenant(subject, 'Proves that the app answers.', '5m'),
  ];
}

export function appStopped({ tenant }: TenantContext): readonly RemediationStep[] {
  const { app: name } = tenant.tenant;
  return [
    listMachines(
      name,
      'Shows states and since when. A machine that somebody stopped on purpose stays stopped: set the label suspended on the tenant instead.',
    ),
    startOne(name, factsOf(tenant.machines) ?? []),
    verifyTenant(tenant.tenant, 'Proves that the site answers.'),
  ];
}

export function appCrashing({ tenant }: TenantContext): readonly RemediationStep[] {
  return [
    ...readApp(tenant.tenant.app),
    byHand(
      prose`Deploy the last release of ${app(tenant.tenant.app)} that worked (fly deploy with -a and the --image shown in the list above), or correct what its log names: a missing secret, memory, a port.`,
      'Restarting what crashes on start crashes again.',
    ),
    verifyTenant(tenant.tenant, 'Proves that the site answers.', '5m'),
  ];
}

export function appWontStart(context: TenantContext): readonly RemediationStep[] {
  const { app: name } = context.tenant.tenant;
  return [
    requestDirect(
      name,
      context.platform,
      'Past the proxy: a 503 means that Fly could not start a machine for the request.',
    ),
    ...readApp(name),
    startOne(name, factsOf(context.tenant.machines) ?? []),
    byHand(
      prose`If it does not start: with no capacity in its region, move or clone a machine of ${app(name)} to another one; with a failing check, correct the port and path in its fly.toml; else deploy the last release that worked.`,
      'The error of the start command and the log say which of these it is.',
    ),
    verifyTenant(context.tenant.tenant, 'Proves that the site answers.', '5m'),
  ];
}

export function managementAppDown(context: RemedyContext): readonly RemediationStep[] {
  const { managementApp } = context.platform;
  const taken = context.shared.management.machines;
  if (taken.outcome === 'failed' && taken.failure.code === 'not-found')
    return managementAppUnknown(managementApp);
  const machines = factsOf(context.shared.management.machines) ?? [];
  const started = machines.some((each) => each.state === 'started');
  return [
    listMachines(managementApp, 'Shows which machines of the proxy run.'),
    appLogs(managementApp, 'Look at the last lines before it stopped answering.'),
    listReleases(managementApp, 'Shows whether a release came just before, and the image to go back to.'),
    started
      ? changes(
          shell`fly apps restart ${app(managementApp)}`,
          'Its machines run and do not answer. All tenants go through this app: restart it only while it serves nobody, and deploy the image before if a release preceded this.',
          'Restart the management app in the Fly dashboard.',
        )
      : startOne(managementApp, machines),
    verifyAll('Proves that tenants answer again.', '5m'),
  ];
}

function managementAppUnknown(name: string): readonly RemediationStep[] {
  return [
    reads(
      shell`fly status -a ${app(name)}`,
      'Confirms with your own login whether the app exists: a token of another organization cannot see it.',
      'Look for the management app in the Fly dashboard.',
    ),
    byHand(
      'If the app that ends TLS has another name, correct platform.managementApp; if it is in another organization, correct fly.org and use a token of that organization. If the app was deleted, deploy it again and give it the wildcard certificate.',
      'Until then nothing is known of its machines and certificates.',
    ),
    verifyAll('Proves that the app is found and tenants answer.', '5m'),
  ];
}

function readApp(name: string): readonly RemediationStep[] {
  return [
    listMachines(name, 'Shows states, restarts and checks of each machine.'),
    appLogs(name, 'The lines before the exit name the cause.'),
    listReleases(name, 'Shows which release this began with and the images of those before it.'),
  ];
}

/** One started machine makes the app reachable; which others should run is the owner's to know. */
function startOne(name: string, machines: readonly Machine[]): RemediationStep {
  const stopped = machines
    .filter((each) => ['stopped', 'suspended', 'created'].includes(each.state))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))[0];
  if (stopped === undefined) {
    return byHand(
      prose`Start a machine of ${app(name)} (fly machine start, with an id from the list above); if the list is empty, deploy the app.`,
      'No stopped machine was seen, so none can be named here.',
    );
  }
  return changes(
    shell`fly machine start ${machine(stopped.id)} -a ${app(name)}`,
    'One started machine makes the app reachable; start the others of the list the same way if it needs them.',
    'Start a machine of the app in the Fly dashboard.',
  );
}
