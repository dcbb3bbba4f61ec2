import type { AppSummary, Claim, Machine } from '../model/fly.ts';
import type { AutostartCache } from './autostart.ts';
import { machineOfOrganization } from './machine.ts';
import type { OrgMachine } from './rest.ts';

/** What the pages of apps tell of each: all but the machines, which come in a list of their own. */
export type SweptApp = Omit<AppSummary, 'machines'>;

/** Puts both halves of a sweep together; without the list of machines (null) no app's machines are known. */
export function assemble(
  swept: ReadonlyMap<string, SweptApp>,
  machines: readonly OrgMachine[] | null,
  autostart: Pick<AutostartCache, 'get'>,
): {
  readonly apps: ReadonlyMap<string, AppSummary>;
  readonly claims: ReadonlyMap<string, readonly Claim[]>;
} {
  const byApp = machines === null ? null : machinesByApp(machines, autostart);
  const apps = new Map<string, AppSummary>();
  const claims = new Map<string, Claim[]>();
  for (const [name, app] of swept) {
    apps.set(name, { ...app, machines: byApp === null ? null : (byApp.get(name) ?? []) });
    for (const claim of app.claims) {
      const same = claims.get(claim.hostname);
      if (same === undefined) claims.set(claim.hostname, [claim]);
      else same.push(claim);
    }
  }
  return { apps, claims };
}

function machinesByApp(
  machines: readonly OrgMachine[],
  autostart: Pick<AutostartCache, 'get'>,
): ReadonlyMap<string, readonly Machine[]> {
  const byApp = new Map<string, Machine[]>();
  for (const raw of machines) {
    const machine = machineOfOrganization(raw, autostart.get(raw));
    if (machine.state === 'destroyed') continue;
    const list = byApp.get(raw.app_name);
    if (list === undefined) byApp.set(raw.app_name, [machine]);
    else list.push(machine);
  }
  return byApp;
}
