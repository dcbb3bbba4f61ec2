import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { request } from 'undici';
import { loadConfig } from '../../src/config/index.ts';
import type { StartedDaemon } from '../../src/cli/context.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/index.ts';
import { startDaemon } from '../../src/wiring/daemon.ts';
import { recordingLogger } from '../store/fixtures.ts';
import { realClock } from '../support/clock.ts';
import { workplaceFor, type Workplace } from '../support/program.ts';

/** A daemon in this process that watches a sandbox. */
export interface WatchedSandbox {
  readonly sandbox: Sandbox;
  readonly daemon: StartedDaemon;
  readonly place: Workplace;
  readonly call: (method: 'GET' | 'POST' | 'DELETE', path: string, options?: CallOptions) => Promise<Answer>;
  readonly stop: () => Promise<void>;
}

export interface CallOptions {
  readonly token?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly raw?: string;
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly json: () => unknown;
}

type Settings = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export async function watchSandbox(
  changes: (sandbox: Sandbox) => Settings = () => ({}),
  prepare: (sandbox: Sandbox) => void = () => undefined,
): Promise<WatchedSandbox> {
  const sandbox = await startSandbox({ tenants: 3 });
  prepare(sandbox);
  const place = workplaceFor(sandbox, changes(sandbox));
  const env = place.env as Readonly<Record<string, string | undefined>>;
  const { config } = loadConfig({ path: place.file, env, cwd: place.folder, secrets: 'all' });
  const daemon = await startDaemon(config, {
    env,
    version: '1.2.3',
    clock: realClock,
    random: Math.random,
    logger: recordingLogger(),
  });
  return {
    sandbox,
    daemon,
    place,
    call: async (method, path, { token, body, headers, raw } = {}) => {
      const answer = await request(`${daemon.url}${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: raw ?? (body === undefined ? null : JSON.stringify(body)),
      });
      const text = await answer.body.text();
      return {
        status: answer.statusCode,
        type: String(answer.headers['content-type']),
        text,
        json: () => JSON.parse(text) as unknown,
      };
    },
    stop: async () => {
      await daemon.stop();
      await sandbox.close();
      place.remove();
    },
  };
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: Responses }>>>>;
}
type Responses = Readonly<
  Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
>;

const document = JSON.parse(
  readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'),
) as OpenApi;
const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true, uuid: true } });
ajv.addSchema(document, 'openapi.json');

/** What the document has against an answer; nothing when it is as described. */
export function complaints(method: string, path: string, { status, text }: Answer): readonly string[] {
  const responses = document.paths[path]?.[method.toLowerCase()]?.responses ?? {};
  const key = [String(status), `${String(status).slice(0, 1)}XX`].find((one) => responses[one] !== undefined);
  if (key === undefined) return [`${method} ${path} is not described with ${String(status)}`];
  const pointer = (part: string): string =>
    encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
  const reference = [
    'paths',
    path,
    method.toLowerCase(),
    'responses',
    key,
    'content',
    'application/json',
    'schema',
  ];
  const validate = ajv.compile({ $ref: `openapi.json#/${reference.map(pointer).join('/')}` });
  validate(JSON.parse(text));
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${String(message)}`);
}
