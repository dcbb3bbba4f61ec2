import { plainText } from '../model/text.ts';
import { logPage } from './answers.ts';
import type { Caller } from './caller.ts';
import type { LogPage, LogQuery } from './fly-client.ts';
import { appPath, urlOf } from './paths.ts';
import { readJson } from './read.ts';
import { milliseconds } from './time.ts';

const MAX_MESSAGE_LENGTH = 1_000;

/** The log endpoint that flyctl uses: the last 100 lines, about a week back, no search, not officially supported. */
export async function readLogs(
  caller: Caller,
  apiBaseUrl: string,
  app: string,
  query: LogQuery,
  signal: AbortSignal,
): Promise<LogPage> {
  const url = urlOf(apiBaseUrl, appPath('/api/v1/apps/{app_name}/logs', app), {
    next_token: query.nextToken ?? null,
    instance: query.instance ?? null,
    region: query.region ?? null,
  });
  const page = await caller.call(
    {
      api: 'logs',
      method: 'GET',
      url,
      what: `logs of ${app}`,
      limit: `logs:${app}`,
      repeatable: true,
      aboutApp: true,
      read: (answer) => readJson(answer.body, logPage),
    },
    signal,
  );
  const next = page.meta?.next_token;
  return {
    lines: (page.data ?? []).map(({ attributes }) => ({
      at: milliseconds(attributes.timestamp),
      message: plainText(attributes.message ?? '', MAX_MESSAGE_LENGTH),
      level: plainText(attributes.level ?? '', 20),
      instance: plainText(attributes.instance ?? '', 64),
      region: plainText(attributes.region ?? '', 16),
    })),
    nextToken: next == null || next === '' ? null : next,
  };
}
