import { shownSettings, type Config } from '../../../config/index.ts';
import type { Json, JsonObject } from '../../../model/json.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../../model/time.ts';
import { isJsonList } from '../parts/json-list.ts';

/** The settings in the file's own words: durations as `30s` under the key of the file. Secrets become their sources, JSON knows nothing else of them. */
export function writtenSettings(config: Config): JsonObject {
  return written(shownSettings(config) as JsonObject) as JsonObject;
}

function written(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (isJsonList(value)) return value.map(written);
  const { host, port, failures, of, everyMs, cron } = value;
  if (typeof host === 'string' && typeof port === 'number') return `${host}:${String(port)}`;
  if (typeof failures === 'number' && typeof of === 'number') return `${String(failures)} of ${String(of)}`;
  // A cadence: every so often, or by a cron expression.
  if (typeof everyMs === 'number') return writtenDuration(everyMs);
  if (typeof cron === 'string') return cron;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]): [string, Json] => {
      if (key.endsWith('Ms')) return [key.slice(0, -'Ms'.length), inDurations(inner)];
      if (key.endsWith('Bytes') && typeof inner === 'number')
        return [key.slice(0, -'Bytes'.length), writtenSize(inner)];
      return [key, written(inner)];
    }),
  );
}

function inDurations(value: Json): Json {
  if (typeof value === 'number') return writtenDuration(value);
  return typeof value === 'object' && value !== null && isJsonList(value) ? value.map(inDurations) : value;
}

const UNITS = [
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['m', MINUTE_MS],
  ['s', SECOND_MS],
] as const;

/** In the largest unit that says it exactly. */
function writtenDuration(durationMs: number): string {
  const [unit, unitMs] = UNITS.find(([, candidate]) => durationMs > 0 && durationMs % candidate === 0) ?? [
    'ms',
    1,
  ];
  return `${String(durationMs / unitMs)}${unit}`;
}

/** Decimal, as the file reads them. */
function writtenSize(bytes: number): string {
  return bytes % 1e9 === 0 ? `${String(bytes / 1e9)}GB` : `${String(bytes / 1e6)}MB`;
}
