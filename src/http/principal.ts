import type { TokenScope } from '../config/index.ts';

/** Who asks. */
export interface Principal {
  /** For logs and audit: the token's name, `local`, or `public`. */
  readonly name: string;
  readonly scopes: ReadonlySet<TokenScope>;
  /** `session`: a browser's cookie; `local`: a loopback peer while no tokens exist; `public`: nobody in particular, pages only. */
  readonly via: 'token' | 'session' | 'local' | 'public';
}

/**
 * Who may call a route. Every route names one; `public` needs no token, `signed` brings its own proof in the body, `page` is a
 * page to read: scope `read`, or anybody with `server.publicRead`.
 */
export type Access = 'public' | 'signed' | 'page' | TokenScope;

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    /** Null on public and signed routes. */
    principal: Principal | null;
  }
}
