import swagger, { type SwaggerTransform, type SwaggerTransformObject } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject, validatorCompiler } from 'fastify-type-provider-zod';

const DESCRIPTION = `What a tenantwatch daemon knows and does, for programs.

Every route but the health checks needs a bearer token of \`server.tokens\` with the scope that it names; without configured tokens the daemon serves its own machine only.

Times are milliseconds since the epoch unless a text says otherwise. Lists are paged with \`cursor\` and \`next\`. Answers may get new keys in any version.

Errors are \`{"error": {"code", "message"}}\`; codes are stable, messages are for people.`;

const TAGS = [
  ['tenants', 'Tenants and how they are'],
  ['verifications', 'Verify now: the gate over HTTP'],
  ['history', 'Runs, changes, deploys'],
  ['incidents', 'Trouble and what people do about it'],
  ['silences', 'Mute telling'],
  ['claims', 'Certificates over the whole organization'],
  ['guard', 'Before a certificate is added'],
  ['platform', 'Platform and monitor'],
  ['monitoring', 'Health, metrics, service discovery'],
  ['meta', 'About the API'],
] as const;

/** Schemas validate what is asked, and become the OpenAPI 3.1 document. Must be registered before the routes. */
export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  app.setValidatorCompiler(validatorCompiler);
  // Answers are the model's own data: serialized, not validated again.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  await app.register(swagger, {
    // The pages are for people, and Slack's endpoint for Slack.
    hideUntagged: true,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'tenantwatch',
        version,
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
      tags: TAGS.map(([name, description]) => ({ name, description })),
    },
    transform: withScope,
    transformObject: finished,
  });
}

interface Operation {
  readonly responses?: Readonly<Record<string, { description: string }>>;
}

/** The scope comes from where it is enforced, so that the document cannot say another one. */
const withScope: SwaggerTransform = (route) => {
  const described = jsonSchemaTransform(route);
  const access = route.route.config?.access;
  const schema = described.schema as Record<string, unknown> | undefined;
  if (schema === undefined) return described;
  if (access === 'public') schema.security = [];
  else if (access !== undefined) schema.description = `Needs the scope \`${access}\`.`;
  return described;
};

/** What answers mean whose schema does not say it. */
const MEANINGS: Readonly<Record<string, string>> = {
  '200': 'As asked.',
  '201': 'It was made.',
  '4XX': 'It was not done; the code says why.',
  '5XX': 'It cannot be done at present.',
};

/** The library describes each named schema twice, as asked and as answered; only what is referred to stays. */
const finished: SwaggerTransformObject = (given) => {
  const document = jsonSchemaTransformObject(given);
  const paths: Readonly<Record<string, object | undefined>> = document.paths ?? {};
  for (const operations of Object.values(paths)) {
    for (const { responses } of Object.values(operations ?? {}) as Operation[]) {
      for (const [status, response] of Object.entries(responses ?? {})) {
        const meaning = MEANINGS[status];
        if (response.description === 'Default Response' && meaning !== undefined)
          response.description = meaning;
      }
    }
  }
  const components: { readonly schemas?: Record<string, unknown> } | undefined =
    'components' in document ? document.components : undefined;
  const schemas = components?.schemas ?? {};
  const used = referencesIn(JSON.stringify({ ...document, components: {} }));
  for (const name of used)
    for (const inner of referencesIn(JSON.stringify(schemas[name] ?? {}))) used.add(inner);
  for (const name of Object.keys(schemas)) {
    if (!used.has(name)) Reflect.deleteProperty(schemas, name);
  }
  return document;
};

function referencesIn(text: string): Set<string> {
  return new Set([...text.matchAll(/"#\/components\/schemas\/([^"/]+)"/g)].map(([, name = '']) => name));
}
