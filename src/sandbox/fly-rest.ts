import { isClaimableHostname, normalizeHostname } from '../model/hostname.ts';
import type { SandboxApp } from './app.ts';
import type { ActiveFault, FaultName } from './faults.ts';
import { certificateDetail, certificateSummary } from './fly-certificate.ts';
import { machineDetail, organizationMachine } from './fly-machine.ts';
import { pageOf } from './fly-page.ts';
import type { Access } from './fly-tokens.ts';
import type { World } from './world.ts';

export interface RestRequest {
  readonly method: string;
  /** Decoded segments of the path after `/v1`. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly access: Access;
  readonly strikes: (fault: FaultName) => ActiveFault | undefined;
}

export interface ApiAnswer {
  readonly status: number;
  /** JSON; undefined for none. */
  readonly body?: unknown;
  /** What the limits of requests count by, null for what is not limited. */
  readonly action: string | null;
}

/** The Machines API: routes as in Fly's OpenAPI document, below `/v1`. */
export function answerRest(world: World, request: RestRequest): ApiAnswer {
  const { segments, method, access } = request;
  if (access === 'none' || access === 'rejected') return failure(401, 'Authenticate: token validation error');
  const [collection, name, ...rest] = segments;
  if (method !== 'GET' && access !== 'write') return failure(403, 'this token may only read');
  switch (collection) {
    case 'apps':
      return name === undefined ? listApps(world, request) : answerApp(world, request, name, rest);
    case 'orgs':
      return rest[0] === 'machines'
        ? listOrganizationMachines(world, request, name ?? '')
        : failure(404, 'not found');
    case 'tokens':
      return name === 'current' ? answer(currentToken(world, access), 'token') : failure(404, 'not found');
    default:
      return failure(404, 'not found');
  }
}

function answerApp(world: World, request: RestRequest, name: string, rest: readonly string[]): ApiAnswer {
  const app = world.apps.get(name);
  if (app === undefined) return failure(404, 'App not found');
  const [collection, id] = rest;
  switch (collection) {
    case undefined:
      return answer(appSummary(world, app), `app ${name}`);
    case 'certificates':
      return answerCertificates(world, request, app, rest.slice(1));
    case 'ip_assignments':
      return answer({ ips: addressesOf(app) }, `ips ${name}`);
    case 'machines': {
      if (id === undefined)
        return answer(
          app.machines.map((each) => machineDetail(app, each)),
          `machines ${name}`,
        );
      const machine = app.machines.find((each) => each.id === id);
      return machine
        ? answer(machineDetail(app, machine), `machine ${id}`)
        : failure(404, 'machine not found');
    }
    default:
      return failure(404, 'not found');
  }
}

function answerCertificates(
  world: World,
  request: RestRequest,
  app: SandboxApp,
  rest: readonly string[],
): ApiAnswer {
  const { method } = request;
  const [hostname, verb] = rest;
  if (hostname === undefined) return listCertificates(world, request, app);
  if (hostname === 'acme' && method === 'POST') return addCertificate(world, request, app);

  const certificate = app.certificates.get(normalizeHostname(hostname));
  if (certificate === undefined) return failure(404, 'certificate not found');
  if (method === 'DELETE' && verb === undefined) {
    world.removeCertificate(app.name, hostname);
    return { status: 204, action: `remove ${app.name}` };
  }
  if (method === 'POST' && verb === 'check') {
    const checked = world.checkCertificate(app.name, hostname) ?? certificate;
    return answer(certificateDetail(world, app, checked), `check ${app.name}`);
  }
  return method === 'GET' && verb === undefined
    ? answer(certificateDetail(world, app, certificate), `certificate ${app.name}`)
    : failure(404, 'not found');
}

function listCertificates(world: World, { query, strikes }: RestRequest, app: SandboxApp): ApiAnswer {
  const filter = query.get('filter')?.toLowerCase() ?? '';
  const matching = [...app.certificates.values()].filter(({ hostname }) =>
    hostname.toLowerCase().includes(filter),
  );
  const page = pageOf(matching, ({ hostname }) => normalizeHostname(hostname), {
    limit: limitOf(query, 25, 500),
    cursor: query.get('cursor'),
    emptyFirst: strikes('api-empty-page') !== undefined,
  });
  const lost = strikes('api-lost-entries') ? 1 : 0;
  return answer(
    {
      certificates: page.entries.map((certificate) => certificateSummary(world, certificate)),
      ...(page.nextCursor === null ? {} : { next_cursor: page.nextCursor }),
      total_count: page.total + lost,
    },
    `certificates ${app.name}`,
  );
}

function addCertificate(world: World, { body }: RestRequest, app: SandboxApp): ApiAnswer {
  const hostname =
    typeof body === 'object' && body !== null && 'hostname' in body ? body.hostname : undefined;
  if (typeof hostname !== 'string' || !isClaimableHostname(normalizeHostname(hostname)))
    return failure(422, 'hostname is not valid');
  if (app.certificates.has(normalizeHostname(hostname)))
    return failure(422, 'hostname already exists on app');
  const certificate = world.addCertificate(app.name, hostname);
  return { status: 201, body: certificateDetail(world, app, certificate), action: `add ${app.name}` };
}

function listApps(world: World, { query }: RestRequest): ApiAnswer {
  if (query.get('org_slug') !== world.options.organization) return failure(404, 'organization not found');
  const apps = [...world.apps.values()].map((app) => appSummary(world, app));
  return answer({ apps, total_apps: apps.length }, 'apps');
}

function listOrganizationMachines(world: World, { query, strikes }: RestRequest, slug: string): ApiAnswer {
  if (slug !== world.options.organization) return failure(404, 'organization not found');
  const missing = strikes('api-missing-region');
  const missingRegion = missing ? String(missing.value ?? 'fra') : null;
  const since = Date.parse(query.get('updated_after') ?? '') || 0;
  const machines = [...world.apps.values()].flatMap((app) =>
    app.machines
      .filter(({ region }) => region !== missingRegion && region === (query.get('region') ?? region))
      .filter(({ state, updatedAt }) => state === (query.get('state') ?? state) && updatedAt > since)
      .map((machine) => ({ app, machine })),
  );
  const page = pageOf(machines, ({ machine }) => machine.id, {
    limit: limitOf(query, 100, 1000),
    cursor: query.get('cursor'),
    emptyFirst: strikes('api-empty-page') !== undefined,
  });
  return answer(
    {
      machines: page.entries.map(({ app, machine }) => organizationMachine(app, machine)),
      ...(page.nextCursor === null ? {} : { next_cursor: page.nextCursor }),
      error_regions: missingRegion === null ? [] : [missingRegion],
    },
    `org machines`,
  );
}

function appSummary(world: World, app: SandboxApp): object {
  const { organization } = world.options;
  return {
    id: app.id,
    name: app.name,
    machine_count: app.machines.length,
    volume_count: 0,
    network: 'default',
    status: app.machines.length > 0 ? 'deployed' : 'pending',
    organization: { name: organization, slug: organization },
  };
}

function addressesOf({ addresses, createdAt }: SandboxApp): readonly object[] {
  const entry = (ip: string, shared: boolean, region: string) => ({
    ip,
    shared,
    region,
    created_at: new Date(createdAt).toISOString(),
  });
  return [
    ...(addresses.shared === null ? [] : [entry(addresses.shared, true, 'global')]),
    ...[...addresses.ipv4, ...addresses.ipv6].map((ip) => entry(ip, false, 'global')),
    entry(addresses.private, false, ''),
  ];
}

function currentToken(world: World, access: 'read' | 'write'): object {
  const { organization } = world.options;
  return { tokens: [{ token_id: `sandbox-${access}`, org_slug: organization, organization, user: '' }] };
}

function limitOf(query: URLSearchParams, byDefault: number, most: number): number {
  const asked = Number(query.get('limit') ?? byDefault);
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, most) : byDefault;
}

function answer(body: unknown, action: string): ApiAnswer {
  return { status: 200, body, action };
}

function failure(status: number, error: string): ApiAnswer {
  return { status, body: { error, status: 'unknown' }, action: null };
}
