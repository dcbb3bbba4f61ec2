import type { FastifyInstance } from 'fastify';
import { createActs } from '../acts.ts';
import type { Auth } from '../auth.ts';
import type { HttpContext } from '../context.ts';
import { loadAssets } from './assets.ts';
import { assetRoutes } from './asset-routes.ts';
import { claimsRoutes } from './claims/routes.tsx';
import { errorPage } from './error-page.tsx';
import { eventRoutes } from './events.ts';
import { fleetRoutes } from './fleet/routes.tsx';
import { readForms } from './forms.ts';
import { incidentRoutes } from './incidents/routes.tsx';
import { runbookRoutes } from './runbooks/routes.tsx';
import { settingsRoutes } from './settings/routes.tsx';
import { signInRoutes } from './sign-in/routes.tsx';
import { silenceRoutes } from './silences/routes.tsx';
import { tenantRoutes } from './tenant/routes.tsx';

/** The pages for people: rendered here, working without a script in the browser, and live with it. */
export function pages(app: FastifyInstance, context: HttpContext, auth: Auth): void {
  const given = { context, auth, acts: createActs(context), assets: loadAssets() };
  // A scope of their own: forms are read here, and what goes wrong is said on a page, not in JSON.
  app.register((scope, _options, done) => {
    readForms(scope);
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
}
