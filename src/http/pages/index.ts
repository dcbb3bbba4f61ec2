import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createActs } from '../acts.ts';
import type { Auth } from '../auth.ts';
import type { HttpContext } from '../context.ts';
import { loadAssets } from './assets.ts';
import { assetRoutes } from './asset-routes.ts';
import { claimsRoutes } from './claims/routes.tsx';
import { compressPages } from './compress.ts';
import { errorPage } from './error-page.tsx';
import { eventRoutes } from './events.ts';
import { fleetRoutes } from './fleet/routes.tsx';
import { readForms } from './forms.ts';
import { incidentRoutes } from './incidents/routes.tsx';
import { notFound } from './not-found.tsx';
import { runbookRoutes } from './runbooks/routes.tsx';
import { settingsRoutes } from './settings/routes.tsx';
import { signInRoutes } from './sign-in/routes.tsx';
import { silenceRoutes } from './silences/routes.tsx';
import { tenantRoutes } from './tenant/routes.tsx';
import { warmUp } from './warm-up.tsx';

/**
 * The pages for people: rendered here, working without a script in the browser, and live with it. Returns what answers a
 * browser that asks for an address which does not exist.
 */
export function pages(app: FastifyInstance, context: HttpContext, auth: Auth): NothingThere {
  const given = { context, auth, acts: createActs(context), assets: loadAssets() };
  warmUp(app, given);
  // A scope of their own: forms are read here, and what goes wrong is said on a page, not in JSON.
  app.register((scope, _options, done) => {
    readForms(scope);
    compressPages(scope);
    scope.setErrorHandler(errorPage(given));
    assetRoutes(scope, given);
    eventRoutes(scope, given);
    signInRoutes(scope, given);
    fleetRoutes(scope, given);
    tenantRoutes(scope, given);
    incidentRoutes(scope, given);
    claimsRoutes(scope, given);
    silenceRoutes(scope, given);
    runbookRoutes(scope, given);
    settingsRoutes(scope, given);
    done();
  });
  return (request, reply) => notFound(given, request, reply, 'There is nothing at this address.');
}

type NothingThere = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;
