import type { FastifyInstance } from 'fastify';
import { ASSET_PREFIX } from './assets.ts';
import type { Pages } from './page.tsx';

export function assetRoutes(app: FastifyInstance, { assets }: Pages): void {
  app.get<{ Params: { file: string } }>(
    `${ASSET_PREFIX}:file`,
    { config: { access: 'public' } },
    (request, reply) => {
      const asset = assets.file(request.params.file);
      if (asset === undefined) return reply.code(404).type('text/plain').send('no such file\n');
      return reply
        .header('cache-control', 'public, max-age=31536000, immutable')
        .header('x-content-type-options', 'nosniff')
        .type(asset.type)
        .send(asset.body);
    },
  );
}
