import { unescape as decoded } from 'node:querystring';
import { FlyError, createTransport } from '../fly/index.ts';
import type { NamePlan } from '../model/tenant-names.ts';
import type { Tenant } from '../model/tenant.ts';
import { plainText } from '../model/text.ts';
import type { Clock } from '../model/time.ts';
import { MAX_LIST_BYTES, parseList } from './document.ts';
import { tenantsOfEntries } from './entry.ts';
import type { TenantSource } from './source.ts';

const TIMEOUT_MS = 15_000;
const MAX_ETAG_LENGTH = 512;

export interface HttpSourceOptions {
  /** May hold a user name and a password, which go into the `Authorization` header. */
  readonly url: string;
  readonly plan: NamePlan;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly timeoutMs?: number;
}

function authorizationOf(url: URL): Readonly<Record<string, string>> {
  if (url.username === '' && url.password === '') return {};
  // A password may hold a `%` that encodes nothing.
  const credentials = `${decoded(url.username)}:${decoded(url.password)}`;
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
}

/** A list of entries over HTTP, JSON or YAML. Asked with its ETag; redirects are not followed. */
export function createHttpSource(options: HttpSourceOptions): TenantSource {
  const url = new URL(options.url);
  const headers = { accept: 'application/json, application/yaml;q=0.9', ...authorizationOf(url) };
  // Neither credentials nor the query, which often is one, belong into a name that is logged.
  const name = `http ${url.host}${url.pathname}`;
  const transport = createTransport({
    clock: options.clock,
    userAgent: options.userAgent,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    maxBytes: MAX_LIST_BYTES,
  });
  let latest: { readonly etag: string; readonly tenants: readonly Tenant[] } | null = null;

  async function load(signal: AbortSignal): Promise<readonly Tenant[]> {
    const conditional = latest === null ? {} : { 'if-none-match': latest.etag };
    const answer = await transport.exchange(
      { method: 'GET', url, headers: { ...headers, ...conditional } },
      signal,
    );
    if (answer.status === 304 && latest !== null) return latest.tenants;
    if (answer.status !== 200) throw new Error(`${name}: HTTP ${answer.status}`);
    const type = answer.header('content-type') ?? '';
    const isYaml = /yaml/i.test(type) || (!/json/i.test(type) && /\.ya?ml$/i.test(url.pathname));
    const tenants = tenantsOfEntries(
      parseList(answer.body, isYaml ? 'yaml' : 'json', name),
      options.plan,
      name,
    );
    const etag = answer.header('etag') ?? '';
    latest = /^[\x21-\x7e]+$/.test(etag) && etag.length <= MAX_ETAG_LENGTH ? { etag, tenants } : null;
    return tenants;
  }

  return {
    name,
    load: async (signal) => {
      try {
        return await load(signal);
      } catch (error) {
        if (!(error instanceof FlyError)) throw error;
        throw new Error(`${name}: ${plainText(error.failure.detail)} (${error.failure.code})`, {
          cause: error,
        });
      }
    },
    close: transport.close,
  };
}
