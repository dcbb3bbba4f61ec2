import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider, RawServerDefault } from 'fastify';
import type { z } from 'zod';
import type { TokenScope } from '../../config/index.ts';
import type { Acts } from '../acts.ts';
import type { HttpContext } from '../context.ts';
import { errorAnswer } from '../schemas/common.ts';

/**
 * Schemas give handlers the types of what they are asked. What they answer is the model's own data, held to the schemas by tests: an
 * answer of 40 MB is not to be validated while probes wait for the event loop.
 */
interface SchemaTypes extends FastifyTypeProvider {
  readonly validator: this['schema'] extends z.ZodType ? z.output<this['schema']> : unknown;
  readonly serializer: unknown;
}

export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  SchemaTypes
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
