import type { Clock } from '../model/time.ts';
import { appAddresses, appMachinesPage, appNamesPage } from './answers.ts';
import { publicAddresses } from './addresses.ts';
import type { CertificatePages } from './certificate-pages.ts';
import { claimOfGraphql } from './claim.ts';
import { APP_ADDRESSES, APP_MACHINES, APP_NAMES } from './documents.ts';
import { flyError } from './error.ts';
import type { FlyClient } from './fly-client.ts';
import type { Graphql } from './graphql.ts';
import { machineOfGraphql } from './machine.ts';
import { allPages } from './pages.ts';
import { assertComplete } from './read.ts';

const MACHINES_PER_PAGE = 100;
const ADDRESSES_PER_APP = 200;
const APPS_PER_PAGE = 200;

/**
 * What the Machines API tells, asked over GraphQL: for tokens that are no macaroons, which the Machines API
 * does not take. Signs of a crash and validation messages are missing here.
 */
export type GraphqlApi = Pick<FlyClient, 'certificates' | 'certificate' | 'machines' | 'addresses' | 'apps'>;

export function createGraphqlApi(options: {
  readonly graphql: Graphql;
  readonly certificates: CertificatePages;
  readonly clock: Clock;
  readonly organizationId: (signal: AbortSignal) => Promise<string>;
}): GraphqlApi {
  const { graphql, clock } = options;

  function known<T>(app: T | null, what: string): T {
    if (app === null) throw flyError('not-found', `${what}: Fly does not know the app`);
    return app;
  }

  const certificates: GraphqlApi['certificates'] = async (app, signal) => {
    const nodes = await options.certificates.all(app, signal);
    return nodes.map((node) => claimOfGraphql(app, node, clock.now()));
  };

  async function machinesPage(app: string, after: string | null, signal: AbortSignal) {
    const what = `machines of ${app}`;
    const answer = await graphql(
      {
        document: APP_MACHINES,
        variables: { app, first: MACHINES_PER_PAGE, after },
        schema: appMachinesPage,
        what,
        aboutApp: true,
      },
      signal,
    );
    return known(answer.app, what).machines;
  }

  async function namesPage(org: string, after: string | null, signal: AbortSignal) {
    const { apps } = await graphql(
      {
        document: APP_NAMES,
        variables: { org, first: APPS_PER_PAGE, after },
        schema: appNamesPage,
        what: 'apps of the organization',
        aboutApp: false,
      },
      signal,
    );
    return apps;
  }

  return {
    certificates,
    certificate: async (app, hostname, signal) => {
      const claim = (await certificates(app, signal)).find((each) => each.hostname === hostname);
      if (claim === undefined)
        throw flyError('not-found', `certificate ${hostname} of ${app}: there is none`);
      return claim;
    },
    machines: async (app, signal) => {
      const first = await machinesPage(app, null, signal);
      const nodes = await allPages(first, (after) => machinesPage(app, after, signal), `machines of ${app}`);
      return nodes.map(machineOfGraphql).filter((machine) => machine.state !== 'destroyed');
    },
    addresses: async (app, signal) => {
      const what = `addresses of ${app}`;
      const answer = await graphql(
        {
          document: APP_ADDRESSES,
          variables: { app, first: ADDRESSES_PER_APP },
          schema: appAddresses,
          what,
          aboutApp: true,
        },
        signal,
      );
      const { sharedIpAddress, ipAddresses } = known(answer.app, what);
      const dedicated = (ipAddresses.nodes ?? []).filter((node) => node !== null).map((node) => node.address);
      assertComplete(dedicated.length, ipAddresses.totalCount, what);
      const shared = sharedIpAddress == null || sharedIpAddress === '' ? [] : [sharedIpAddress];
      return publicAddresses([...dedicated, ...shared], what);
    },
    apps: async (signal) => {
      const org = await options.organizationId(signal);
      const first = await namesPage(org, null, signal);
      const nodes = await allPages(
        first,
        (after) => namesPage(org, after, signal),
        'apps of the organization',
      );
      return nodes.map((node) => node.name).sort();
    },
  };
}
