import { SCOPES, type Scope, type Severity } from '../model/verdict.ts';
import type { Config } from './schema.ts';

/** What open incidents can be; `info` never opens one. */
const LOUD: readonly Severity[] = ['critical', 'warning'];

const WHOSE: Readonly<Record<Scope, string>> = {
  monitor: 'the monitor itself',
  platform: 'the platform',
  tenant: 'tenants',
};

/** What can be meant, and often is not: a configuration that tells nobody of some incidents. Sentences for people, each with its key. */
export function configHints({ alerts }: Pick<Config, 'alerts'>): readonly string[] {
  if (alerts.channels.length === 0) return ['alerts.channels: there are none: nobody is told of incidents'];
  if (alerts.routes.length === 0) return [];
  return SCOPES.toReversed().flatMap((scope) => {
    const heard = LOUD.map((severity) => ({ severity, by: heardBy(alerts.routes, scope, severity) }));
    const silent = heard.filter(({ by }) => by === 'nobody');
    const labelled = heard.filter(({ by }) => by === 'some');
    return [
      ...(silent.length === 0
        ? []
        : [`alerts.routes: no route matches ${named(silent)} of ${WHOSE[scope]}: nobody is told of them`]),
      ...(labelled.length === 0
        ? []
        : [
            `alerts.routes: ${named(labelled)} of tenants without the labels of a route match none: nobody is told of them`,
          ]),
    ];
  });
}

/** Only tenants have labels: a route that asks for some never matches what is the platform's or the monitor's. */
function heardBy(
  routes: Config['alerts']['routes'],
  scope: Scope,
  severity: Severity,
): 'everybody' | 'some' | 'nobody' {
  const fitting = routes.filter(
    ({ match }) =>
      (match.scope === undefined || match.scope.includes(scope)) &&
      (match.severity === undefined || match.severity.includes(severity)),
  );
  if (fitting.some(({ match }) => Object.keys(match.labels ?? {}).length === 0)) return 'everybody';
  return scope === 'tenant' && fitting.length > 0 ? 'some' : 'nobody';
}

function named(of: readonly { readonly severity: Severity }[]): string {
  const which = of.length === LOUD.length ? '' : `${of.map(({ severity }) => severity).join(' and ')} `;
  return `${which}incidents`;
}
