/** What the tenant's table decides by. What nobody knows is `unknown`, whatever the cause. */
export interface TenantFacts {
  /** Does the tenant's app claim the host name (exactly or by a wildcard), or only other names of the domain? */
  readonly claim: 'covers' | 'elsewhere' | 'none' | 'unknown';
  /** Does another app claim the host name? */
  readonly foreign: 'claimed' | 'none' | 'unknown';
  readonly dns:
    | 'right'
    | 'own'
    | 'cached'
    | 'disagree'
    | 'within-ttl'
    | 'no-data'
    | 'family-missing'
    | 'nxdomain'
    | 'failing'
    | 'unknown';
  /** Who says so: the zone's own servers (the truth), every resolver, or only some. */
  readonly dnsSeen: 'zone' | 'resolvers' | 'some-resolvers';
  readonly handshake:
    'ok' | 'recovered' | 'intermittent' | 'some-fail' | 'all-fail' | 'no-address' | 'unknown';
  readonly servedName: 'covers' | 'mismatch' | 'unknown';
  readonly servedChain: 'trusted' | 'untrusted' | 'unknown';
  readonly servedDates: 'valid' | 'expiring' | 'expires-now' | 'expired' | 'not-yet-valid' | 'unknown';
  /** The exact certificate on the management app, or that none covers the name. */
  readonly management:
    'fine' | 'awaiting-configuration' | 'awaiting-issuance' | 'expired' | 'not-covered' | 'unknown';
  /** Does some other certificate of the management app, the wildcard, serve the name? */
  readonly wildcardServes: 'yes' | 'no';
  readonly machines: 'started' | 'asleep' | 'starting' | 'stopped' | 'crashing' | 'missing' | 'unknown';
  /** `gateway-error`: 502 to 504. */
  readonly site:
    | 'ok'
    | 'indistinguishable'
    | 'gateway-error'
    | 'server-error'
    | 'unexpected-status'
    | 'no-answer'
    | 'no-connection'
    | 'unknown';
  readonly siteLikeControl: 'same' | 'similar' | 'different' | 'unknown';
  /** `unavailable`: 503, what the platform's proxy answers for an app that it cannot start. */
  readonly direct: 'ok' | 'unavailable' | 'server-error' | 'unreachable' | 'unknown';
  readonly directLikeSite: 'same' | 'different' | 'unknown';
}
