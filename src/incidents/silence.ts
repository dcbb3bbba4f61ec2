import type { Incident, Silence, SilenceMatcher } from '../model/incident.ts';
import type { Tenant } from '../model/tenant.ts';

/** The silence that covers an incident at this moment; of several the one that lasts longest. */
export function silenceFor(
  incident: Incident,
  tenant: Tenant | null,
  silences: readonly Silence[],
  now: number,
): Silence | undefined {
  let longest: Silence | undefined;
  for (const silence of silences) {
    if (!isActiveSilence(silence, now) || !silenceMatches(silence.matcher, incident, tenant)) continue;
    if (longest === undefined || silence.endsAt > longest.endsAt) longest = silence;
  }
  return longest;
}

function isActiveSilence(silence: Silence, now: number): boolean {
  return silence.startsAt <= now && now < silence.endsAt;
}

/** Everything that the matcher names must match; `tenant` is an id, a hostname or an app, and never platform or monitor. */
export function silenceMatches(matcher: SilenceMatcher, incident: Incident, tenant: Tenant | null): boolean {
  if (matcher.tenant !== undefined) {
    if (incident.subject.scope !== 'tenant') return false;
    const pattern = matcher.tenant;
    const names = [incident.subject.name, ...(tenant === null ? [] : [tenant.hostname, tenant.app])];
    if (!names.some((name) => globMatches(pattern, name))) return false;
  }
  if (matcher.problem !== undefined && !globMatches(matcher.problem, incident.code)) return false;
  return Object.entries(matcher.labels ?? {}).every(([name, pattern]) => {
    const value = tenant?.labels[name];
    return value !== undefined && globMatches(pattern, value);
  });
}

/** The silences that end because this app's deploy was verified, as they are to be stored. */
export function endByDeploy(silences: readonly Silence[], app: string, now: number): readonly Silence[] {
  return silences
    .filter((silence) => silence.untilDeployOf === app && isActiveSilence(silence, now))
    .map((silence) => ({ ...silence, endsAt: now }));
}

/** Exact text, or any text where the pattern has `*`; letter case does not count. Linear, whatever the pattern. */
export function globMatches(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*');
  const subject = text.toLowerCase();
  const last = rest.pop();
  if (last === undefined) return subject === first;
  if (!subject.startsWith(first)) return false;
  let from = first.length;
  for (const part of rest) {
    const found = subject.indexOf(part, from);
    if (found === -1) return false;
    from = found + part.length;
  }
  return subject.length - last.length >= from && subject.endsWith(last);
}
