import { z } from 'zod';
import { isAppName, isHostname } from '../model/hostname.ts';
import { appName, hostname, integer, ipAddress, oneOf, text, url } from './value-schemas.ts';

const TENANT_ID = 'a1b2c3';

function placeholdersOf(template: string): readonly string[] {
  return [...template.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? '');
}

function template(example: string, required: string, optional: readonly string[]) {
  const known = [required, ...optional];
  return text(`a template such as "${example}"`)
    .refine(
      (value) => placeholdersOf(value).includes(required),
      `must contain {${required}}, as in "${example}"`,
    )
    .refine(
      (value) => placeholdersOf(value).every((name) => known.includes(name)),
      `may hold only ${known.map((name) => `{${name}}`).join(' and ')}`,
    );
}

const tenantApp = template('sp-{tenant}', 'tenant', []).refine(
  (value) => isAppName(value.replaceAll('{tenant}', TENANT_ID)),
  'must give the name of a Fly app: lower-case letters, digits and hyphens',
);

const tenantHost = template('{tenant}.{domain}', 'tenant', ['domain']).refine(
  (value) => isHostname(value.replaceAll('{tenant}', TENANT_ID).replaceAll('{domain}', 'example.com')),
  'must give a host name in lower case',
);

const directHost = template('{app}.fly.dev', 'app', []).refine(
  (value) => isHostname(value.replaceAll('{app}', TENANT_ID)),
  'must give a host name in lower case',
);

export function isRegularExpression(source: string): boolean {
  try {
    return new RegExp(source).source.length > 0;
  } catch {
    return false;
  }
}

const LABEL_MESSAGE = 'must be the first label of a name of the domain, for example www';

/** The platform whose tenants are watched. */
export const platformSchema = z
  .strictObject({
    domain: hostname.describe('The domain whose wildcard points at the management app. Required.'),
    managementApp: appName.describe(
      'The proxy app that holds the wildcard certificate and ends TLS. Required, but for --no-fly.',
    ),
    managementHealthUrl: url()
      .nullable()
      .prefault(null)
      .describe(
        'Health URL of the management app itself; a 502 for an unknown tenant is normal and proves nothing.',
      ),
    tenantApp: tenantApp
      .prefault('sp-{tenant}')
      .describe("App name of a tenant, with {tenant} for the tenant's id."),
    tenantHost: tenantHost
      .prefault('{tenant}.{domain}')
      .describe('Host name of a tenant, with {tenant} and {domain}.'),
    tenantIdPattern: text('a regular expression')
      .refine(isRegularExpression, 'must be a regular expression that compiles')
      .prefault('^[0-9a-f]{12}$')
      .describe("Regular expression of a tenant's id; an app or name that does not match it is no tenant."),
    directHost: directHost
      .prefault('{app}.fly.dev')
      .describe('Where an app answers directly, without the management app, with {app}.'),
    otherHosts: z
      .array(
        z
          .string({ error: LABEL_MESSAGE })
          .refine((value) => isHostname(`${value}.example.com`), LABEL_MESSAGE),
      )
      .prefault(['www', 'api'])
      .describe('First labels of names of the domain that are not tenants.'),
    customDomainsOn: oneOf(['management', 'tenant'])
      .prefault('management')
      .describe('The app that certificates of custom domains belong on.'),
    edge: oneOf(['direct', 'proxied'])
      .prefault('direct')
      .describe(
        "direct: names resolve to Fly's addresses. proxied: a proxy such as Cloudflare's stands in front.",
      ),
    httpsPort: integer(1, 65_535).prefault(443).describe('Port of the sites and of the direct requests.'),
    addresses: z
      .union([z.literal('auto'), z.array(ipAddress).min(1)], {
        error: 'must be auto or a list of IP addresses',
      })
      .prefault('auto')
      .describe("Public addresses of the management app. auto: ask Fly's API."),
    expectedStatus: z
      .array(integer(100, 599))
      .min(1, 'must name at least one status')
      .prefault([200])
      .describe('HTTP statuses of a healthy site.'),
    dialect: oneOf(['fly', 'systemprompt'])
      .prefault('fly')
      .describe('Commands of the remedies. systemprompt: `systemprompt cloud …` where it has the command.'),
  })
  .describe('The platform whose tenants are watched.');

/** Under --no-fly nothing asks about the management app: it may be left out, and remedies that would name it say so. */
export const platformWithoutFlySchema = platformSchema.extend({
  managementApp: z.union([appName, z.literal('')]).prefault(''),
});
