/** Single steps that several remedies share: the one home of how a thing is asked or done. */
import type { RemediationStep } from '../../model/diagnosis.ts';
import type { Platform } from '../../model/platform.ts';
import type { Tenant } from '../../model/tenant.ts';
import {
  app,
  changes,
  claimed,
  host,
  literal,
  number,
  reads,
  revalidates,
  shell,
  tenantName,
} from '../commands.ts';
import type { ShellCommand, Word } from '../commands.ts';

/**
 * `systemprompt cloud certs` acts on the management app and takes no app name, so the dialect can only be used there;
 * its `status` and `logs` act on the tenant of the profile in use and never name one, so exact remedies use `fly`.
 */
type Dialect = Pick<Platform, 'dialect' | 'managementApp'>;

function systemprompt(appName: string, platform: Dialect): boolean {
  return platform.dialect === 'systemprompt' && appName === platform.managementApp;
}

export function listCertificates(appName: string, platform: Platform, why: string): RemediationStep {
  const command: ShellCommand = systemprompt(appName, platform)
    ? shell`systemprompt cloud certs list`
    : shell`fly certs list -a ${app(appName)}`;
  return reads(command, why, 'List the certificates of the app in the Fly dashboard.');
}

/** Not a reading step: Fly validates again and may start issuance. */
export function showCertificate(
  name: string,
  appName: string,
  platform: Platform,
  why: string,
): RemediationStep {
  const command: ShellCommand = systemprompt(appName, platform)
    ? shell`systemprompt cloud certs show ${claimed(name)}`
    : shell`fly certs show ${claimed(name)} -a ${app(appName)}`;
  return revalidates(command, why, 'Open the certificate of the app in the Fly dashboard, once.');
}

export function addCertificate(
  name: string,
  appName: string,
  platform: Dialect,
  why: string,
): RemediationStep {
  const command: ShellCommand = systemprompt(appName, platform)
    ? shell`systemprompt cloud certs add ${claimed(name)}`
    : // tenantwatch-ignore: the text of a remedy; nothing is run here, and the caller chose the app
      shell`fly certs add ${claimed(name)} -a ${app(appName)}`;
  return changes(command, why, 'Add the certificate to the app in the Fly dashboard.');
}

export function removeCertificate(
  name: string,
  appName: string,
  platform: Dialect,
  why: string,
): RemediationStep {
  const command: ShellCommand = systemprompt(appName, platform)
    ? shell`systemprompt cloud certs remove ${claimed(name)} -y`
    : shell`fly certs remove ${claimed(name)} -a ${app(appName)} -y`;
  return changes(command, why, 'Remove the certificate of the app in the Fly dashboard.');
}

/** The command alone; null where none is safe to print. */
export function commandOf(step: RemediationStep): string | null {
  return step.kind === 'command' ? step.command : null;
}

/** Is this a step that `removeCertificate` built? Kept beside it, so that the storm's remedy can gather them. */
export function isCertificateRemoval(step: RemediationStep): boolean {
  return step.kind === 'command' && step.command.includes(' certs remove ');
}

export function verifyTenant(
  tenant: Tenant,
  why: string,
  wait: '2m' | '5m' | '10m' | null = '2m',
): RemediationStep {
  const name = tenantName(tenant.id, tenant.hostname);
  const command =
    wait === null
      ? shell`tenantwatch verify ${name}`
      : shell`tenantwatch verify ${name} --wait ${literal(wait)}`;
  return reads(command, why, 'Verify the tenant with tenantwatch, by its id.');
}

export function verifyAll(why: string, wait: '2m' | '5m' | null = '2m'): RemediationStep {
  const command =
    wait === null ? shell`tenantwatch verify --all` : shell`tenantwatch verify --all --wait ${literal(wait)}`;
  return reads(command, why, 'Verify all tenants with tenantwatch.');
}

export function listMachines(appName: string, why: string): RemediationStep {
  return reads(
    shell`fly machine list -a ${app(appName)}`,
    why,
    'Look at the machines of the app in the Fly dashboard.',
  );
}

export function appLogs(appName: string, why: string): RemediationStep {
  return reads(
    shell`fly logs -a ${app(appName)} --no-tail`,
    why,
    'Read the logs of the app in the Fly dashboard.',
  );
}

export function listReleases(appName: string, why: string): RemediationStep {
  return reads(
    shell`fly releases -a ${app(appName)} --image`,
    why,
    'Read the releases of the app in the Fly dashboard.',
  );
}

/** Headers of a GET: `curl -I` would send HEAD, which some apps answer otherwise. */
export function requestSite(hostname: string, platform: Platform, why: string): RemediationStep {
  return reads(
    shell`curl -sS -m 30 -o /dev/null -D - https://${origin(hostname, platform)}/`,
    why,
    'Request the site over HTTPS and look at its status.',
  );
}

export function requestDirect(appName: string, platform: Platform, why: string): RemediationStep {
  const name = app(appName).text === null ? '' : platform.directHost.replaceAll('{app}', appName);
  return reads(
    shell`curl -sS -m 30 -o /dev/null -D - https://${origin(name, platform)}/`,
    why,
    'Request the app directly, past the proxy.',
  );
}

/** The certificate that is served for the name, to whoever connects as users do. */
export function servedCertificate(hostname: string, platform: Platform, why: string): RemediationStep {
  const name = host(hostname);
  const port = number(platform.httpsPort);
  return reads(
    shell`openssl s_client -connect ${name}:${port} -servername ${name} </dev/null 2>/dev/null | openssl x509 -noout -subject -issuer -dates -ext subjectAltName`,
    why,
    'Look at the certificate that the site serves.',
  );
}

function origin(hostname: string, platform: Platform): Word {
  const { text, meaning } = host(hostname);
  return text === null || platform.httpsPort === 443
    ? { text, meaning }
    : { text: `${text}:${platform.httpsPort}`, meaning };
}
