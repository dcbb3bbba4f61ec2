import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { faultNumber } from './faults.ts';
import type { FaultName, Faults } from './faults.ts';
import { answerGraphql } from './fly-graphql.ts';
import { answerLogs, answerPrometheus } from './fly-observability.ts';
import { createRateLimits } from './fly-rate-limits.ts';
import { answerRest } from './fly-rest.ts';
import type { ApiAnswer } from './fly-rest.ts';
import { accessOf } from './fly-tokens.ts';
import type { Access, Tokens } from './fly-tokens.ts';
import { readBody } from './http-body.ts';
import { ulid } from './ids.ts';
import { closeServer, listen, trackSockets } from './listen.ts';
import { createRequestLog } from './request-log.ts';
import type { ApiRequest } from './request-log.ts';
import type { World } from './world.ts';

export interface FlyApi {
  readonly baseUrl: string;
  readonly requests: () => readonly ApiRequest[];
  readonly close: () => Promise<void>;
}

const HOUR_MS = 3_600_000;

/** GraphQL, Machines API, logs and Prometheus on one loopback port. */
export async function startFlyApi(
  world: World,
  faults: Faults,
  tokens: Tokens,
  options: { readonly rateLimits: boolean },
): Promise<FlyApi> {
  const log = createRequestLog();
  const limits = createRateLimits(() => performance.now());

  const dispatch = async (
    request: IncomingMessage,
    url: URL,
  ): Promise<ApiAnswer & { fields: readonly string[] }> => {
    const body = await readBody(request);
    const strikes = (fault: FaultName) => faults.strikes(fault, url.pathname);
    const access = (api: 'graphql' | 'machines'): Access =>
      strikes('api-unauthorized') ? 'rejected' : accessOf(request.headers.authorization, tokens, api);
    const segments = url.pathname.split('/').slice(1).map(decodeURIComponent);

    if (url.pathname === '/graphql' && request.method === 'POST') {
      const answered = await answerGraphql(world, {
        body: parseJson(body),
        access: access('graphql'),
        strikes,
      });
      return { status: 200, body: answered.body, fields: answered.fields, action: null };
    }
    const method = request.method ?? 'GET';
    if (segments[0] === 'v1') {
      const rest = { method, segments: segments.slice(1), query: url.searchParams, body: parseJson(body) };
      return { ...answerRest(world, { ...rest, access: access('machines'), strikes }), fields: [] };
    }
    if (['none', 'rejected'].includes(access('machines')))
      return { status: 401, body: { error: 'unauthorized' }, fields: [], action: null };
    if (url.pathname.startsWith('/api/v1/apps/') && segments[4] === 'logs')
      return { ...answerLogs(world, segments[3] ?? '', url.searchParams), fields: [] };
    if (url.pathname === `/prometheus/${world.options.organization}/api/v1/query`) {
      const query = url.searchParams.get('query') ?? new URLSearchParams(body).get('query') ?? '';
      return { ...answerPrometheus(world, query), fields: [] };
    }
    return { status: 404, body: { error: 'not found' }, fields: [], action: null };
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://sandbox.invalid');
    const strikes = (fault: FaultName) => faults.strikes(fault, url.pathname);
    const record = (status: number, fields: readonly string[] = []): void => {
      log.add({
        at: world.now(),
        method: request.method ?? 'GET',
        path: request.url ?? '/',
        host: request.headers.host ?? '',
        tokenPresent: request.headers.authorization !== undefined,
        fields,
        status,
      });
    };
    response.setHeader('fly-request-id', `${ulid(world.now())}-fra`);
    const skew = strikes('api-clock-skew');
    response.setHeader('date', new Date(world.now() + (skew ? faultNumber(skew, HOUR_MS) : 0)).toUTCString());

    const limited = strikes('api-rate-limited');
    const wait = limited ? faultNumber(limited, 1) : 0;
    if (limited) {
      record(429);
      send(response, 429, { error: 'rate limit exceeded' }, wait > 0 ? { 'retry-after': String(wait) } : {});
      return;
    }
    const error = strikes('api-error');
    if (error) {
      record(faultNumber(error, 500));
      send(response, faultNumber(error, 500), { error: 'something went wrong', status: 'unknown' });
      return;
    }
    const redirect = strikes('api-redirect');
    if (redirect) {
      record(302);
      send(response, 302, {}, { location: String(redirect.value ?? 'https://elsewhere.invalid/') });
      return;
    }
    if (strikes('api-silent')) {
      record(0);
      return;
    }
    if (strikes('api-reset')) {
      record(0);
      request.socket.resetAndDestroy();
      return;
    }
    if (strikes('api-garbage')) {
      record(200);
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Bad gateway</body></html>');
      return;
    }
    const slow = strikes('api-slow');
    if (slow) await new Promise((resolve) => setTimeout(resolve, faultNumber(slow, 2000)).unref());

    const answered = await dispatch(request, url);
    const { status, body, action, fields } = answered;
    if (options.rateLimits && action !== null && !limits.take(action)) {
      record(429);
      send(response, 429, { error: 'rate limit exceeded' });
      return;
    }
    record(status, fields);
    if (strikes('api-truncated')) truncate(response, JSON.stringify(body));
    else if (body === undefined) response.writeHead(status).end();
    else send(response, status, body);
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      // A broken path or body of the visitor; never a reason to end the sandbox.
      if (!response.headersSent) send(response, 400, { error: String(error) });
      else response.destroy();
    });
  });
  const open = trackSockets(server);
  const port = await listen(server, '127.0.0.1');
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    requests: log.all,
    close: () => closeServer(server, open),
  };
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

function truncate(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.write(text.slice(0, Math.floor(text.length / 2)), () => response.socket?.end());
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
