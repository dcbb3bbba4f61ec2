import type { z } from 'zod';
import { graphqlEnvelope } from './answers.ts';
import type { Caller } from './caller.ts';
import { flyError, graphqlCode } from './error.ts';
import { urlOf } from './paths.ts';
import { readJson, readValue } from './read.ts';

interface GraphqlQuery<Schema extends z.ZodType> {
  readonly document: string;
  readonly variables: Readonly<Record<string, string | number | boolean | null>>;
  /** Shape of `data`. */
  readonly schema: Schema;
  readonly what: string;
  readonly aboutApp: boolean;
  /** Errors that leave the rest of the answer good, by their path; none unless said. */
  readonly tolerates?: (path: readonly (string | number)[]) => boolean;
}

export type Graphql = <Schema extends z.ZodType>(
  query: GraphqlQuery<Schema>,
  signal: AbortSignal,
) => Promise<z.output<Schema>>;

/** Errors come with HTTP 200 in `errors`; an answer with an error that is not tolerated is a failed call, data or not. */
export function createGraphql(caller: Caller, apiBaseUrl: string): Graphql {
  return async (query, signal) => {
    const { document, variables, schema, what, aboutApp } = query;
    return caller.call(
      {
        api: 'graphql',
        method: 'POST',
        url: urlOf(apiBaseUrl, '/graphql'),
        body: JSON.stringify({ query: document, variables }),
        what,
        limit: null,
        // Every document here is a query.
        repeatable: true,
        aboutApp,
        read: (answer) => {
          const { data, errors } = readJson(answer.body, graphqlEnvelope);
          for (const error of errors ?? []) {
            const path = error.path ?? [];
            const code = graphqlCode(error.extensions?.code);
            // A missing app answers with a null beside the others; a bad token or a limit concerns all.
            const isLocal = code === 'server-error' || code === 'not-found' || code === 'forbidden';
            if (isLocal && path.length > 0 && query.tolerates?.(path) === true) continue;
            throw flyError(code, `GraphQL: ${error.message ?? 'an error without a message'}`);
          }
          return readValue(data, schema);
        },
      },
      signal,
    );
  };
}
