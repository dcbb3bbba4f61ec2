import { isRecord } from './tree.ts';

/** What the command line says beside or instead of the file; it wins. */
export interface ConfigFlags {
  readonly domain?: string | undefined;
  readonly managementApp?: string | undefined;
  readonly org?: string | undefined;
  /** Fly's API is not asked: neither organization nor management app need be known. */
  readonly noFly?: boolean | undefined;
}

/** A value that does not come from the file. */
export interface Override {
  readonly path: readonly [section: string, key: string];
  readonly value: string;
  readonly origin: string;
}

const SETTINGS = [
  { path: ['platform', 'domain'], flag: '--domain', field: 'domain', name: 'TENANTWATCH_DOMAIN' },
  {
    path: ['platform', 'managementApp'],
    flag: '--management-app',
    field: 'managementApp',
    name: 'TENANTWATCH_MANAGEMENT_APP',
  },
  { path: ['fly', 'org'], flag: '--org', field: 'org', name: 'TENANTWATCH_ORG' },
] as const;

/** Where else a setting may be given, as the end of a sentence; empty where only the file can say it. */
export function otherPlaces(path: readonly PropertyKey[]): string {
  const setting = SETTINGS.find((one) => one.path.join('.') === path.join('.'));
  return setting === undefined ? '' : ` (here, or ${setting.flag}, or ${setting.name})`;
}

/** A flag wins over the environment, both over the file. */
export function overrides(
  flags: ConfigFlags,
  env: Readonly<Record<string, string | undefined>>,
): readonly Override[] {
  return SETTINGS.flatMap(({ path, flag, field, name }): readonly Override[] => {
    const given = flags[field];
    if (given !== undefined) return [{ path, value: given, origin: flag }];
    const value = env[name];
    return value === undefined || value === '' ? [] : [{ path, value, origin: name }];
  });
}

export function withOverrides(data: unknown, given: readonly Override[]): unknown {
  if (!isRecord(data)) return data;
  const sections: Record<string, unknown> = { platform: {}, ...data };
  for (const { path, value } of given) {
    const [section, key] = path;
    const existing = sections[section] ?? {};
    if (isRecord(existing)) sections[section] = { ...existing, [key]: value };
  }
  sections.platform ??= {};
  return sections;
}
