import type { FastifyInstance } from 'fastify';
import { ASSET_PREFIX } from './assets.ts';
import { takesGzip } from './compress.ts';
import type { Pages } from './page.tsx';

export function assetRoutes(app: FastifyInstance, { assets }: Pages): void {
  app.get<{ Params: { file: string } }>(
    `${ASSET_PREFIX}:file`,
    { config: { access: 'public' } },
    (request, reply) => {
      const asset = assets.file(request.params.file);
      if (asset === undefined) return reply.code(404).type('text/plain').send('no such file\n');
      reply
        .header('cache-control', 'public, max-age=31536000, immutable')
        .header('x-content-type-options', 'nosniff')
        .header('vary', 'accept-encoding')
        .type(asset.type);
      if (!takesGzip(request)) return reply.send(asset.body);
      return reply.header('content-encoding', 'gzip').send(asset.gzipped);
    },
  );
}
