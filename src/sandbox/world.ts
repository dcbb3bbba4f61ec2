import { isAppName, normalizeHostname } from '../model/hostname.ts';
import { DAY_MS } from '../model/time.ts';

import type {
  MachineExit,
  SandboxApp,
  SandboxCertificate,
  SandboxMachine,
  SandboxMachineState,
  SandboxRelease,
} from './app.ts';
import { createIds } from './ids.ts';
import { createLogs } from './logs.ts';
import type { Logs } from './logs.ts';
import { answerFrom, createZone } from './zone.ts';
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

export interface World {
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

  /**
   * Adds a certificate to an app, as `fly certs add` does: issuance begins when DNS points to the app, else it waits. The
   * edge learns of it after `propagationMs`. `issued` makes it ready at once, whatever DNS says.
   */
  readonly addCertificate: (app: string, hostname: string, given?: GivenCertificate) => SandboxCertificate;
  /** Takes effect at once, at the edge, too. False: the app holds no such certificate. */
  readonly removeCertificate: (app: string, hostname: string) => boolean;
  /** Looks at DNS again, as `fly certs check` does; counted in {@link World.revalidations}. */
  readonly checkCertificate: (app: string, hostname: string) => SandboxCertificate | undefined;
  readonly revalidations: () => number;
  /** The edge learns now of the name's certificates, or of all. */
  readonly propagate: (hostname?: string) => void;
  /** The apps whose certificate for exactly this name (which may be a wildcard) the edge knows. */
  readonly holders: (hostname: string) => readonly Holder[];

  /** A new release, complete; started machines keep running. */
  readonly deploy: (app: string, given?: Partial<SandboxRelease>) => SandboxRelease;
  readonly setMachines: (app: string, state: SandboxMachineState, autostart?: boolean | null) => void;
  readonly setMachineCount: (app: string, count: number) => void;
  /** The machine crash-loops: it counts as started, its latest exits are failures, nothing answers. */
  readonly crash: (app: string, exitCode?: number) => void;
  /** The app starts and fails to: requests wake its machines in vain. */
  readonly breakStart: (app: string, broken: boolean) => void;
  /** A request reached the app. Starts sleeping machines where it may, and counts that. */
  readonly request: (app: string) => Reached;
  /** How often a request woke a machine, of one app or of all. */
  readonly wakeups: (app?: string) => number;

  readonly zone: EditableZone;
  /** Every zone that the sandbox's servers answer from. */
  readonly zones: () => readonly Zone[];
  /** A zone of a customer, for custom domains. */
  readonly addZone: (origin: string) => EditableZone;

  readonly logs: Logs;
  /** Handshakes that the edge aborted, by the name in the ClientHello; bounded. */
  readonly handshakeErrors: Map<string, number>;
}

export interface GivenCertificate {
  readonly issued?: boolean;
  readonly source?: 'fly' | 'custom';
  readonly createdAt?: number;
  readonly expiresAt?: number;
  readonly effective?: 'now' | 'never';
}

export interface Holder {
  readonly app: string;
  readonly certificate: SandboxCertificate;
}

/** What became of a request that reached an app. */
export type Reached = 'running' | 'woken' | 'asleep' | 'crashing' | 'wont-start' | 'missing';

interface MutableApp extends SandboxApp {
  machines: readonly SandboxMachine[];
  releases: readonly SandboxRelease[];
  readonly certificates: Map<string, SandboxCertificate>;
  broken: boolean;
  wakeups: number;
}

const LETS_ENCRYPT_MS = 90 * DAY_MS;
const IMAGE = 'registry.fly.io';
const DEPLOYER = { name: 'Deploy Bot', email: 'deploy@example.com' };

/** The platform with everybody healthy. Nothing in it runs by itself: what takes time is judged when it is looked at. */
export function createWorld(options: WorldOptions): World {
  const { now } = options;
  const ids = createIds(now);
  const apps = new Map<string, MutableApp>();
  const tenants: string[] = [];
  const hosts = new Map<string, string>();
  const claims = new Map<string, Map<string, SandboxCertificate>>();
  const zone = createZone(options.domain);
  const otherZones: EditableZone[] = [];
  const handshakeErrors = new Map<string, number>();
  let revalidations = 0;

  const appZone = createAppZone(options, apps);
  const zones = (): readonly Zone[] => [zone, appZone, ...otherZones];

  const find = (name: string): MutableApp => {
    const app = apps.get(name);
    if (app === undefined) throw new Error(`the sandbox has no app ${name}`);
    return app;
  };

  const machine = (state: SandboxMachineState): SandboxMachine => {
    const at = now();
    return {
      id: ids.machine(),
      instanceId: ids.ulid(),
      region: 'fra',
      state,
      autostart: true,
      exits: [],
      createdAt: at,
      updatedAt: at,
    };
  };

  const put = (app: MutableApp, certificate: SandboxCertificate): SandboxCertificate => {
    const hostname = normalizeHostname(certificate.hostname);
    app.certificates.set(hostname, certificate);
    const holders = claims.get(hostname) ?? new Map<string, SandboxCertificate>();
    claims.set(hostname, holders.set(app.name, certificate));
    return certificate;
  };

  const withdraw = (app: MutableApp, hostname: string): boolean => {
    const name = normalizeHostname(hostname);
    const holders = claims.get(name);
    holders?.delete(app.name);
    if (holders?.size === 0) claims.delete(name);
    return app.certificates.delete(name);
  };

  /** Would Fly find its requirements met: every address of the name is one of the app's own? */
  const pointsToApp = (hostname: string, app: MutableApp): boolean => {
    const name = normalizeHostname(hostname);
    if (name.startsWith('*.')) {
      const challenge = answerFrom(zones(), `_acme-challenge.${name.slice(2)}`, 'CNAME');
      return challenge?.records.some(({ data }) => data === challengeTarget(app, name)) ?? false;
    }
    const own = new Set([...app.addresses.ipv4, ...app.addresses.ipv6, app.addresses.shared]);
    const found = ['A', 'AAAA'].flatMap((type) =>
      (answerFrom(zones(), name, type)?.records ?? []).filter((record) => record.type === type),
    );
    return found.length > 0 && found.every(({ data }) => own.has(data));
  };

  const validated = (app: MutableApp, certificate: SandboxCertificate): SandboxCertificate => {
    if (certificate.configuredAt !== null || !pointsToApp(certificate.hostname, app)) return certificate;
    const issuedAt = now() + options.issuanceMs;
    return { ...certificate, configuredAt: now(), issuedAt, expiresAt: issuedAt + LETS_ENCRYPT_MS };
  };

  const world: World = {
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
        machines: [machine('started')],
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
      for (const hostname of [...app.certificates.keys()]) withdraw(app, hostname);
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

    addCertificate: (name, hostname, given = {}) => {
      const app = find(name);
      if (app.certificates.has(normalizeHostname(hostname)))
        throw new Error(`Hostname already exists on app ${name}`);
      const createdAt = given.createdAt ?? now();
      const propagated = given.effective === 'now' ? createdAt : createdAt + options.propagationMs;
      const bare: SandboxCertificate = {
        id: ids.certificate(),
        hostname,
        source: given.source ?? 'fly',
        createdAt,
        effectiveAt: given.effective === 'never' ? Infinity : propagated,
        configuredAt: null,
        issuedAt: null,
        expiresAt: given.expiresAt ?? null,
      };
      if (given.issued !== true) return put(app, validated(app, bare));
      return put(app, {
        ...bare,
        configuredAt: createdAt,
        issuedAt: createdAt,
        expiresAt: given.expiresAt ?? createdAt + LETS_ENCRYPT_MS,
      });
    },
    removeCertificate: (name, hostname) => withdraw(find(name), hostname),
    checkCertificate: (name, hostname) => {
      const app = find(name);
      const certificate = app.certificates.get(normalizeHostname(hostname));
      if (certificate === undefined) return undefined;
      revalidations += 1;
      return put(app, validated(app, certificate));
    },
    revalidations: () => revalidations,
    propagate: (hostname) => {
      const wanted = hostname === undefined ? undefined : normalizeHostname(hostname);
      for (const [name, holders] of claims) {
        if (wanted !== undefined && wanted !== name) continue;
        for (const [holder, certificate] of holders)
          if (certificate.effectiveAt > now()) put(find(holder), { ...certificate, effectiveAt: now() });
      }
    },
    holders: (hostname) =>
      [...(claims.get(normalizeHostname(hostname)) ?? [])]
        .filter(([, certificate]) => certificate.effectiveAt <= now())
        .map(([app, certificate]) => ({ app, certificate })),

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
    setMachines: (name, state, autostart) => {
      const app = find(name);
      app.machines = app.machines.map((each) => ({
        ...each,
        state,
        ...(autostart === undefined ? {} : { autostart, instanceId: ids.ulid() }),
        exits: state === 'started' ? [] : each.exits,
        updatedAt: now(),
      }));
    },
    setMachineCount: (name, count) => {
      const app = find(name);
      app.machines = Array.from({ length: count }, (_, index) => app.machines[index] ?? machine('started'));
    },
    crash: (name, exitCode = 1) => {
      const app = find(name);
      const exit: MachineExit = { at: now(), exitCode, oomKilled: exitCode === 137, requestedStop: false };
      app.machines = app.machines.map((each) => ({
        ...each,
        state: 'started',
        exits: [...each.exits, exit].slice(-5),
        updatedAt: now(),
      }));
    },
    breakStart: (name, broken) => {
      find(name).broken = broken;
    },
    request: (name) => {
      const app = apps.get(name);
      if (app === undefined) return 'missing';
      if (app.machines.some(({ state, exits }) => state === 'started' && exits.length === 0))
        return 'running';
      if (app.machines.some(({ state }) => state === 'started')) return 'crashing';
      const sleeping = app.machines.filter(
        ({ state, autostart }) => (state === 'stopped' || state === 'suspended') && autostart === true,
      );
      if (sleeping.length === 0) return 'asleep';
      if (app.broken) return 'wont-start';
      app.wakeups += 1;
      world.setMachines(name, 'started');
      return 'woken';
    },
    wakeups: (name) =>
      name === undefined ? [...apps.values()].reduce((sum, app) => sum + app.wakeups, 0) : find(name).wakeups,

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

/** Where Fly wants `_acme-challenge.<name>` to point. */
export function challengeTarget(app: SandboxApp, hostname: string): string {
  return `${normalizeHostname(hostname).replace('*.', '')}.${app.id}.flydns.net`;
}
