import type { ApiAnswer } from './fly-rest.ts';
import type { World } from './world.ts';

/** `GET /api/v1/apps/{app}/logs?next_token=`: the last 100 lines, or those after the token. */
export function answerLogs(world: World, appName: string, query: URLSearchParams): ApiAnswer {
  const app = world.apps.get(appName);
  if (app === undefined) return { status: 404, body: { error: 'App not found' }, action: null };
  const after = Number(query.get('next_token') ?? 0);
  const machine = app.machines[0];
  const lines = world.logs.of(appName).filter(({ at }) => at * 1e6 > after);
  const data = lines.map(({ at, level, message }, index) => ({
    id: `${at}-${index}`,
    type: 'log',
    attributes: {
      timestamp: new Date(at).toISOString(),
      message,
      level,
      instance: machine?.id ?? '',
      region: machine?.region ?? '',
      meta: { instance: machine?.id ?? '', region: machine?.region ?? '', event: { provider: 'app' } },
    },
  }));
  const last = lines.at(-1);
  const nextToken = last === undefined ? String(after) : String(last.at * 1e6);
  return { status: 200, body: { data, meta: { next_token: nextToken } }, action: null };
}

/** `/prometheus/<org>/api/v1/query`: knows one metric, the handshakes that the edge aborted, by name. */
export function answerPrometheus(world: World, query: string): ApiAnswer {
  const isKnown = query.includes('fly_edge_tls_handshake_errors');
  const result = [...(isKnown ? world.handshakeErrors : [])].map(([servername, count]) => ({
    metric: { servername },
    value: [world.now() / 1000, String(count)],
  }));
  return { status: 200, body: { status: 'success', data: { resultType: 'vector', result } }, action: null };
}
