import { HttpError } from '../errors.ts';
import { answer, time } from '../schemas/common.ts';
import { monitorResult, platformResult } from '../schemas/verify.ts';
import { ERRORS, needs, type ApiParts } from './route.ts';

export function platformRoutes({ api, context }: ApiParts): void {
  api.get(
    '/platform',
    {
      config: needs('read'),
      schema: {
        operationId: 'getPlatform',
        summary: 'What is the same for all tenants, and how the monitor itself is',
        tags: ['platform'],
        response: {
          200: answer({
            at: time('When it was looked at.'),
            platform: platformResult,
            monitor: monitorResult,
          }),
          ...ERRORS,
        },
      },
    },
    (_request, reply) => {
      const shared = context.fleet.shared();
      if (shared === undefined) throw new HttpError('unavailable', 'The platform was not looked at yet.');
      const { platform, monitor } = shared.result;
      return reply.send({ at: shared.at, platform, monitor });
    },
  );
}
