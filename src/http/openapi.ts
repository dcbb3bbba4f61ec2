import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import {
  createJsonSchemaTransform,
  createJsonSchemaTransformObject,
  validatorCompiler,
} from 'fastify-type-provider-zod';
import { namedSchemas } from './schemas/common.ts';

const DESCRIPTION = `What a tenantwatch daemon knows and does, for programs.

Every route but the health checks needs a bearer token of \`server.tokens\` with the scope that it names; without configured tokens the
daemon serves its own machine only. Times are milliseconds since the epoch unless a text says otherwise. Lists are paged with \`cursor\` and
\`next\`. Answers may get new keys in any version. Errors are \`{"error": {"code", "message"}}\`; codes are stable.`;

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
    transform: createJsonSchemaTransform({ schemaRegistry: namedSchemas }),
    transformObject: createJsonSchemaTransformObject({ schemaRegistry: namedSchemas }),
  });
}
