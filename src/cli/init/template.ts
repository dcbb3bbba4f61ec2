/** What `init` found out, for the configuration and for whoever asked. */
export interface InitSettings {
  readonly org: string;
  readonly domain: string;
  readonly managementApp: string;
  readonly tenantApp: string;
  readonly tenantIdPattern: string;
  readonly otherHosts: readonly string[];
  readonly customDomainsOn: 'management' | 'tenant';
}

/** Why the naming is as it is; goes into a comment, so one line of harmless characters. */
export interface InitNotes {
  readonly naming: string;
}

/** A commented configuration: what differs between platforms, and the first things that people change. */
export function configText(settings: InitSettings, notes: InitNotes): string {
  const { org, domain, managementApp, tenantApp, tenantIdPattern, otherHosts, customDomainsOn } = settings;
  return `# yaml-language-server: $schema=https://github.com/tenantwatch/tenantwatch/raw/main/docs/schemas/config.schema.json
# Configuration of tenantwatch. \`tenantwatch config show\` prints every key with what is in effect, \`tenantwatch config check\` says what is wrong.
# \${NAME} reads the environment, \${file:PATH} a file; relative paths begin at the folder of this file.

platform:
  domain: ${quoted(domain)} # *.${domain} points at the management app
  managementApp: ${quoted(managementApp)} # holds the wildcard certificate and ends TLS
  # ${notes.naming}
  tenantApp: ${quoted(tenantApp)}
  tenantIdPattern: ${quoted(tenantIdPattern)}
  tenantHost: "{tenant}.{domain}"
  otherHosts: [${otherHosts.map(quoted).join(', ')}] # names of the domain that are not tenants
  customDomainsOn: ${customDomainsOn} # where certificates of custom domains belong: management or tenant

fly:
  org: ${quoted(org)} # the token comes from FLY_ACCESS_TOKEN or FLY_API_TOKEN; read-only is enough

tenants:
  - source: fly # every app of the organization that matches tenantApp and tenantIdPattern
    exclude: []

store:
  path: data/tenantwatch.db # history, incidents, messages to be sent

server:
  listen: 127.0.0.1:9480 # pages, API and metrics; beyond loopback only with tokens
  tokens: []
  # - { name: ops, token: "\${TENANTWATCH_OPS_TOKEN}", scopes: [read, verify, operate] }

alerts:
  channels: [] # who is told; \`tenantwatch doctor --send\` tries each
  # - { name: on-call, type: slack, webhookUrl: "\${SLACK_WEBHOOK_URL}" }
`;
}

/** Double-quoted YAML is JSON. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
