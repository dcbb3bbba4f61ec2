import type { GateVerifier } from '../cli/context.ts';
import type { Config } from '../config/index.ts';
import type { Observation } from '../model/observation.ts';
import type { Inventory } from '../model/fly.ts';
import { inventoryView, liveView, withoutFly, type FlyView } from '../monitor/fly-view.ts';
import { createVerifier } from '../monitor/verifier.ts';
import { createProbing, type ProbingHost } from './probing.ts';
import { loadTenants } from './tenants.ts';

export interface GateOptions {
  readonly noFly: boolean;
}

/** More tenants than this are cheaper to sweep than to ask about one by one. */
const ASKED_ONE_BY_ONE = 10;

/** The verification of `verify`: from this machine, with nothing kept between rounds but sockets and caches. */
export function createGate(config: Config, { noFly }: GateOptions, host: ProbingHost): GateVerifier {
  const probing = createProbing(config, host);
  const { fly, flyProbe, observer } = probing;
  const { platform } = observer;
  const status = (): ReturnType<FlyView['status']> => fly.lastCall();

  const sweptView = (signal: AbortSignal): FlyView => {
    let swept: Promise<Observation<Inventory>> | undefined;
    return inventoryView({
      inventory: () => (swept ??= flyProbe.inventory(signal, { gaps: 'named' })),
      addresses: (innerSignal) => flyProbe.addresses(platform.managementApp, innerSignal),
      platform,
      status,
    });
  };

  const verifier = createVerifier({
    ...observer,
    servers: probing.servers,
    budget: probing.budget,
    concurrency: config.limits.concurrency,
    view: ({ tenants, claims, signal }) => {
      if (noFly) return withoutFly();
      return claims || tenants.length > ASKED_ONE_BY_ONE
        ? sweptView(signal)
        : liveView(flyProbe, platform, status, tenants);
    },
  });

  return {
    round: verifier.round,
    tenants: ({ discover, signal }) =>
      loadTenants(
        config,
        { ...host, platform, apps: discover && !noFly ? () => fly.apps(signal) : null },
        signal,
      ),
    close: probing.close,
  };
}
