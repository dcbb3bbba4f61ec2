import { buildSchema, execute, GraphQLError, parse, validate } from 'graphql';
import type { DocumentNode } from 'graphql';
import { isClaimableHostname, normalizeHostname } from '../model/hostname.ts';
import type { SandboxApp } from './app.ts';
import type { ActiveFault, FaultName } from './faults.ts';
import { FLY_SCHEMA } from './fly-schema.ts';
import type { Access } from './fly-tokens.ts';
import { coded, createViews, LAST_PAGE } from './fly-views.ts';
import type { Paging } from './fly-views.ts';
import type { World } from './world.ts';

export interface GraphqlRequest {
  readonly body: unknown;
  readonly access: Access;
  readonly strikes: (fault: FaultName) => ActiveFault | undefined;
}

export interface GraphqlAnswer {
  readonly body: unknown;
  /** Names of the fields at the root, for the log of requests. */
  readonly fields: readonly string[];
}

const SCHEMA = buildSchema(FLY_SCHEMA);

/** Executes one document. Errors come as Fly sends them: with HTTP 200 and a code in `extensions`. */
export async function answerGraphql(world: World, request: GraphqlRequest): Promise<GraphqlAnswer> {
  const { query, variables, operationName } = bodyOf(request.body);
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch (error) {
    return failed(error instanceof GraphQLError ? [error] : [new GraphQLError('unreadable query')], []);
  }
  const fields = rootFields(document);
  if (request.access === 'none' || request.access === 'rejected')
    return failed([coded('You must be authenticated to view this.', 'UNAUTHORIZED')], fields);
  const invalid = validate(SCHEMA, document);
  if (invalid.length > 0) return failed(invalid, fields);
  const result = await execute({
    schema: SCHEMA,
    document,
    rootValue: root(world, request),
    variableValues: variables,
    ...(operationName === undefined ? {} : { operationName }),
  });
  return { body: result, fields };
}

function root(world: World, { access, strikes }: GraphqlRequest): object {
  const views = createViews(world, strikes);
  const writable = (): void => {
    if (access !== 'write') throw coded('Not authorized to do this.', 'FORBIDDEN');
  };
  const appNamed = (name: string): SandboxApp => {
    const app = world.apps.get(name) ?? [...world.apps.values()].find(({ id }) => id === name);
    if (app === undefined) throw coded(`Could not find App "${name}"`, 'NOT_FOUND');
    return app;
  };
  return {
    app: ({ name }: { name?: string | null }) => views.app(appNamed(name ?? '')),
    apps: ({ organizationId, ...paging }: Paging & { organizationId?: string | null }) => {
      if (organizationId != null && organizationId !== views.organizationId)
        throw coded('Could not find Organization', 'NOT_FOUND');
      return views.apps(paging);
    },
    organization: ({ slug }: { slug?: string | null }) => {
      if (slug !== world.options.organization) throw coded('Could not find Organization', 'NOT_FOUND');
      return views.organization();
    },
    organizations: () => ({ nodes: [views.organization()], pageInfo: LAST_PAGE, totalCount: 1 }),
    viewer: () => ({ __typename: 'User', id: 'user', email: 'operator@example.com', name: 'Operator' }),
    addCertificate: ({ appId, hostname }: { appId: string; hostname: string }) => {
      writable();
      const app = appNamed(appId);
      if (!isClaimableHostname(normalizeHostname(hostname)))
        throw coded('Hostname is invalid', 'UNPROCESSABLE');
      if (app.certificates.has(normalizeHostname(hostname)))
        throw coded('Hostname already exists on app', 'UNPROCESSABLE');
      const certificate = world.addCertificate(app.name, hostname);
      return { app: views.app(app), certificate: views.certificate(app, certificate), errors: [] };
    },
    deleteCertificate: ({ appId, hostname }: { appId: string; hostname: string }) => {
      writable();
      const app = appNamed(appId);
      const certificate = app.certificates.get(normalizeHostname(hostname));
      if (certificate === undefined) throw coded('Could not find Certificate', 'NOT_FOUND');
      world.removeCertificate(app.name, hostname);
      return { app: views.app(app), certificate: views.certificate(app, certificate), errors: [] };
    },
  };
}

function bodyOf(body: unknown): {
  query: string;
  variables: Record<string, unknown>;
  operationName?: string;
} {
  const given = typeof body === 'object' && body !== null ? (body as Readonly<Record<string, unknown>>) : {};
  const { query, variables, operationName } = given;
  return {
    query: typeof query === 'string' ? query : '',
    variables: typeof variables === 'object' && variables !== null ? { ...variables } : {},
    ...(typeof operationName === 'string' ? { operationName } : {}),
  };
}

function rootFields(document: DocumentNode): readonly string[] {
  return document.definitions.flatMap((definition) =>
    definition.kind === 'OperationDefinition'
      ? definition.selectionSet.selections.flatMap((field) =>
          field.kind === 'Field' ? [field.name.value] : [],
        )
      : [],
  );
}

function failed(errors: readonly GraphQLError[], fields: readonly string[]): GraphqlAnswer {
  return { body: { data: null, errors }, fields };
}
