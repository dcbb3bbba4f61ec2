import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INCIDENT_TENANT, startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import type { CertificateFlaw } from '../../src/sandbox/certificate-authority.ts';
import { deskAt, type SandboxDesk } from '../cli/sandbox-host.ts';
import type { Workplace } from '../support/program.ts';
import type { Edge, EdgePlan, Pem, Site } from './edge.ts';
import { startKnot, type Knot } from './knot.ts';
import { ownLoopback } from './third-party.ts';

/**
 * One tenant for each thing that can be so. `overridden` has a record of its own to where nothing listens, `parked` to
 * somebody else's server; `dead` has a dead backend behind the edge, `gone` no app at Fly.
 */
export const TENANTS = {
  healthy: INCIDENT_TENANT,
  claimed: 'c1a1c1a1c1a1',
  overridden: '0e0e0e0e0e0e',
  parked: 'ba4ced0ba4ce',
  shadowed: '5bad05bad05b',
  rejected: 'beefbeefbeef',
  expired: 'e0e0e0e0e0e0',
  mismatched: 'a15ca15ca15c',
  dead: 'deaddeaddead',
  gone: '90e90e90e90e',
} as const;
export type TenantKind = keyof typeof TENANTS;

export const DOMAIN = 'systemprompt.io';
/** A zone without a wildcard: no name of a tenant exists. */
export const BARE_DOMAIN = 'bare.example';
const MANAGEMENT_APP = 'management-api-prod';

export const hostnameOf = (kind: TenantKind): string => `${TENANTS[kind]}.${DOMAIN}`;
export const appOf = (kind: TenantKind): string => `sp-${TENANTS[kind]}`;

/** The sandbox's Fly API, and a platform of third-party servers that it tells of. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly knot: Knot;
  readonly plan: EdgePlan;
  /** The sites of the plan, but the kinds of tenants named here are healthy. */
  readonly sitesWith: (...cured: readonly TenantKind[]) => readonly Site[];
  /** Starts an edge; it stops with the stage. */
  readonly edge: <Started extends Edge>(
    start: (folder: string, plan: EdgePlan) => Promise<Started>,
    plan?: EdgePlan,
  ) => Promise<Started>;
  /** Commands whose configuration has the third-party servers, and the sandbox's for Fly's API and Slack. */
  readonly deskOf: (edge: Edge, domain?: string) => SandboxDesk;
  readonly close: () => Promise<void>;
}

export async function startStage(kinds: readonly TenantKind[]): Promise<Stage> {
  const [address, elsewhere, second, nobody] = [0, 1, 2, 3].map(ownLoopback) as [
    string,
    string,
    string,
    string,
  ];
  const folder = mkdtempSync(join(tmpdir(), 'tenantwatch-conformance-'));
  const sandbox = await startSandbox({
    tenants: kinds.map((kind) => TENANTS[kind]),
    domain: DOMAIN,
    managementApp: MANAGEMENT_APP,
    edgeAddresses: [address],
  });
  const closed = async (): Promise<void> => {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const apps = [MANAGEMENT_APP, ...kinds.filter((kind) => kind !== 'gone').map(appOf)];
    const knot = await startKnot(folder, [address, second], {
      [DOMAIN]: [
        ...['@', '*'].map((name) => `${name} A ${address}`),
        `${TENANTS.overridden} A ${nobody}`,
        `${TENANTS.parked} A ${elsewhere}`,
        // RFC 4592: with it the name exists, and the wildcard is no longer for it.
        `_acme-challenge.${TENANTS.shadowed} TXT "left behind"`,
      ],
      'fly.dev': apps.map((app) => `${app} A ${address}`),
      [BARE_DOMAIN]: [`@ A ${address}`],
    });
    const places: Workplace[] = [];
    const edges: Edge[] = [];
    const plan: EdgePlan = {
      address,
      elsewhere: { address: elsewhere, shows: pem(sandbox, ['parking.example.net']) },
      sites: sitesFor(sandbox, kinds),
    };
    return {
      sandbox,
      knot,
      plan,
      sitesWith: (...cured) =>
        sitesFor(
          sandbox,
          kinds.filter((kind) => !cured.includes(kind)),
        ),
      edge: async (start, changed = plan) => {
        const edge = await start(join(folder, 'edge'), changed);
        edges.push(edge);
        return edge;
      },
      deskOf: (edge, domain = DOMAIN) => {
        const desk = deskAt(sandbox, {
          platform: {
            domain,
            httpsPort: edge.port,
            managementHealthUrl: `https://${MANAGEMENT_APP}.fly.dev:${String(edge.port)}/healthz`,
          },
          dns: { resolvers: knot.servers.slice(0, 1), authoritative: knot.servers.slice(1) },
          network: { allowPrivateAddresses: true, witnesses: knot.servers },
        });
        places.push(desk.place);
        return desk;
      },
      close: async () => {
        for (const server of [...edges, knot]) await server.stop();
        for (const place of places) place.remove();
        await closed();
      },
    };
  } catch (error) {
    await closed();
    throw error;
  }
}

/** What the edge does while these kinds of tenants are as their names say; every other tenant is healthy. */
function sitesFor(sandbox: Sandbox, kinds: readonly TenantKind[]): readonly Site[] {
  const wildcard = pem(sandbox, [`*.${DOMAIN}`, DOMAIN]);
  const odd: readonly (readonly [kind: TenantKind, site: Omit<Site, 'names'>])[] = [
    ['rejected', { shows: null, answers: 'page' }],
    ['expired', { shows: pem(sandbox, [hostnameOf('expired')], 'expired'), answers: 'page' }],
    ['mismatched', { shows: pem(sandbox, [], 'wrong-name'), answers: 'page' }],
    ['dead', { shows: wildcard, answers: 'dead-backend' }],
  ];
  const oddly = odd.filter(([kind]) => kinds.includes(kind));
  const usual = (Object.keys(TENANTS) as TenantKind[]).filter(
    (kind) => !oddly.some(([name]) => name === kind),
  );
  const apps = [MANAGEMENT_APP, ...(Object.keys(TENANTS) as TenantKind[]).map(appOf)];
  return [
    { names: usual.map(hostnameOf), shows: wildcard, answers: 'page' },
    { names: apps.map((app) => `${app}.fly.dev`), shows: pem(sandbox, ['*.fly.dev']), answers: 'page' },
    ...oddly.map(([kind, site]) => ({ names: [hostnameOf(kind)], ...site })),
    { names: [`*.${DOMAIN}`], shows: wildcard, answers: 'no-such-tenant' },
  ];
}

function pem({ authority }: Sandbox, names: readonly string[], flaw: CertificateFlaw = 'valid'): Pem {
  return authority.issue({ names, flaw });
}
