import type { Claim } from '../model/fly.ts';

/** Changes certificates. Constructed by the command line only, with a token of its own that the daemon never holds. */
export interface FlyWriter {
  /** Asks for a certificate (ACME) and returns it as it then is. */
  readonly addCertificate: (app: string, hostname: string, signal: AbortSignal) => Promise<Claim>;
  /** Resolves to false when the app had no such certificate. */
  readonly removeCertificate: (app: string, hostname: string, signal: AbortSignal) => Promise<boolean>;
  /** Re-validates; may start issuance: the certificate authority allows 5 failed validations per host and hour. */
  readonly checkCertificate: (app: string, hostname: string, signal: AbortSignal) => Promise<Claim>;
  readonly close: () => Promise<void>;
}
