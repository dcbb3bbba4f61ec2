import { isAppName, isClaimableHostname } from '../model/hostname.ts';
import { flyError } from './error.ts';

/** Paths of the Machines API, below its base; a test finds each in Fly's OpenAPI document. */
export const PATHS = {
  certificates: '/v1/apps/{app_name}/certificates',
  certificate: '/v1/apps/{app_name}/certificates/{hostname}',
  addCertificate: '/v1/apps/{app_name}/certificates/acme',
  checkCertificate: '/v1/apps/{app_name}/certificates/{hostname}/check',
  machines: '/v1/apps/{app_name}/machines',
  addresses: '/v1/apps/{app_name}/ip_assignments',
  apps: '/v1/apps',
  orgMachines: '/v1/orgs/{org_slug}/machines',
  token: '/v1/tokens/current',
} as const;

export type Query = Readonly<Record<string, string | number | null>>;

/** The base address with a path below it. The base may have a path of its own. */
export function urlOf(baseUrl: string, path: string, query: Query = {}): URL {
  let url: URL;
  try {
    url = new URL(baseUrl);
  } catch {
    throw flyError('internal', 'the base URL of the API is not a URL');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw flyError('internal', 'the base URL of the API is neither http nor https');
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`;
  url.search = '';
  for (const [name, value] of Object.entries(query))
    if (value !== null) url.searchParams.set(name, String(value));
  return url;
}

/** `*` has to be written as `%2A`, which encodeURIComponent leaves alone. */
function segment(text: string): string {
  return encodeURIComponent(text).replaceAll('*', '%2A');
}

function fill(path: string, name: string, value: string): string {
  return path.replace(`{${name}}`, segment(value));
}

/** The path for an app; a name that no app can have is not asked for: it might lead elsewhere in the API. */
export function appPath(path: string, app: string): string {
  if (!isAppName(app)) throw flyError('not-found', `no app can be called "${app}"`);
  return fill(path, 'app_name', app);
}

export function hostnamePath(path: string, app: string, hostname: string): string {
  if (!isClaimableHostname(hostname)) throw flyError('not-found', `no certificate can be for "${hostname}"`);
  return fill(appPath(path, app), 'hostname', hostname);
}

export function orgPath(path: string, org: string): string {
  if (!/^[a-z0-9][a-z0-9-]*$/i.test(org))
    throw flyError('not-found', `no organization can be called "${org}"`);
  return fill(path, 'org_slug', org);
}
