import type { z } from 'zod';
import type { Failure, FailureCode } from '../model/failure.ts';
import type { Claim, Inventory, SweepWish } from '../model/fly.ts';
import { plainText } from '../model/text.ts';
import type { Clock } from '../model/time.ts';
import { inventoryPage } from './answers.ts';
import { assemble, type SweptApp } from './assemble.ts';
import { MACHINES_PER_APP, collectAutostart } from './autostart.ts';
import type { AutostartCache } from './autostart.ts';
import { createCertificatePages } from './certificate-pages.ts';
import { claimOfGraphql } from './claim.ts';
import { INVENTORY } from './documents.ts';
import { FlyError, flyError } from './error.ts';
import type { Graphql } from './graphql.ts';
import { lostApps, MAX_LOST_APPS, type AppNames } from './lost-apps.ts';
import { createPageSize } from './page-size.ts';
import { endOf } from './pages.ts';
import { assertComplete } from './read.ts';
import { releaseOf } from './release.ts';
import type { MachinesApi, OrgMachine } from './rest.ts';

const APPS_PER_PAGE = { largest: 200, smallest: 6 };
/** Certificates that come along with an app; apps with more are asked for the rest. */
const NESTED_CERTIFICATES = 25;

type AppsPage = z.infer<typeof inventoryPage>['apps'];
type PageApp = NonNullable<NonNullable<AppsPage['nodes']>[number]>;

/** Failures that are not about one app: no other would be read either. */
const ABOUT_ALL: ReadonlySet<FailureCode> = new Set(['aborted', 'unauthorized', 'rate-limited']);

/** The claims of one app; where they cannot be read and the sweep may go on without, none, and the app is named. */
async function unlessUnread(
  app: string,
  { unread }: Sweep,
  read: () => Promise<readonly Claim[]>,
): Promise<readonly Claim[]> {
  try {
    return await read();
  } catch (error) {
    if (unread === null || unread.size >= MAX_LOST_APPS || !(error instanceof FlyError)) throw error;
    if (ABOUT_ALL.has(error.failure.code)) throw error;
    unread.set(app, error.failure);
    return [];
  }
}

/** What one sweep has gathered so far. */
interface Sweep {
  readonly org: string;
  /** Do the machines' configurations come along with the apps? */
  readonly configs: boolean;
  readonly apps: Map<string, SweptApp>;
  /** Autostart by machine id, as far as this sweep came across it. */
  readonly starts: Map<string, boolean | null>;
  /** Null where every app has to be read. */
  readonly unread: Map<string, Failure> | null;
}

export interface SweepOptions {
  readonly graphql: Graphql;
  /** Null where the token is none that the Machines API takes: machines are not known then. */
  readonly machines: MachinesApi | null;
  readonly autostart: AutostartCache;
  readonly clock: Clock;
  /** Names and claims over other calls, for apps that come as null. */
  readonly byApp: Pick<MachinesApi, 'certificates'> & { readonly apps: AppNames };
  /** Slug and node id of the organization. */
  readonly organization: (signal: AbortSignal) => Promise<{ readonly id: string; readonly slug: string }>;
}

/**
 * An app whose release or machine configuration fails to resolve is still worth its certificates; one whose certificates do comes as null,
 * and must not hide the others.
 */
function isBeside(path: readonly (string | number)[]): boolean {
  return ['currentReleaseUnprocessed', 'machines', 'certificates'].some((field) => path.includes(field));
}

/**
 * Reads the whole organization: pages of apps with their certificates, the list of all machines beside them. The
 * requests grow with the pages, not with the apps. Each page is parsed by itself, so the event loop is never held for long.
 */
export function createSweep(
  options: SweepOptions,
): (signal: AbortSignal, wish?: SweepWish) => Promise<Inventory> {
  const { graphql, clock, autostart } = options;
  const appsPage = createPageSize({ clock, ...APPS_PER_PAGE });
  const certificates = createCertificatePages(graphql, clock);
  let previousCount = 0;
  // Without the list of machines there is nothing to keep configurations for.
  let machinesKnown = options.machines !== null;

  async function claimsOf(app: PageApp, signal: AbortSignal): Promise<readonly Claim[]> {
    const nodes = await certificates.rest(app.name, app.certificates, signal);
    return nodes.map((node) => claimOfGraphql(app.name, node, clock.now()));
  }

  async function pageAfter(after: string | null, sweep: Sweep, signal: AbortSignal): Promise<AppsPage> {
    const { apps } = await appsPage.ask((first) =>
      graphql(
        {
          document: INVENTORY,
          variables: {
            org: sweep.org,
            first,
            after,
            certificates: NESTED_CERTIFICATES,
            configs: sweep.configs,
            machines: MACHINES_PER_APP,
          },
          schema: inventoryPage,
          what: 'apps of the organization',
          aboutApp: false,
          tolerates: isBeside,
        },
        signal,
      ),
    );
    return apps;
  }

  async function addApp(node: PageApp, sweep: Sweep, signal: AbortSignal): Promise<void> {
    const claims = await unlessUnread(node.name, sweep, () => claimsOf(node, signal));
    collectAutostart(node.machines, sweep.starts);
    const release = node.currentReleaseUnprocessed;
    sweep.apps.set(node.name, {
      name: plainText(node.name, 63),
      status: plainText(node.status ?? '', 60),
      claims,
      currentRelease: release == null ? null : releaseOf(release),
    });
  }

  async function sweepApps(org: string, { gaps }: SweepWish, signal: AbortSignal): Promise<Sweep> {
    const sweep: Sweep = {
      org,
      configs: machinesKnown && autostart.isEmpty(),
      apps: new Map(),
      starts: new Map(),
      unread: gaps === 'named' ? new Map() : null,
    };
    const seen = new Set<string>();
    let promised: number | null = null;
    let lost = 0;
    let after: string | null = null;
    do {
      const page = await pageAfter(after, sweep, signal);
      // An app deleted while the pages go by may shift another one over the edge of a page, unseen.
      if (promised !== null && page.totalCount < promised)
        throw flyError('incomplete', 'apps vanished while the pages were read');
      promised ??= page.totalCount;
      for (const node of page.nodes ?? []) {
        if (node === null) lost += 1;
        else await addApp(node, sweep, signal);
      }
      after = endOf(page, seen, 'apps of the organization');
    } while (after !== null);
    for (const name of await lostApps(options.byApp.apps, sweep.apps, lost, signal)) {
      const claims = await unlessUnread(name, sweep, () => options.byApp.certificates(name, signal));
      sweep.apps.set(name, { name: plainText(name, 63), status: '', claims, currentRelease: null });
    }
    assertComplete(sweep.apps.size, promised, 'apps of the organization');
    return sweep;
  }

  /** Null when not all are known: a region that does not answer must not look like apps without machines. */
  async function sweepMachines(slug: string, signal: AbortSignal): Promise<readonly OrgMachine[] | null> {
    if (options.machines === null) return null;
    try {
      return await options.machines.orgMachines(slug, signal);
    } catch (error) {
      if (error instanceof FlyError && error.failure.code !== 'aborted') return null;
      throw error;
    }
  }

  return async (signal, wish = { gaps: 'refused' }) => {
    const startedAt = clock.now();
    const { id, slug } = await options.organization(signal);
    const stop = new AbortController();
    const both = AbortSignal.any([signal, stop.signal]);
    const machinesSweep = sweepMachines(slug, both);
    // It may fail while the apps are still being read; it is awaited below.
    machinesSweep.catch(() => undefined);
    let swept: Sweep;
    try {
      swept = await sweepApps(id, wish, signal);
    } catch (error) {
      // Without the apps the machines are of no use.
      stop.abort();
      await machinesSweep.catch(() => undefined);
      throw error;
    }
    const machines = await machinesSweep;
    machinesKnown = machines !== null;
    if (swept.apps.size === 0 && previousCount > 0)
      throw flyError('incomplete', `the organization had ${previousCount} apps and now has none, it is said`);
    if (machines !== null) await autostart.fill(machines, swept.starts, signal);
    previousCount = swept.apps.size;

    const { unread } = swept;
    const whole = assemble(swept.apps, machines, autostart);
    return { startedAt, takenAt: clock.now(), ...whole, ...(unread === null ? {} : { unread }) };
  };
}
