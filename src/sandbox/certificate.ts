import { createHash, randomBytes, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import {
  bitString,
  boolean,
  integer,
  octetString,
  oid,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from './der.ts';

/** What a certificate says (RFC 5280 section 4.1). Keys are P-256. */
export interface CertificateContent {
  readonly commonName: string;
  /** DNS names of the subject alternative name; none for an authority. */
  readonly names: readonly string[];
  readonly authority: boolean;
  readonly publicKey: KeyObject;
  /** Milliseconds since the epoch. */
  readonly notBefore: number;
  readonly notAfter: number;
}

export interface Issuer {
  readonly commonName: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));

/** Signs a certificate; PEM. */
export function signCertificate(content: CertificateContent, issuer: Issuer): string {
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([0x4d]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    distinguishedName(issuer.commonName),
    sequence(time(content.notBefore), time(content.notAfter)),
    distinguishedName(content.commonName),
    spki(content.publicKey),
    tagged(0xa3, sequence(...extensions(content, issuer))),
  );
  const signature = sign('sha256', body, issuer.privateKey);
  const der = sequence(body, ECDSA_WITH_SHA256, bitString(signature));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function extensions(content: CertificateContent, issuer: Issuer): readonly Buffer[] {
  const common = [
    extension('2.5.29.14', octetString(keyIdentifier(content.publicKey))),
    extension('2.5.29.35', sequence(tagged(0x80, keyIdentifier(issuer.publicKey)))),
  ];
  if (content.authority)
    return [
      extension('2.5.29.19', sequence(boolean(true)), true),
      // keyCertSign and cRLSign
      extension('2.5.29.15', bitString(Buffer.from([0x06]), 1), true),
      ...common,
    ];
  return [
    extension('2.5.29.19', sequence(), true),
    // digitalSignature
    extension('2.5.29.15', bitString(Buffer.from([0x80]), 7), true),
    // serverAuth
    extension('2.5.29.37', sequence(oid('1.3.6.1.5.5.7.3.1'))),
    extension(
      '2.5.29.17',
      sequence(...content.names.map((name) => tagged(0x82, Buffer.from(name, 'ascii')))),
    ),
    ...common,
  ];
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

function distinguishedName(commonName: string): Buffer {
  return sequence(set(sequence(oid('2.5.4.3'), utf8String(commonName))));
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha1').update(spki(key)).digest();
}
