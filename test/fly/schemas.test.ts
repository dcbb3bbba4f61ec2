import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { buildSchema, parse, validate, visit } from 'graphql';
import type { z } from 'zod';
import * as answers from '../../src/fly/answers.ts';
import * as documents from '../../src/fly/documents.ts';
import { PATHS } from '../../src/fly/paths.ts';

const folder = process.env.FLY_SCHEMAS;
const skip = folder === undefined ? 'FLY_SCHEMAS does not name the folder of schemas' : false;

const DOCUMENTS: Readonly<Record<string, string>> = {
  ORGANIZATION: documents.ORGANIZATION,
  ORGANIZATIONS: documents.ORGANIZATIONS,
  INVENTORY: documents.INVENTORY,
  APP_CERTIFICATES: documents.APP_CERTIFICATES,
  APP_MACHINES: documents.APP_MACHINES,
  APP_ADDRESSES: documents.APP_ADDRESSES,
  APP_NAMES: documents.APP_NAMES,
  RELEASES: documents.RELEASES,
  'machineConfigs(1)': documents.machineConfigs(1),
  'machineConfigs(50)': documents.machineConfigs(50),
};

function textOf(name: string): string {
  return readFileSync(join(folder ?? '', name), 'utf8');
}

describe('the GraphQL documents', () => {
  it('are all in the table of this test', () => {
    const named = Object.keys(DOCUMENTS).map((name) => name.replace(/\(.*/, ''));
    assert.deepEqual([...new Set(named)].sort(), Object.keys(documents).sort());
  });

  for (const [name, text] of Object.entries(DOCUMENTS)) {
    it(`${name} reads only, and never selects "check"`, () => {
      const document = parse(text);
      visit(document, {
        OperationDefinition: (node) => {
          assert.equal(node.operation, 'query');
        },
        Field: (node) => {
          assert.notEqual(node.name.value, 'check');
        },
      });
    });

    it(`${name} is valid in Fly's schema`, { skip }, () => {
      const schema = buildSchema(textOf('graphql-schema.graphql'), { assumeValidSDL: true });
      assert.deepEqual(validate(schema, parse(text)), []);
    });
  }
});

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, OpenApiSchema>> };
}
interface OpenApiSchema {
  readonly properties?: Readonly<Record<string, unknown>>;
}

/** Method and path of each call, and the schema of what it answers. */
const CALLS: readonly (readonly [keyof typeof PATHS, string])[] = [
  ['certificates', 'get'],
  ['certificate', 'get'],
  ['certificate', 'delete'],
  ['addCertificate', 'post'],
  ['checkCertificate', 'post'],
  ['machines', 'get'],
  ['addresses', 'get'],
  ['apps', 'get'],
  ['orgMachines', 'get'],
  ['token', 'get'],
];

const QUERIES: readonly (readonly [keyof typeof PATHS, readonly string[]])[] = [
  ['certificates', ['limit', 'cursor']],
  ['apps', ['org_slug']],
  ['orgMachines', ['summary', 'limit', 'cursor']],
];

const TYPES: readonly (readonly [string, z.ZodObject])[] = [
  ['listCertificatesResponse', answers.certificateList],
  ['CertificateSummary', answers.certificateSummary],
  ['CertificateDetail', answers.certificateDetail],
  ['CertificateCheckResponse', answers.certificateDetail],
  ['CertificateEntry', answers.certificateEntry],
  ['IssuedCertificate', answers.issuedCertificate],
  ['CertificateValidationError', answers.validationError],
  ['Machine', answers.machine],
  ['MachineEvent', answers.machineEvent],
  ['fly.MachineConfig', answers.machineConfig],
  ['fly.MachineService', answers.machineService],
  ['OrgMachinesResponse', answers.orgMachineList],
  ['OrgMachine', answers.orgMachine],
  ['listIPAssignmentsResponse', answers.ipAssignmentList],
  ['IPAssignment', answers.ipAssignment],
  ['ListAppsResponse', answers.appList],
  ['App', answers.app],
  ['CurrentTokenResponse', answers.currentToken],
  ['main.tokenInfo', answers.tokenInfo],
];

describe("the REST calls in Fly's OpenAPI document", { skip }, () => {
  const document = (): OpenApi => JSON.parse(textOf('machines-openapi.json')) as OpenApi;
  const operation = (name: keyof typeof PATHS, method: string): unknown =>
    document().paths[PATHS[name].replace(/^\/v1/, '')]?.[method];

  it('has every path with a method in its table', () => {
    assert.deepEqual([...new Set(CALLS.map(([name]) => name))].sort(), Object.keys(PATHS).sort());
  });

  for (const [name, method] of CALLS) {
    it(`knows ${method.toUpperCase()} ${PATHS[name]}`, () => {
      assert.ok(operation(name, method) !== undefined);
    });
  }

  for (const [name, parameters] of QUERIES) {
    it(`knows the parameters ${parameters.join(', ')} of ${PATHS[name]}`, () => {
      const { parameters: known } = operation(name, 'get') as {
        readonly parameters: readonly { readonly name: string }[];
      };
      const names = known.map((parameter) => parameter.name);
      assert.deepEqual(
        parameters.filter((parameter) => !names.includes(parameter)),
        [],
      );
    });
  }

  for (const [name, schema] of TYPES) {
    it(`${name} has every field that is read`, () => {
      const known = Object.keys(document().components.schemas[name]?.properties ?? {});
      assert.deepEqual(
        Object.keys(schema.shape).filter((field) => !known.includes(field)),
        [],
      );
    });
  }
});
