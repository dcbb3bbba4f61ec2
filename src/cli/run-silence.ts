import { toPlatform } from '../config/platform.ts';
import { closest } from '../config/closest.ts';
import type { Config } from '../config/index.ts';
import { globMatches, silenceMatches } from '../incidents/silence.ts';
import type { Incident, Silence, SilenceMatcher } from '../model/incident.ts';
import { namedTenants } from '../model/named-tenants.ts';
import { PROBLEM_CODES } from '../model/problem.ts';
import type { Tenant } from '../model/tenant.ts';
import { plainText } from '../model/text.ts';
import { silencesText, silenceState, type SilenceEntry, type SilencesReport } from '../reports/silences.ts';
import type { Store } from '../store/index.ts';
import type { CliContext } from './context.ts';
import type { DatabaseOptions } from './database-options.ts';
import { keptSources, keptTenants, print, withDatabase } from './database.ts';
import { after } from './moment.ts';
import type { SilenceOptions, EndSilenceOptions } from './operator-options.ts';
import { audited, operatorName, saidText } from './operator.ts';
import { UsageError } from './usage-error.ts';

export async function addSilence(context: CliContext, options: SilenceOptions): Promise<void> {
  const { clock, random } = context;
  const author = operatorName(options.author, context);
  const reason = saidText(options.reason, '--reason');
  await withDatabase(context, options, 'write', ({ store, config }) => {
    const tenants = keptTenants(keptSources(store));
    const now = clock.now();
    const startsAt = options.starts === undefined ? now : after(options.starts, now);
    const endsAt = startsAt + options.for;
    if (endsAt <= now) throw new UsageError('the silence would be over already: check --starts and --for');
    const matcher = matcherOf(options, tenants, config);
    const silence: Silence = {
      id: `s-${now.toString(36)}-${Math.floor(random() * 36 ** 4)
        .toString(36)
        .padStart(4, '0')}`,
      matcher,
      author,
      reason,
      createdAt: now,
      startsAt,
      endsAt,
      untilDeployOf: deployApp(options, tenants, config),
    };
    const entry = { actor: author, action: 'silence.add', subject: silence.id };
    audited(store, clock, { ...entry, detail: { reason, endsAt, matcher: { ...matcher } } }, () => {
      store.silences.add(silence);
    });
    print(context, options, reportOf([silence], store, tenants, now), silencesText);
  });
}

export async function listSilences(
  context: CliContext,
  options: DatabaseOptions & { readonly ended?: true },
): Promise<void> {
  await withDatabase(context, options, 'read', ({ store }) => {
    const now = context.clock.now();
    const silences = store.silences.list(now, { ended: options.ended === true });
    print(context, options, reportOf(silences, store, keptTenants(keptSources(store)), now), silencesText);
  });
}

export async function endSilence(context: CliContext, id: string, options: EndSilenceOptions): Promise<void> {
  const { clock } = context;
  const author = operatorName(options.author, context);
  await withDatabase(context, options, 'write', ({ store }) => {
    const silence = store.silences.get(id);
    if (silence === null)
      throw new UsageError(`there is no silence ${plainText(id, 80)}: "tenantwatch silence list" shows them`);
    const now = clock.now();
    if (silence.endsAt <= now) throw new UsageError(`the silence ${id} is over already`);
    audited(store, clock, { actor: author, action: 'silence.end', subject: id, detail: {} }, () => {
      store.silences.end(id, now);
    });
    const ended = store.silences.get(id) ?? silence;
    print(context, options, reportOf([ended], store, keptTenants(keptSources(store)), now), silencesText);
  });
}

function reportOf(
  silences: readonly Silence[],
  store: Pick<Store, 'incidents'>,
  tenants: readonly Tenant[],
  at: number,
): SilencesReport {
  const unresolved = store.incidents.unresolved();
  const byId = new Map(tenants.map((tenant) => [tenant.id, tenant]));
  const tenantOf = ({ subject }: Incident): Tenant | null =>
    subject.scope === 'tenant' ? (byId.get(subject.name) ?? null) : null;
  const entries = silences.map((silence): SilenceEntry => {
    const state = silenceState(silence, at);
    const covered = unresolved.filter((incident) =>
      silenceMatches(silence.matcher, incident, tenantOf(incident)),
    );
    return { ...silence, state, covers: state === 'over' ? [] : covered.map(({ id }) => id) };
  });
  return { schema: 'tenantwatch.silences/1', at, silences: entries };
}

/** A matcher that could never match is a mistake that is found at night. */
function matcherOf(
  { tenant, problem, label }: SilenceOptions,
  tenants: readonly Tenant[],
  config: Config,
): SilenceMatcher {
  if (tenant === undefined && problem === undefined && label === undefined)
    throw new UsageError("say what to silence: --tenant, --problem or --label; everything is --tenant '*'");
  return {
    ...(tenant === undefined ? {} : { tenant: tenantPattern(tenant, tenants, config) }),
    ...(problem === undefined ? {} : { problem: problemPattern(problem) }),
    ...(label === undefined ? {} : { labels: label }),
  };
}

function tenantPattern(text: string, tenants: readonly Tenant[], config: Config): string {
  return text.includes('*') ? saidText(text, '--tenant') : oneTenant(text, tenants, config).id;
}

function oneTenant(text: string, listed: readonly Tenant[], config: Config): Tenant {
  const { tenants, unmatched } = namedTenants([text], listed, toPlatform(config));
  const [tenant] = tenants;
  if (tenant !== undefined) return tenant;
  throw new UsageError(
    `--tenant ${plainText(text, 80)} is no tenant: ${unmatched[0]?.reason ?? 'nobody lists it'}`,
  );
}

function problemPattern(text: string): string {
  if (PROBLEM_CODES.some((code) => globMatches(text, code))) return text;
  const meant = closest(text, PROBLEM_CODES);
  const hint = meant === undefined ? '`tenantwatch explain` lists all' : `did you mean ${meant}?`;
  throw new UsageError(`--problem ${plainText(text, 80)} matches no problem; ${hint}`);
}

function deployApp(
  { untilDeploy, tenant }: SilenceOptions,
  tenants: readonly Tenant[],
  config: Config,
): string | null {
  if (untilDeploy === undefined) return null;
  if (untilDeploy !== true) return saidText(untilDeploy, '--until-deploy');
  if (tenant === undefined || tenant.includes('*'))
    throw new UsageError('--until-deploy needs one --tenant, or the name of an app');
  return oneTenant(tenant, tenants, config).app;
}
