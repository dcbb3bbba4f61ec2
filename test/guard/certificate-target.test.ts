import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { checkCertificateTarget, targetExitCode } from '../../src/guard/certificate-target.ts';
import type { CertificateTarget } from '../../src/guard/certificate-target.ts';
import { APP, HOSTNAME, PLATFORM, claim } from '../diagnosis/remedy-context.ts';

const M = 'management-api-prod';
const onTenant = { ...PLATFORM, customDomainsOn: 'tenant' as const };
const ask = (hostname: string, app: string, over: Partial<CertificateTarget> = {}) =>
  checkCertificateTarget({ hostname, app, platform: PLATFORM, ...over });

const FACTS: readonly (readonly [string, ReturnType<typeof ask>, string, string | null])[] = [
  [
    'a tenant’s hostname on the management app is allowed',
    ask(HOSTNAME, M),
    'allowed management-app 0',
    null,
  ],
  [
    'the wildcard on the management app is allowed',
    ask('*.systemprompt.io', M),
    'allowed management-app 0',
    null,
  ],
  [
    'a tenant’s hostname on its own app is refused',
    ask(HOSTNAME, APP),
    'refused tenant-app 1',
    `fly certs add ${HOSTNAME} -a ${M}`,
  ],
  [
    'letter case and a final dot change nothing',
    ask(`${HOSTNAME.toUpperCase()}.`, APP),
    'refused tenant-app 1',
    `fly certs add ${HOSTNAME} -a ${M}`,
  ],
  [
    'the wildcard on a tenant’s app is refused, the right command quoted',
    ask('*.systemprompt.io', APP),
    'refused tenant-app 1',
    `fly certs add '*.systemprompt.io' -a ${M}`,
  ],
  [
    'the domain itself on a tenant’s app is refused',
    ask('systemprompt.io', APP),
    'refused tenant-app 1',
    `fly certs add systemprompt.io -a ${M}`,
  ],
  [
    'a name two labels below the domain is refused too',
    ask('a.b.systemprompt.io', APP),
    'refused tenant-app 1',
    `fly certs add a.b.systemprompt.io -a ${M}`,
  ],
  [
    'a name that only ends alike is not of the domain',
    ask('notsystemprompt.io', 'blog'),
    'allowed unrelated 0',
    null,
  ],
  [
    'a name of the domain on an app that is no tenant’s is refused',
    ask('blog.systemprompt.io', 'sp-postgres'),
    'refused other-app 1',
    `fly certs add blog.systemprompt.io -a ${M}`,
  ],
  [
    'a custom domain on the management app is allowed',
    ask('www.example.com', M),
    'allowed custom-domain 0',
    null,
  ],
  [
    'a custom domain on a tenant’s app is refused where it belongs on the management app',
    ask('www.example.com', APP),
    'refused custom-domain-belongs-on-management 1',
    `fly certs add www.example.com -a ${M}`,
  ],
  [
    'a custom domain on a tenant’s app is allowed where configured',
    ask('www.example.com', APP, { platform: onTenant }),
    'allowed custom-domain 0',
    null,
  ],
  [
    'a custom domain on the management app is refused where it belongs on the tenant’s',
    ask('www.example.com', M, { platform: onTenant }),
    'refused custom-domain-belongs-on-tenant 1',
    null,
  ],
  [
    'a hostname that another app claims is refused even on the right app',
    ask(HOSTNAME, M, { claims: [claim(HOSTNAME, APP)] }),
    'refused claimed-elsewhere 1',
    `fly certs remove ${HOSTNAME} -a ${APP} -y`,
  ],
  [
    'a wildcard of another app that covers it is refused too',
    ask(HOSTNAME, M, { claims: [claim('*.SYSTEMPROMPT.io', APP)] }),
    'refused claimed-elsewhere 1',
    `fly certs remove '*.systemprompt.io' -a ${APP} -y`,
  ],
  [
    'the management app’s own wildcard is no other claim',
    ask(HOSTNAME, M, { claims: [claim('*.systemprompt.io', M)] }),
    'allowed management-app 0',
    null,
  ],
  [
    'what is there already is allowed',
    ask(HOSTNAME, M, { claims: [claim(HOSTNAME, M)] }),
    'allowed already-there 0',
    null,
  ],
  [
    'claims of other names do not matter',
    ask(HOSTNAME, M, { claims: [claim('other.systemprompt.io', APP)] }),
    'allowed management-app 0',
    null,
  ],
  [
    'without a look at the claims the right app is not enough',
    ask(HOSTNAME, M, { claims: null }),
    'unknown claims-unknown 3',
    null,
  ],
  [
    'without a look at the claims the wrong app is still wrong',
    ask(HOSTNAME, APP, { claims: null }),
    'refused tenant-app 1',
    `fly certs add ${HOSTNAME} -a ${M}`,
  ],
  [
    'a hostname with a shell character is wrong usage',
    ask('$(x).systemprompt.io', M),
    'refused invalid-hostname 2',
    null,
  ],
  ['a bare label is wrong usage', ask('localhost', M), 'refused invalid-hostname 2', null],
  ['an app that looks like an option is wrong usage', ask(HOSTNAME, '--all'), 'refused invalid-app 2', null],
  [
    'the dialect of the platform is spoken',
    ask(HOSTNAME, APP, { platform: { ...PLATFORM, dialect: 'systemprompt' } }),
    'refused tenant-app 1',
    `systemprompt cloud certs add ${HOSTNAME}`,
  ],
];

describe('a certificate’s target', () => {
  for (const [fact, actual, expected, command] of FACTS) {
    it(fact, () => {
      assert.equal(`${actual.decision} ${actual.reason} ${targetExitCode(actual)}`, expected);
      assert.equal(actual.command, command);
    });
  }
  it('is never a tenant’s app for a name of the domain, however it is spelled', () => {
    const spelled = fc.tuple(
      fc.constantFrom('', '*.', 'a.', 'a.b.'),
      fc.constantFrom('systemprompt.io', 'SystemPrompt.IO', 'systemprompt.io.'),
      fc.constantFrom('', ' '),
    );
    fc.assert(
      fc.property(spelled, fc.boolean(), ([prefix, domain, space], known) => {
        const decision = ask(`${space}${prefix}${domain}`, APP, { claims: known ? [] : null });
        assert.equal(decision.reason, 'tenant-app');
      }),
    );
  });
  it('is never repeated when it is not strictly valid', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (hostname, app) => {
        const { text, command } = ask(hostname, app, { claims: [claim('*.systemprompt.io', '$(reboot)')] });
        assert.doesNotMatch(`${text}${command ?? ''}`, /[$`;|\\\n]|reboot/);
      }),
    );
  });
});
