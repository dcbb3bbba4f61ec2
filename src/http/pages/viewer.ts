import type { FastifyRequest } from 'fastify';
import type { Auth } from '../auth.ts';

/** Who looks at a page, and what the page may offer them. */
export interface Viewer {
  /** Null for somebody who reads in public, and where no sign-in exists. */
  readonly name: string | null;
  /** Is there a session that can be ended, or one that could be begun? */
  readonly session: 'signed-in' | 'signed-out' | 'not-needed';
  /** Pages, the public ones included: without it there is nothing but the sign-in. */
  readonly maySee: boolean;
  /** With a token of the scope: also what is not for the public. */
  readonly mayRead: boolean;
  readonly mayVerify: boolean;
  readonly mayOperate: boolean;
  /** For the hidden field of every form. */
  readonly csrf: string;
}

export function viewerOf(request: FastifyRequest, auth: Auth): Viewer {
  const principal = request.principal ?? auth.authenticate(request);
  const known = principal !== undefined && principal.via !== 'public';
  const may = (scope: 'read' | 'verify' | 'operate'): boolean => known && principal.scopes.has(scope);
  return {
    name: known && principal.via !== 'local' ? principal.name : null,
    session: !auth.hasTokens ? 'not-needed' : known ? 'signed-in' : 'signed-out',
    maySee: principal?.scopes.has('read') === true,
    mayRead: may('read'),
    mayVerify: may('verify'),
    mayOperate: may('operate'),
    csrf: auth.csrfToken(request),
  };
}

/** The name that acts are recorded under. */
export function actorOf(request: FastifyRequest): string {
  return request.principal?.name ?? 'unknown';
}
