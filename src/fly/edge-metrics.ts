import { normalizeHostname } from '../model/hostname.ts';
import { plainText } from '../model/text.ts';
import { prometheusVector } from './answers.ts';
import type { Caller } from './caller.ts';
import { FlyError } from './error.ts';
import { orgPath, urlOf } from './paths.ts';
import { readJson } from './read.ts';

/** Answers of a Prometheus that this token may not ask, or that is not there. */
const REFUSALS: readonly string[] = ['unauthorized', 'forbidden', 'not-found', 'redirected'];

/** Failed handshakes at the edge by server name, greater than zero only. One request for the whole organization. */
export async function readEdgeHandshakeErrors(
  caller: Caller,
  apiBaseUrl: string,
  org: string,
  windowMinutes: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number> | null> {
  const query = `sum by (servername) (increase(fly_edge_tls_handshake_errors[${Math.max(1, Math.round(windowMinutes))}m]))`;
  try {
    const answer = await caller.call(
      {
        api: 'prometheus',
        method: 'GET',
        url: urlOf(apiBaseUrl, orgPath('/prometheus/{org_slug}/api/v1/query', org), { query }),
        what: 'handshake errors at the edge',
        limit: null,
        repeatable: true,
        aboutApp: false,
        read: (response) => readJson(response.body, prometheusVector),
      },
      signal,
    );
    const errors = new Map<string, number>();
    for (const { metric, value } of answer.data.result) {
      const count = Number(value[1]);
      const name = normalizeHostname(plainText(metric.servername ?? '', 255));
      if (name !== '' && count > 0 && Number.isFinite(count))
        errors.set(name, (errors.get(name) ?? 0) + count);
    }
    return errors;
  } catch (error) {
    if (error instanceof FlyError && REFUSALS.includes(error.failure.code)) return null;
    throw error;
  }
}
