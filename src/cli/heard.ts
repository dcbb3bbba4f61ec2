import type { CheckResult, TenantCheckId } from '../model/check.ts';
import type { TenantResult } from '../model/diagnosis.ts';
import { VERDICTS, worstVerdict, type Verdict } from '../model/verdict.ts';
import type { DaemonEvent } from './daemon-events.ts';
import { isRecord } from './daemon-request.ts';

/** What the events of a daemon's verification have told so far: all there is when it is interrupted. */
export interface Heard {
  readonly take: (event: DaemonEvent) => void;
  /** The tenants that are over, then those that are under way: what was not told of these is unknown. */
  readonly tenants: () => readonly TenantResult[];
  readonly forget: () => void;
}

type Site = Pick<TenantResult, 'tenant' | 'hostname' | 'app'>;

export function createHeard(): Heard {
  const over = new Map<string, TenantResult>();
  const underWay = new Map<string, Site & { readonly checks: CheckResult<TenantCheckId>[] }>();

  return {
    take: ({ name, data }) => {
      const site = siteOf(data);
      if (site === null) return;
      const known = underWay.get(site.tenant) ?? { ...site, checks: [] };
      if (name === 'check' && isCheck(data.check)) {
        known.checks.push(data.check);
        underWay.set(site.tenant, known);
      }
      const result = name === 'tenant' ? resultOf(known, data) : null;
      if (result === null) return;
      over.set(site.tenant, result);
      underWay.delete(site.tenant);
    },
    tenants: () => [...over.values(), ...[...underWay.values()].map(unfinished)],
    forget: () => {
      over.clear();
      underWay.clear();
    },
  };
}

/** Whose event it is; null where it does not say: a daemon of an older version. */
function siteOf({ tenant, hostname, app }: DaemonEvent['data']): Site | null {
  return typeof tenant === 'string' && typeof hostname === 'string' && typeof app === 'string'
    ? { tenant, hostname, app }
    : null;
}

/** `tenant` has everything but the checks, which came before. */
function resultOf(
  known: Pick<TenantResult, keyof Site | 'checks'>,
  data: DaemonEvent['data'],
): TenantResult | null {
  const verdict = verdictIn(data);
  const { durationMs, diagnosis, explainedBy, alsoFound } = data;
  const isWhole =
    typeof durationMs === 'number' &&
    (diagnosis === null || isRecord(diagnosis)) &&
    (explainedBy === null || isRecord(explainedBy)) &&
    Array.isArray(alsoFound);
  if (verdict === undefined || !isWhole) return null;
  return { ...known, verdict, durationMs, diagnosis, explainedBy, alsoFound } as TenantResult;
}

function unfinished({ tenant, hostname, app, checks }: Site & Pick<TenantResult, 'checks'>): TenantResult {
  return {
    tenant,
    hostname,
    app,
    verdict: worstVerdict([...checks.map(({ verdict }) => verdict), 'unknown']),
    durationMs: Math.max(0, ...checks.map(({ durationMs }) => durationMs)),
    checks,
    diagnosis: null,
    explainedBy: null,
    alsoFound: [],
  };
}

export function verdictIn({ verdict }: DaemonEvent['data']): Verdict | undefined {
  return VERDICTS.find((candidate) => candidate === verdict);
}

export function isCheck(value: unknown): value is CheckResult<TenantCheckId> {
  return (
    isRecord(value) &&
    verdictIn(value) !== undefined &&
    [value.id, value.summary].every((text) => typeof text === 'string') &&
    (value.reason === null || typeof value.reason === 'string') &&
    typeof value.durationMs === 'number'
  );
}
