/**
 * Every GraphQL document that the client sends, as plain text in one place: a test validates each against Fly's schema.
 *
 * None selects `check` of a certificate: in a query that field forces a re-validation, which is not reading.
 */

const RELEASE = 'id version status reason description imageRef createdAt user { name email }';

const CERTIFICATES =
  'totalCount pageInfo { hasNextPage endCursor } ' +
  'nodes { hostname clientStatus isConfigured createdAt source issued(first: 4) { nodes { expiresAt } } }';

export const ORGANIZATION = `query Organization($slug: String!) {
  organization(slug: $slug) { id slug name }
}`;

export const ORGANIZATIONS = `query Organizations($first: Int!) {
  organizations(first: $first) { nodes { id slug name } }
}`;

/** One page of the organization. With `$configs` the machines' configurations come along: heavy, and wanted only while they are not known yet. */
export const INVENTORY = `query Inventory($org: ID!, $first: Int!, $after: String, $certificates: Int!, $configs: Boolean!, $machines: Int!) {
  apps(first: $first, after: $after, organizationId: $org) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      name
      status
      certificates(first: $certificates) { ${CERTIFICATES} }
      currentReleaseUnprocessed { ${RELEASE} }
      machines(first: $machines) @include(if: $configs) { nodes { id config } }
    }
  }
}`;

/** The certificates of one app that did not fit into its place in the inventory. */
export const APP_CERTIFICATES = `query AppCertificates($app: String!, $first: Int!, $after: String) {
  app(name: $app) { certificates(first: $first, after: $after) { ${CERTIFICATES} } }
}`;

export const APP_MACHINES = `query AppMachines($app: String!, $first: Int!, $after: String) {
  app(name: $app) {
    machines(first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes { id state region updatedAt config }
    }
  }
}`;

export const APP_ADDRESSES = `query AppAddresses($app: String!, $first: Int!) {
  app(name: $app) { sharedIpAddress ipAddresses(first: $first) { totalCount nodes { address } } }
}`;

export const APP_NAMES = `query AppNames($org: ID!, $first: Int!, $after: String) {
  apps(first: $first, after: $after, organizationId: $org) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes { name }
  }
}`;

export const RELEASES = `query Releases($app: String!, $first: Int!) {
  app(name: $app) { releasesUnprocessed(first: $first) { nodes { ${RELEASE} } } }
}`;

/** The machine configurations of several apps in one request; app number n is `$a<n>` and answers as `a<n>`. */
export function machineConfigs(count: number): string {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const variables = indexes.map((index) => `$a${index}: String!`).join(', ');
  const fields = indexes.map(
    (index) => `  a${index}: app(name: $a${index}) { machines(first: $machines) { nodes { id config } } }`,
  );
  return `query MachineConfigs($machines: Int!, ${variables}) {\n${fields.join('\n')}\n}`;
}
