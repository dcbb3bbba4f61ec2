/**
 * The part of Fly's GraphQL schema that the sandbox executes, in words of our own. A test holds every type, field and
 * argument against Fly's published schema where that is at hand.
 */
export const FLY_SCHEMA = /* GraphQL */ `
  schema {
    query: Queries
    mutation: Mutations
  }

  scalar ISO8601DateTime
  scalar JSON

  type Queries {
    app(name: String): App
    apps(first: Int, after: String, organizationId: ID): AppConnection!
    organization(slug: String): Organization
    organizations(first: Int, after: String): OrganizationConnection!
    viewer: Principal!
  }

  type Mutations {
    addCertificate(appId: ID!, hostname: String!): AddCertificatePayload
    deleteCertificate(appId: ID!, hostname: String!): DeleteCertificatePayload
  }

  interface Principal {
    email: String!
    name: String
  }

  type User implements Principal {
    id: ID!
    email: String!
    name: String
  }

  type PageInfo {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }

  type Organization {
    id: ID!
    slug: String!
    rawSlug: String!
    name: String!
    apps(first: Int, after: String): AppConnection!
  }

  type OrganizationConnection {
    nodes: [Organization]
    pageInfo: PageInfo!
    totalCount: Int!
  }

  type App {
    id: ID!
    name: String!
    status: String!
    deployed: Boolean!
    hostname: String
    createdAt: ISO8601DateTime!
    organization: Organization!
    sharedIpAddress: String
    ipAddresses(first: Int, after: String): IPAddressConnection!
    certificate(hostname: String!): AppCertificate
    certificates(first: Int, after: String, filter: String): AppCertificateConnection!
    machines(first: Int, after: String, active: Boolean): MachineConnection!
    currentReleaseUnprocessed: ReleaseUnprocessed
    releasesUnprocessed(first: Int, after: String): ReleaseUnprocessedConnection!
  }

  type AppConnection {
    nodes: [App]
    pageInfo: PageInfo!
    totalCount: Int!
  }

  enum IPAddressType {
    private_v6
    shared_v4
    v4
    v6
  }

  type IPAddress {
    id: ID!
    address: String!
    type: IPAddressType!
    region: String
    createdAt: ISO8601DateTime!
  }

  type IPAddressConnection {
    nodes: [IPAddress]
    pageInfo: PageInfo!
    totalCount: Int!
  }

  type AppCertificate {
    id: ID!
    hostname: String!
    clientStatus: String!
    source: String
    createdAt: ISO8601DateTime
    certificateAuthority: String
    configured: Boolean!
    isConfigured: Boolean!
    isWildcard: Boolean!
    isApex: Boolean!
    isAcmeAlpnConfigured: Boolean!
    isAcmeDnsConfigured: Boolean!
    isAcmeHttpConfigured: Boolean!
    acmeDnsConfigured: Boolean!
    acmeAlpnConfigured: Boolean!
    dnsValidationHostname: String!
    dnsValidationTarget: String!
    issued(first: Int, includeExpired: Boolean): CertificateConnection!
    validationErrors: [AppCertificateValidationError!]!
    "Asks Fly to validate DNS again: not read-only."
    check: Boolean!
  }

  type AppCertificateConnection {
    nodes: [AppCertificate]
    pageInfo: PageInfo!
    totalCount: Int!
  }

  type AppCertificateValidationError {
    message: String!
    remediation: String
    timestamp: ISO8601DateTime!
  }

  type Certificate {
    expiresAt: ISO8601DateTime!
    hostname: String!
    type: String!
  }

  type CertificateConnection {
    nodes: [Certificate]
    pageInfo: PageInfo!
    totalCount: Int!
  }

  type Machine {
    id: ID!
    instanceId: String!
    name: String!
    region: String!
    state: String!
    config: JSON!
    createdAt: ISO8601DateTime!
    updatedAt: ISO8601DateTime!
    events(first: Int, kind: String): MachineEventConnection!
  }

  type MachineConnection {
    nodes: [Machine]
    pageInfo: PageInfo!
    totalCount: Int!
  }

  interface MachineEvent {
    id: ID!
    kind: String!
    timestamp: ISO8601DateTime!
  }

  type MachineEventExit implements MachineEvent {
    id: ID!
    kind: String!
    timestamp: ISO8601DateTime!
    exitCode: Int!
    oomKilled: Boolean!
    requestedStop: Boolean!
  }

  type MachineEventConnection {
    nodes: [MachineEvent]
    pageInfo: PageInfo!
  }

  type ReleaseUnprocessed {
    id: ID!
    version: Int!
    description: String!
    reason: String!
    status: String!
    stable: Boolean!
    imageRef: String
    user: User
    createdAt: ISO8601DateTime!
    updatedAt: ISO8601DateTime!
  }

  type ReleaseUnprocessedConnection {
    nodes: [ReleaseUnprocessed]
    pageInfo: PageInfo!
    totalCount: Int!
  }

  type AddCertificatePayload {
    app: App
    certificate: AppCertificate
    errors: [String!]
  }

  type DeleteCertificatePayload {
    app: App
    certificate: AppCertificate
    errors: [String!]
  }
`;
