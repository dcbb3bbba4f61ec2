import type { FastifyInstance } from 'fastify';
import type { Acts } from '../acts.ts';
import type { HttpContext } from '../context.ts';
import { claimRoutes } from './claims.ts';
import { guardRoute } from './guard.ts';
import { historyRoutes } from './history.ts';
import { incidentRoutes } from './incidents.ts';
import { platformRoutes } from './platform.ts';
import type { Api } from './route.ts';
import { silenceRoutes } from './silences.ts';
import { tenantRoutes } from './tenants.ts';
import { tenantSourceRoutes } from './tenant-sources.ts';
import { verificationRoutes } from './verifications.ts';

/** The API for programs, below `/api/v1`. A new area is one file and one line. */
export async function apiRoutes(app: FastifyInstance, context: HttpContext, acts: Acts): Promise<void> {
  await app.register(
    (scope, _options, done) => {
      const api = scope.withTypeProvider() as unknown as Api;
      const parts = { api, context, acts };
      tenantRoutes(parts);
      tenantSourceRoutes(parts);
      historyRoutes(parts);
      platformRoutes(parts);
      incidentRoutes(parts);
      silenceRoutes(parts);
      claimRoutes(parts);
      guardRoute(parts);
      verificationRoutes(parts);
      api.get(
        '/openapi.json',
        {
          config: { access: 'read' },
          schema: { operationId: 'getOpenapi', summary: 'This document', tags: ['meta'] },
        },
        () => app.swagger(),
      );
      done();
    },
    { prefix: '/api/v1' },
  );
}
