import type { Received, Reply } from './fly-server.ts';

export interface FakeMachine {
  readonly id: string;
  readonly state?: string;
  readonly version?: string;
  readonly autostart?: boolean;
}

export interface FakeApp {
  readonly name: string;
  readonly certificates?: readonly string[];
  readonly machines?: readonly FakeMachine[];
  readonly release?: number;
}

const CREATED = '2026-01-31T06:20:00Z';

function page<T>(items: readonly T[], first: number, after: unknown) {
  const start = typeof after === 'string' ? Number(after) : 0;
  const nodes = items.slice(start, start + first);
  const end = start + nodes.length;
  return {
    totalCount: items.length,
    pageInfo: { hasNextPage: end < items.length, endCursor: end < items.length ? String(end) : null },
    nodes,
  };
}

function certificates(app: FakeApp, first: number, after: unknown) {
  const nodes = (app.certificates ?? []).map((hostname) => ({
    hostname,
    clientStatus: 'Ready',
    isConfigured: true,
    createdAt: CREATED,
    source: 'fly',
    issued: { nodes: [{ expiresAt: '2099-01-01T00:00:00Z' }] },
  }));
  return page(nodes, first, after);
}

function configs(app: FakeApp | undefined) {
  if (app === undefined) return null;
  return {
    nodes: (app.machines ?? []).map(({ id, autostart }) => ({
      id,
      config: { env: { SECRET: 'of the tenant' }, services: [{ autostart: autostart ?? true }] },
    })),
  };
}

/** Speaks Fly's protocol for these apps: GraphQL with cursors, the organization's machines, an app's machines. */
export function answerFor(apps: readonly FakeApp[], request: Received): Reply | undefined {
  const { variables } = request;
  const app = apps.find(({ name }) => name === variables.app);
  switch (request.operation) {
    case 'Organization':
      return { body: { data: { organization: { id: 'org-node', slug: variables.slug, name: 'Org' } } } };
    case 'Inventory': {
      const all = page(apps, Number(variables.first), variables.after);
      const nodes = all.nodes.map((each) => ({
        name: each.name,
        status: 'deployed',
        certificates: certificates(each, Number(variables.certificates), null),
        currentReleaseUnprocessed:
          each.release === undefined
            ? null
            : { id: `r${each.release}`, version: each.release, createdAt: CREATED, user: { name: 'ed' } },
        ...(variables.configs === true ? { machines: configs(each) } : {}),
      }));
      return { body: { data: { apps: { ...all, nodes } } } };
    }
    case 'AppCertificates': {
      const found =
        app === undefined
          ? null
          : { certificates: certificates(app, Number(variables.first), variables.after) };
      return { body: { data: { app: found } } };
    }
    case 'MachineConfigs': {
      const asked = Object.entries(variables).filter(([key]) => /^a\d+$/.test(key));
      const data = asked.map(([key, name]) => {
        const machines = configs(apps.find((each) => each.name === name));
        return [key, machines === null ? null : { machines }];
      });
      return { body: { data: Object.fromEntries(data) as unknown } };
    }
    default:
      break;
  }
  if (/^\/v1\/orgs\/[^/]+\/machines$/.test(request.path)) {
    const machines = apps.flatMap((each) =>
      (each.machines ?? []).map((machine) => ({
        id: machine.id,
        app_name: each.name,
        state: machine.state ?? 'started',
        region: 'fra',
        version: machine.version ?? 'v1',
        updated_at: CREATED,
      })),
    );
    return { body: { machines, error_regions: [] } };
  }
  if (request.path === '/v1/apps') return { body: { apps: apps.map(({ name }) => ({ name })) } };
  const [, named] = /^\/v1\/apps\/([^/]+)\/certificates$/.exec(request.path) ?? [];
  const one = apps.find(({ name }) => name === named);
  if (one !== undefined) {
    const listed = (one.certificates ?? []).map((hostname) => ({ hostname, status: 'active' }));
    return { body: { certificates: listed, total_count: listed.length } };
  }
  return undefined;
}
