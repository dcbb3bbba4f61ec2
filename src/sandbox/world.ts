import { isAppName, normalizeHostname } from '../model/hostname.ts';
import { DAY_MS } from '../model/time.ts';
import type { MutableApp, SandboxApp, SandboxRelease } from './app.ts';
import { createClaims } from './claims.ts';
import type { Claims } from './claims.ts';
import { createIds } from './ids.ts';
import { createLogs } from './logs.ts';
import type { Logs } from './logs.ts';
import { createMachines } from './machines.ts';
import type { Machines } from './machines.ts';
import { createZone } from './zone.ts';
import type { EditableZone, Zone, ZoneRecord } from './zone.ts';

/** What the world is made of; every value is a default of the demo that a test may change. */
export interface WorldOptions {
  readonly domain: string;
  readonly organization: string;
  readonly managementApp: string;
  /** Template of a tenant's app with `{tenant}`. */
  readonly tenantApp: string;
  /** Ids of the tenants, which are the labels of their host names. */
  readonly tenants: readonly string[];
  /** Domain of the direct names, `<app>.<appDomain>`. */
  readonly appDomain: string;
  /** Addresses of the management app; the wildcard points there. */
  readonly managementAddresses: { readonly ipv4: readonly string[]; readonly ipv6: readonly string[] };
  /** The address that all tenant apps share. */
  readonly sharedAddress: string;
  /** Where the direct names resolve to: the shared address, or another one where this machine cannot listen there. */
  readonly directAddress: string;
  /** First labels of names that the management app itself answers. */
  readonly otherHosts: readonly string[];
  /** How long the edge takes to learn of a new certificate; Infinity: until {@link World.propagate}. */
  readonly propagationMs: number;
  /** How long Let's Encrypt takes once DNS is right. */
  readonly issuanceMs: number;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}

export interface World extends Claims, Machines {
  readonly options: WorldOptions;
  readonly now: () => number;
  readonly apps: ReadonlyMap<string, SandboxApp>;
  /** Throws for an app that does not exist. */
  readonly app: (name: string) => SandboxApp;
  readonly addApp: (name: string) => SandboxApp;
  /** Removes the app with its claims; its direct name ceases to resolve. */
  readonly removeApp: (name: string) => void;

  /** A new tenant: its app, started, and its entry in the proxy's table. */
  readonly addTenant: (id: string) => SandboxApp;
  readonly tenants: () => readonly string[];
  /** The proxy's table: the app that requests for the host name are replayed to. */
  readonly appOfHost: (hostname: string) => string | undefined;
  /** Enters a custom domain into the proxy's table. */
  readonly mapHost: (hostname: string, app: string) => void;

  /** A new release, complete; started machines keep running. */
  readonly deploy: (app: string, given?: Partial<SandboxRelease>) => SandboxRelease;
  readonly zone: EditableZone;
  /** Every zone that the sandbox's servers answer from. */
  readonly zones: () => readonly Zone[];
  /** A zone of a customer, for custom domains. */
  readonly addZone: (origin: string) => EditableZone;

  readonly logs: Logs;
  /** Handshakes that the edge aborted, by the name in the ClientHello; bounded. */
  readonly handshakeErrors: Map<string, number>;
}

const IMAGE = 'registry.fly.io';
const DEPLOYER = { name: 'Deploy Bot', email: 'deploy@example.com' };

/** The platform with everybody healthy. Nothing in it runs by itself: what takes time is judged when it is looked at. */
export function createWorld(options: WorldOptions): World {
  const { now } = options;
  const ids = createIds(now);
  const apps = new Map<string, MutableApp>();
  const tenants: string[] = [];
  const hosts = new Map<string, string>();
  const zone = createZone(options.domain);
  const otherZones: EditableZone[] = [];
  const handshakeErrors = new Map<string, number>();

  const appZone = createAppZone(options, apps);
  const zones = (): readonly Zone[] => [zone, appZone, ...otherZones];

  const find = (name: string): MutableApp => {
    const app = apps.get(name);
    if (app === undefined) throw new Error(`the sandbox has no app ${name}`);
    return app;
  };

  const claims = createClaims({ ...options, app: find, zones, ids });
  const machines = createMachines({ apps, app: find, ids, now });

  const world: World = {
    ...claims,
    ...machines,
    options,
    now,
    apps,
    app: find,
    addApp: (name) => {
      if (!isAppName(name)) throw new Error(`${JSON.stringify(name)} is no name for an app`);
      if (apps.has(name)) throw new Error(`the sandbox has an app ${name} already`);
      const isManagement = name === options.managementApp;
      const app: MutableApp = {
        id: ids.app(),
        name,
        createdAt: now(),
        addresses: {
          ipv4: isManagement ? options.managementAddresses.ipv4 : [],
          ipv6: isManagement ? options.managementAddresses.ipv6 : [],
          shared: isManagement ? null : options.sharedAddress,
          private: ids.privateAddress(),
        },
        machines: [machines.newMachine('started')],
        releases: [],
        certificates: new Map(),
        broken: false,
        wakeups: 0,
      };
      apps.set(name, app);
      world.deploy(name, { description: 'Release', reason: 'initial deployment' });
      return app;
    },
    removeApp: (name) => {
      const app = find(name);
      for (const hostname of [...app.certificates.keys()]) claims.removeCertificate(name, hostname);
      apps.delete(name);
    },

    addTenant: (id) => {
      const name = options.tenantApp.replace('{tenant}', id);
      tenants.push(id);
      world.mapHost(`${id}.${options.domain}`, name);
      return world.addApp(name);
    },
    tenants: () => tenants,
    appOfHost: (hostname) => hosts.get(normalizeHostname(hostname)),
    mapHost: (hostname, app) => {
      hosts.set(normalizeHostname(hostname), app);
    },

    deploy: (name, given = {}) => {
      const app = find(name);
      const version = (app.releases.at(-1)?.version ?? 0) + 1;
      const release: SandboxRelease = {
        id: ids.release(),
        version,
        description: 'Release',
        reason: 'deploy',
        status: 'complete',
        user: DEPLOYER,
        imageRef: `${IMAGE}/${name}:deployment-${ids.ulid()}`,
        createdAt: now(),
        ...given,
      };
      app.releases = [...app.releases, release];
      return release;
    },
    zone,
    zones,
    addZone: (origin) => {
      const added = createZone(origin);
      otherZones.push(added);
      return added;
    },
    logs: createLogs(now),
    handshakeErrors,
  };

  populate(world);
  return world;
}

/** The state of reference: wildcard DNS to the management app, which holds the wildcard certificate; every tenant deployed. */
function populate(world: World): void {
  const { domain, managementApp, managementAddresses, tenants } = world.options;
  world.addApp(managementApp);
  for (const name of [domain, `*.${domain}`]) {
    for (const data of managementAddresses.ipv4) world.zone.add({ name, type: 'A', data });
    for (const data of managementAddresses.ipv6) world.zone.add({ name, type: 'AAAA', data });
  }
  world.zone.add({ name: domain, type: 'NS', data: `ns1.${domain}` });
  world.zone.add({ name: `ns1.${domain}`, type: 'A', data: '127.0.0.1' });
  for (const hostname of [`*.${domain}`, domain])
    world.addCertificate(managementApp, hostname, {
      issued: true,
      effective: 'now',
      createdAt: world.now() - 30 * DAY_MS,
    });
  for (const tenant of tenants) world.addTenant(tenant);
}

/** `<app>.fly.dev` exists exactly while the app does. */
function createAppZone(options: WorldOptions, apps: ReadonlyMap<string, SandboxApp>): Zone {
  const origin = normalizeHostname(options.appDomain);
  const zone: Zone = {
    origin,
    frozen: () => zone,
    node: (name) => {
      if (name === origin) return [];
      const app = apps.get(name.slice(0, -origin.length - 1));
      if (app === undefined) return undefined;
      const { ipv4, ipv6, shared } = app.addresses;
      const record = (type: 'A' | 'AAAA') => (data: string) =>
        ({ name, type, ttl: 300, data }) satisfies ZoneRecord;
      return [
        ...(shared === null ? ipv4 : [options.directAddress]).map(record('A')),
        ...ipv6.map(record('AAAA')),
      ];
    },
  };
  return zone;
}
