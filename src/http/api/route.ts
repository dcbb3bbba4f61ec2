import type { FastifyInstance, RawServerDefault } from 'fastify';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { FastifyBaseLogger } from 'fastify';
import type { HttpContext } from '../context.ts';
import type { TokenScope } from '../../config/index.ts';
import type { Acts } from '../acts.ts';
import { errorAnswer } from '../schemas/common.ts';

/** The application with schemas that give handlers their types. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export interface ApiParts {
  readonly api: Api;
  readonly context: HttpContext;
  readonly acts: Acts;
}

/** What every route of the API has in common. */
export function needs(access: TokenScope) {
  return { access };
}

/** Answers that any route may give beside its own. */
export const ERRORS = { '4xx': errorAnswer, '5xx': errorAnswer } as const;
