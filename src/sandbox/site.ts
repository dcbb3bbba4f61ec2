import { normalizeHostname } from '../model/hostname.ts';
import { faultNumber } from './faults.ts';
import type { Faults } from './faults.ts';
import { routeOf } from './routing.ts';
import type { World } from './world.ts';

/** What the visitor of a site gets. */
export type SiteAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly type: string; readonly body: string }
  | { readonly kind: 'silent' | 'reset' | 'eof' | 'drip' | 'endless' };

export interface SiteRequest {
  readonly host: string;
  readonly path: string;
  readonly method: string;
}

/** Path of the management app's own health route. */
export const HEALTH_PATH = '/healthz';

/** Follows a request from the edge to the app that answers it, in the way the edge and the proxy do. */
export function answerRequest(world: World, faults: Faults, request: SiteRequest): SiteAnswer {
  const host = normalizeHostname(request.host.replace(/:\d+$/, ''));
  const route = routeOf(world, host);
  if (route.kind === 'abort') return plain(421, 'misdirected request');
  return route.app === world.options.managementApp
    ? answerByProxy(world, faults, { ...request, host })
    : answerByApp(world, faults, route.app, { ...request, host });
}

function answerByProxy(world: World, faults: Faults, request: SiteRequest): SiteAnswer {
  const { domain, managementApp, appDomain, otherHosts } = world.options;
  const { host, path } = request;
  const unreachable = edgeError(world.request(managementApp));
  if (unreachable !== undefined) return unreachable;

  const isOwn = [
    domain,
    `${managementApp}.${appDomain}`,
    ...otherHosts.map((label) => `${label}.${domain}`),
  ].includes(host);
  if (isOwn) {
    if (path === HEALTH_PATH && faults.strikes('management-unhealthy', host))
      return json(503, { status: 'unhealthy' });
    return path === HEALTH_PATH ? json(200, { status: 'ok' }) : page(200, 'SystemPrompt Cloud');
  }

  const error = faults.strikes('proxy-error', host);
  if (error) return json(faultNumber(error, 502), { error: 'upstream error' });
  if (faults.strikes('proxy-silent', host)) return { kind: 'silent' };
  if (faults.strikes('proxy-reset', host)) return { kind: 'reset' };

  const subdomain = host.split('.')[0] ?? '';
  const app = faults.strikes('proxy-forgets', host) ? undefined : world.appOfHost(host);
  if (app === undefined) {
    world.logs.write(managementApp, `No tenant for request subdomain=${subdomain}`, 'warn');
    return faults.strikes('proxy-catch-all', host)
      ? unknownPage(subdomain)
      : json(502, { error: 'no such tenant', subdomain });
  }
  const target = faults.strikes('proxy-wrong-app', host) ? `${app}-old` : app;
  world.logs.write(managementApp, `Replaying request to tenant app subdomain=${subdomain} fly_app=${target}`);
  return answerByApp(world, faults, target, request);
}

function answerByApp(world: World, faults: Faults, app: string, request: SiteRequest): SiteAnswer {
  const { host, path, method } = request;
  const unreachable = edgeError(world.request(app));
  if (unreachable !== undefined) return unreachable;
  world.logs.write(app, `Request received path=${path} method=${method}`);

  const strikes = (fault: Parameters<Faults['strikes']>[0]) =>
    faults.strikes(fault, host) ?? faults.strikes(fault, app);
  const status = strikes('site-status');
  if (status) return page(faultNumber(status, 500), `Status ${faultNumber(status, 500)} of ${app}`);
  if (strikes('site-silent')) return { kind: 'silent' };
  if (strikes('site-reset')) return { kind: 'reset' };
  if (strikes('site-eof')) return { kind: 'eof' };
  if (strikes('site-drip')) return { kind: 'drip' };
  if (strikes('site-endless')) return { kind: 'endless' };
  if (strikes('site-like-control')) return unknownPage(host.split('.')[0] ?? '');
  return page(200, `Site of ${app}`);
}

/** The edge's own words when nothing answers behind it. */
function edgeError(reached: ReturnType<World['request']>): SiteAnswer | undefined {
  switch (reached) {
    case 'running':
    case 'woken':
      return undefined;
    case 'crashing': // PC01: the instance refused the connection
    case 'missing': // PA04: replay to an app that does not exist
      return plain(502, '');
    case 'asleep': // PR01: no candidate
    case 'wont-start':
      return plain(503, '');
  }
}

function unknownPage(subdomain: string): SiteAnswer {
  return page(200, `Nothing here yet for ${subdomain}`);
}

function page(status: number, title: string): SiteAnswer {
  const body = `<!doctype html>\n<html lang="en"><title>${title}</title><h1>${title}</h1></html>\n`;
  return { kind: 'answer', status, type: 'text/html; charset=utf-8', body };
}

function json(status: number, body: Readonly<Record<string, string>>): SiteAnswer {
  return { kind: 'answer', status, type: 'application/json', body: JSON.stringify(body) };
}

function plain(status: number, body: string): SiteAnswer {
  return { kind: 'answer', status, type: 'text/plain; charset=utf-8', body };
}
