import type { Json, JsonObject } from '../../../model/json.ts';

/** Array.isArray does not narrow readonly arrays. */
export function isJsonList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value);
}
