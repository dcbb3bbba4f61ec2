import { coversHostname, normalizeHostname } from '../model/hostname.ts';
import { isIssued } from './app.ts';
import type { Holder } from './claims.ts';
import type { World } from './world.ts';

/** What the edge does with a name, by the certificates it knows of. */
export type Route =
  | {
      readonly kind: 'app';
      readonly app: string;
      readonly names: readonly string[];
      readonly expiresAt: number | null;
    }
  /** PT05: no valid certificate for the name, the connection is aborted. */
  | { readonly kind: 'abort'; readonly because: 'unknown-name' | 'claimed-twice' | 'not-issued' };

/**
 * The certificate on an app is what routes a host name to that app: the exact one before the wildcard. An exact one that
 * is never issued therefore takes the name away from the wildcard and gives nothing for it.
 *
 * @param address the address that was connected to, when that matters
 */
export function routeOf(world: World, serverName: string, address?: string): Route {
  const route = routeByName(world, serverName);
  // At the address that the tenants' apps share, only these answer: the management app has addresses of its own.
  const isShared = address !== undefined && address === world.options.sharedAddress;
  if (route.kind === 'app' && isShared && world.apps.get(route.app)?.addresses.shared === null)
    return { kind: 'abort', because: 'unknown-name' };
  return route;
}

function routeByName(world: World, serverName: string): Route {
  const name = normalizeHostname(serverName);
  const exact = world.holders(name);
  if (exact.length > 0) return routeTo(world, name, exact);
  const wildcard = `*.${name.slice(name.indexOf('.') + 1)}`;
  const holders = world.holders(wildcard);
  if (holders.length > 0) return routeTo(world, name, holders);
  const { appDomain } = world.options;
  if (coversHostname(`*.${appDomain}`, name))
    return {
      kind: 'app',
      app: name.slice(0, -appDomain.length - 1),
      names: [`*.${appDomain}`],
      expiresAt: null,
    };
  return { kind: 'abort', because: 'unknown-name' };
}

function routeTo(world: World, name: string, holders: readonly Holder[]): Route {
  const [holder, second] = holders;
  if (holder === undefined) return { kind: 'abort', because: 'unknown-name' };
  if (second !== undefined) return { kind: 'abort', because: 'claimed-twice' };
  // An app that waits for the exact certificate goes on with its own wildcard.
  const served = [...world.app(holder.app).certificates.values()]
    .filter((certificate) => isIssued(certificate, world.now()) && coversHostname(certificate.hostname, name))
    .sort((one, other) => Number(one.hostname.startsWith('*.')) - Number(other.hostname.startsWith('*.')))[0];
  if (served === undefined) return { kind: 'abort', because: 'not-issued' };
  const names = [normalizeHostname(served.hostname)];
  return { kind: 'app', app: holder.app, names, expiresAt: served.expiresAt };
}
