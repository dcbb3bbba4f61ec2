export interface FlySettings {
  readonly token: string | null;
  readonly apiBaseUrl: string;
  readonly flapsBaseUrl: string;
}

function first(...values: readonly (string | undefined)[]): string | null {
  return values.find((value) => value !== undefined && value.trim() !== '') ?? null;
}

/** The environment that flyctl reads: `FLY_ACCESS_TOKEN` before `FLY_API_TOKEN`, and both base URLs. */
export function flySettingsFromEnv(env: Readonly<Record<string, string | undefined>>): FlySettings {
  return {
    token: first(env.FLY_ACCESS_TOKEN, env.FLY_API_TOKEN),
    apiBaseUrl: first(env.FLY_API_BASE_URL) ?? 'https://api.fly.io',
    flapsBaseUrl: first(env.FLY_FLAPS_BASE_URL) ?? 'https://api.machines.dev',
  };
}
