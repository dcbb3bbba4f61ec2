import { generateKeyPairSync } from 'node:crypto';
import { DAY_MS } from '../../src/model/time.ts';
import { signCertificate, type Issuer } from '../../src/sandbox/certificate.ts';

/** How a certificate of a test differs from a good one. */
export interface LeafOptions {
  readonly names?: readonly string[];
  readonly commonName?: string;
  readonly notBefore?: number;
  readonly notAfter?: number;
  /** Who signs: the trusted chain, an authority that nobody trusts, an expired intermediate, or the leaf itself. */
  readonly signedBy?: 'intermediate' | 'stranger' | 'expired-intermediate' | 'leaf-as-authority' | 'itself';
  /** The server forgets its intermediate. */
  readonly alone?: boolean;
}

export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

export interface TestAuthority {
  /** The root to trust. */
  readonly rootPem: string;
  readonly issue: (options?: LeafOptions) => KeyAndCertificate;
}

export const TENANT_NAME = 'a1b2c3d4e5f6.tenants.test';

/** A root and what it signed, made when the test runs. */
export function createTestAuthority(): TestAuthority {
  const now = Date.now();
  const root = issuer('Test Root');
  const intermediate = issuer('Test Intermediate');
  const expired = issuer('Test Expired Intermediate');
  const stranger = issuer('Test Stranger');
  const impostor = issuer('impostor.tenants.test');
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const authority = (subject: Issuer, by: Issuer, notAfter = now + 1000 * DAY_MS): string =>
    signCertificate({ ...subject, names: [], authority: true, notBefore: now - 1000 * DAY_MS, notAfter }, by);
  const rootPem = authority(root, root);
  const above = {
    intermediate: authority(intermediate, root),
    stranger: '',
    'expired-intermediate': authority(expired, root, now - DAY_MS),
    // A leaf that is no authority signs another one.
    'leaf-as-authority':
      signCertificate(
        {
          ...impostor,
          names: ['impostor.tenants.test'],
          authority: false,
          notBefore: now - DAY_MS,
          notAfter: now + DAY_MS,
        },
        intermediate,
      ) + authority(intermediate, root),
    itself: '',
  };
  return {
    rootPem,
    issue: (options = {}) => {
      const commonName = options.commonName ?? TENANT_NAME;
      const signers = {
        intermediate,
        stranger,
        'expired-intermediate': expired,
        'leaf-as-authority': impostor,
        itself: { commonName, publicKey, privateKey },
      };
      const signedBy = options.signedBy ?? 'intermediate';
      const leaf = signCertificate(
        {
          commonName,
          names: options.names ?? ['*.tenants.test'],
          authority: false,
          publicKey,
          notBefore: options.notBefore ?? now - DAY_MS,
          notAfter: options.notAfter ?? now + 60 * DAY_MS,
        },
        signers[signedBy],
      );
      return {
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
        cert: options.alone === true ? leaf : leaf + above[signedBy],
      };
    },
  };
}

function issuer(commonName: string): Issuer {
  return { commonName, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) };
}
