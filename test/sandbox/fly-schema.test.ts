import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { buildSchema, isEnumType, isInterfaceType, isObjectType } from 'graphql';
import { FLY_SCHEMA } from '../../src/sandbox/fly-schema.ts';

const folder = process.env.FLY_SCHEMAS;
const skip = folder === undefined ? 'FLY_SCHEMAS names no folder with Fly’s schemas' : false;

describe('the sandbox’s GraphQL schema against Fly’s', () => {
  it('every type, field, argument and enum value exists there, with the same type', { skip }, async () => {
    const theirs = buildSchema(await readFile(join(folder ?? '', 'graphql-schema.graphql'), 'utf8'));
    const ours = buildSchema(FLY_SCHEMA);
    const missing: string[] = [];
    let compared = 0;
    const same = (where: string, one: unknown, other: unknown): void => {
      compared += 1;
      if (String(one) !== String(other)) missing.push(`${where}: ${String(one)}, Fly: ${String(other)}`);
    };
    for (const type of Object.values(ours.getTypeMap())) {
      if (type.name.startsWith('__')) continue;
      const original = theirs.getType(type.name);
      same(type.name, type, original);
      if (isEnumType(type) && isEnumType(original))
        for (const { name } of type.getValues())
          same(`${type.name}.${name}`, name, original.getValue(name)?.name);
      if (!isObjectType(type) && !isInterfaceType(type)) continue;
      if (!isObjectType(original) && !isInterfaceType(original)) continue;
      for (const field of Object.values(type.getFields())) {
        const counterpart = original.getFields()[field.name];
        same(`${type.name}.${field.name}`, field.type, counterpart?.type);
        for (const argument of field.args) {
          const known = counterpart?.args.find(({ name }) => name === argument.name);
          same(`${type.name}.${field.name}(${argument.name})`, argument.type, known?.type);
        }
      }
    }
    assert.deepEqual(missing, []);
    assert.ok(compared > 150);
  });

  it('the roots have Fly’s unusual names', () => {
    const schema = buildSchema(FLY_SCHEMA);
    assert.equal(schema.getQueryType()?.name, 'Queries');
    assert.equal(schema.getMutationType()?.name, 'Mutations');
  });
});
