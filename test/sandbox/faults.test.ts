import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { request } from 'undici';
import { FAULTS, INCIDENT_TENANT, startSandbox } from '../../src/sandbox/index.ts';
import type { FaultName, Sandbox } from '../../src/sandbox/index.ts';
import { datagrams, dnsTcp, dnsUdp, get, handshake, query, sendHello } from './clients.ts';

const SITE = `${INCIDENT_TENANT}.systemprompt.io`;
const CONTROL = 'control-1f3a.systemprompt.io';
/** Long enough for an answer on loopback, short for what is meant to say nothing. */
const PATIENCE_MS = 200;

/** What a visitor sees, as text. */
type Look = (sandbox: Sandbox) => Promise<unknown>;

interface Fact {
  readonly look: Look;
  /** What is seen while the fault is on, at its defaults. Healthy is what is seen without it. */
  readonly broken: RegExp;
  /** What happens between switching it on and looking; returns how to undo it. */
  readonly meanwhile?: (sandbox: Sandbox) => () => void;
}

const resolverOf = ({ addresses }: Sandbox): string => addresses.resolvers[0] ?? '';
const udp: Look = async (sandbox) => {
  const { rcode, answers, tc } = await dnsUdp(resolverOf(sandbox), SITE);
  return { rcode, answers, tc };
};
const tcp: Look = async (sandbox) => {
  const { rcode, answers } = await dnsTcp(resolverOf(sandbox), SITE);
  return `${rcode} ${String(answers.length)} ${answers.at(-1) ?? ''}`;
};
const datagramsSeen: Look = async (sandbox) => {
  const seen = await datagrams(resolverOf(sandbox), query(SITE, 'A', 99), 3, PATIENCE_MS);
  return `${String(seen.length)} datagrams, first ${seen[0]?.toString('hex') ?? ''}`;
};
const raw: Look = async ({ addresses }) => {
  const target = { address: '127.0.0.1', port: addresses.httpsPort, serverName: SITE };
  const { ended, received } = await sendHello(target, { waitMs: PATIENCE_MS });
  return `${ended} ${received.subarray(0, 12).toString('latin1')}`;
};
const tls: Look = async (sandbox) => {
  const { error, trustError, alpn, certificate } = await handshake(sandbox, SITE);
  const days = Math.round((Date.parse(certificate?.valid_to ?? '') - Date.now()) / 86_400_000);
  return `${String(error)} ${String(trustError)} ${String(alpn)} ${String(days)} days`;
};
const lateTls: Look = async (sandbox) => {
  if (sandbox.faults.active().length === 0) return 'it stays';
  return (await handshake(sandbox, SITE, { stay: true })).later;
};
const burst: Look = async (sandbox) => {
  const seen = await Promise.all(Array.from({ length: 8 }, () => handshake(sandbox, SITE)));
  return `${String(seen.filter(({ error }) => error !== null).length)} of 8 refused`;
};
const page =
  (host: string = SITE, path = '/'): Look =>
  async (sandbox) => {
    const { status, headers, body } = await get(sandbox, host, { path, waitMs: PATIENCE_MS });
    return `${String(status)} ${headers.server ?? 'no server'} ${body.trim()}`;
  };
const health: Look = (sandbox) => {
  const { hostname, pathname } = new URL(sandbox.addresses.managementHealthUrl);
  return page(hostname, pathname)(sandbox);
};
const call = async (url: string, options: Partial<Parameters<typeof request>[1]> = {}): Promise<unknown> => {
  const answer = await request(url, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
  const text = await answer.body.text();
  const { date, location } = answer.headers;
  const ahead = Math.round((Date.parse(String(date)) - Date.now()) / 60_000);
  return `${String(answer.statusCode)} ${String(answer.headers['retry-after'])} ${String(location)} ${String(ahead)} min ahead ${text}`;
};
const rest =
  (path: string): Look =>
  ({ addresses, tokens }) =>
    call(addresses.flapsBaseUrl + path, { headers: { authorization: tokens.read } });
const certificates = rest('/v1/apps/management-api-prod/certificates');
const machines = rest('/v1/orgs/systemprompt/machines');
const graphql: Look = ({ addresses, tokens }) =>
  call(`${addresses.flyApiBaseUrl}/graphql`, {
    method: 'POST',
    headers: { authorization: tokens.read, 'content-type': 'application/json' },
    body: '{"query":"{ organization(slug: \\"systemprompt\\") { apps(first: 60) { nodes { name certificates(first: 5) { totalCount } } } } }"}',
  });
const receiver: Look = ({ addresses }) =>
  call(addresses.slackWebhookUrl, { method: 'POST', body: '{"text":"hello"}' });

/** Complete by type: a fault that nobody looks at does not compile. */
const FACTS: Readonly<Record<FaultName, Fact>> = {
  'dns-nxdomain': { look: udp, broken: /NXDOMAIN/ },
  'dns-nodata': { look: udp, broken: /"NOERROR","answers":\[\]/ },
  'dns-servfail': { look: udp, broken: /SERVFAIL/ },
  'dns-refused': { look: udp, broken: /REFUSED/ },
  'dns-silent': { look: datagramsSeen, broken: /^0 datagrams/ },
  'dns-truncated': { look: udp, broken: /"tc":true/ },
  'dns-lying': { look: udp, broken: /127\.0\.0\.66/ },
  'dns-slow': { look: datagramsSeen, broken: /^0 datagrams/ },
  'dns-stale': {
    look: udp,
    broken: /"127\.0\.0\.1"/,
    meanwhile: ({ world }) => {
      world.zone.add({ name: SITE, type: 'A', data: '127.0.0.9' });
      return () => world.zone.remove(SITE);
    },
  },
  'dns-malformed': { look: datagramsSeen, broken: /^1 datagrams, first 0063f{18}$/ },
  'dns-forged': { look: datagramsSeen, broken: /^3 datagrams, first 0064/ },
  'dns-flood': { look: tcp, broken: /^NOERROR 2000 127\.1\.7\.208$/ },

  'edge-eof': { look: raw, broken: /^fin $/ },
  'edge-reset': { look: raw, broken: /^rst $/ },
  'edge-alert': { look: raw, broken: /^fin .*p$/ },
  'edge-late-alert': { look: lateTls, broken: /CERTIFICATE_REQUIRED/ },
  'edge-silent': { look: raw, broken: /^open $/ },
  'edge-plain-http': { look: raw, broken: /^fin HTTP\/1\.1 400/ },
  'edge-throttle': { look: burst, broken: /^3 of 8/ },
  'edge-http1-only': { look: tls, broken: /null null http\/1\.1/ },
  'edge-pristine': { look: page(), broken: /^200 no server/ },
  'certificate-expired': { look: tls, broken: /CERT_HAS_EXPIRED h2 -1 days/ },
  'certificate-not-yet-valid': { look: tls, broken: /CERT_NOT_YET_VALID/ },
  'certificate-expiring': { look: tls, broken: /null null h2 10 days/ },
  'certificate-self-signed': { look: tls, broken: /DEPTH_ZERO_SELF_SIGNED_CERT/ },
  'certificate-untrusted': { look: tls, broken: /UNABLE_TO_VERIFY_LEAF_SIGNATURE/ },
  'certificate-wrong-name': { look: tls, broken: /ALTNAME_INVALID/ },
  'certificate-incomplete-chain': { look: tls, broken: /UNABLE_TO_VERIFY_LEAF_SIGNATURE/ },

  'proxy-forgets': { look: page(), broken: /^502 .*no such tenant/ },
  'proxy-wrong-app': { look: page(), broken: /^502 Fly\/\S+ \S+ $/ },
  'proxy-error': { look: page(), broken: /^502 .*upstream error/ },
  'proxy-silent': { look: page(), broken: /silence/ },
  'proxy-reset': { look: page(), broken: /ECONNRESET/ },
  'proxy-catch-all': { look: page(CONTROL), broken: /^200 .*Nothing here yet/s },
  'management-unhealthy': { look: health, broken: /^503 .*unhealthy/ },
  'site-status': { look: page(), broken: /^500 .*Status 500/s },
  'site-silent': { look: page(), broken: /silence/ },
  'site-reset': { look: page(), broken: /ECONNRESET/ },
  'site-eof': { look: page(), broken: /cut/ },
  'site-drip': { look: page(), broken: /endless/ },
  'site-endless': { look: page(), broken: /endless/ },
  'site-like-control': { look: page(), broken: /^200 .*Nothing here yet/s },

  'api-rate-limited': { look: certificates, broken: /^429 1 / },
  'api-error': { look: certificates, broken: /^500 .*something went wrong/ },
  'api-garbage': { look: certificates, broken: /^200 .*<html>/ },
  'api-truncated': { look: certificates, broken: /other side closed/ },
  'api-slow': { look: certificates, broken: /TimeoutError/ },
  'api-silent': { look: certificates, broken: /TimeoutError/ },
  'api-reset': { look: certificates, broken: /ECONNRESET|closed/ },
  'api-redirect': { look: certificates, broken: /^302 undefined https:\/\/elsewhere\.invalid/ },
  'api-unauthorized': { look: certificates, broken: /^401 / },
  'api-empty-page': { look: machines, broken: /"machines":\[\],"next_cursor"/ },
  'api-page-limit': { look: graphql, broken: /TOO_COMPLEX/ },
  'api-partial': { look: graphql, broken: /"errors":.*INTERNAL_SERVER_ERROR/ },
  'api-lost-entries': { look: certificates, broken: /"total_count":3/ },
  'api-missing-region': { look: machines, broken: /"machines":\[\].*"error_regions":\["fra"\]/ },
  'api-clock-skew': { look: certificates, broken: / (?:59|60) min ahead/ },

  'receiver-rate-limited': { look: receiver, broken: /^429 1 / },
  'receiver-error': { look: receiver, broken: /^500 .*something went wrong/ },
  'receiver-silent': { look: receiver, broken: /TimeoutError/ },
  'receiver-drop': { look: receiver, broken: /other side closed/ },
  'receiver-disabled': { look: receiver, broken: /^404 .*no_service/ },
};

describe('each fault of the sandbox, at its defaults', () => {
  let sandbox: Sandbox;
  before(async () => {
    sandbox = await startSandbox({ tenants: 2 });
  });
  after(() => sandbox.close());

  const seenBy = async (look: Look): Promise<string> => {
    try {
      const seen = await Promise.race([
        look(sandbox),
        setTimeout(2 * PATIENCE_MS, 'silence', { ref: false }),
      ]);
      return typeof seen === 'string' ? seen : JSON.stringify(seen);
    } catch (error) {
      return String(error);
    }
  };

  for (const fault of Object.keys(FAULTS) as FaultName[])
    it(`${fault} does what it says while it is on, and nothing afterwards`, async () => {
      const { look, broken, meanwhile } = FACTS[fault];
      const off = sandbox.faults.on(fault);
      const undo = meanwhile?.(sandbox);
      const seen = await seenBy(look);
      off();
      assert.match(seen, broken);
      const healthy = await seenBy(look);
      assert.doesNotMatch(healthy, broken);
      assert.doesNotMatch(healthy, /Error/);
      undo?.();
    });

  it('any number of them at once leaves a sandbox that is whole when they are gone', async () => {
    const looks = [udp, tcp, raw, tls, page(), certificates, machines, graphql, receiver];
    const before = await Promise.all([udp, tls, page(), receiver].map(seenBy));
    const names = Object.keys(FAULTS) as FaultName[];
    for (let first = 0; first < names.length; first += 31) {
      for (const fault of names.slice(first, first + 31)) sandbox.faults.on(fault, { share: 0.5 });
      await Promise.all(looks.map(seenBy));
    }
    sandbox.faults.clear();
    const after = await Promise.all([udp, tls, page(), receiver].map(seenBy));
    assert.deepEqual(after, before);
  });
});
