import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { printableJson } from '../../src/reports/json.ts';
import { bearer, testApp, TOKENS, WITH_TOKENS } from './app.ts';

const FILE = new URL('../../docs/openapi.json', import.meta.url);

interface Document {
  readonly openapi: string;
  readonly info: { readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
  readonly tags: readonly { readonly name: string }[];
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security?: readonly unknown[];
}

describe('the OpenAPI document', () => {
  it('in docs is the one that the daemon serves (UPDATE_DOCS=1 writes it)', async (context) => {
    const { app } = await testApp(context, { server: WITH_TOKENS });
    const served = (
      await app.inject({ url: '/api/v1/openapi.json', headers: bearer(TOKENS.read) })
    ).json<Document>();
    // The version belongs to the daemon that serves it.
    const document = { ...served, info: { ...served.info, version: '1' } };
    if (process.env.UPDATE_DOCS === '1') writeFileSync(FILE, printableJson(document));
    assert.equal(document.openapi, '3.1.0');
    assert.deepEqual(JSON.parse(readFileSync(FILE, 'utf8')), document);
  });

  it('has every route that is no page, and no other one', async (context) => {
    const { app, routes } = await testApp(context);
    const { paths } = app.swagger() as unknown as Document;
    const described = Object.entries(paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const registered = routes
      .filter(({ method, url }) => method !== 'HEAD' && isForPrograms(url))
      .map(({ method, url }) => `${method} ${url.replace(/:(\w+)/g, '{$1}')}`);
    assert.deepEqual(described.sort(), registered.sort());
  });

  it('says of each route what it is, and which scope it needs', async (context) => {
    const { app, routes } = await testApp(context);
    const { paths, tags } = app.swagger() as unknown as Document;
    const ids = new Set<string>();
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const name = `${method} ${path}`;
        const url = path.replace(/\{(\w+)\}/g, ':$1');
        const access = routes.find((one) => one.url === url && one.method === method.toUpperCase())?.access;
        if (access === 'public') assert.deepEqual(operation.security, [], name);
        else assert.equal(operation.description, `Needs the scope \`${String(access)}\`.`, name);
        assert.ok(operation.summary.length > 5, name);
        assert.ok(!ids.has(operation.operationId), `${name}: ${operation.operationId} is taken`);
        ids.add(operation.operationId);
        for (const tag of operation.tags)
          assert.ok(
            tags.some((one) => one.name === tag),
            `${name}: tag ${tag}`,
          );
      }
    }
  });

  it('refers to nothing that is not in it, and holds nothing that nobody refers to', async (context) => {
    const { app } = await testApp(context);
    const document = app.swagger() as unknown as Document;
    const text = JSON.stringify(document);
    const referred = new Set(
      [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name),
    );
    assert.deepEqual([...referred].sort(), Object.keys(document.components.schemas).sort());
  });
});

function isForPrograms(url: string): boolean {
  return url.startsWith('/api/') || ['/livez', '/readyz', '/metrics', '/probe', '/sd'].includes(url);
}
