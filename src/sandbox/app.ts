/** What the world knows of one Fly app. Times are milliseconds since the epoch. Changed by the world's methods only. */
export interface SandboxApp {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly addresses: AppAddresses;
  readonly machines: readonly SandboxMachine[];
  readonly releases: readonly SandboxRelease[];
  /** By normalized hostname, oldest first. */
  readonly certificates: ReadonlyMap<string, SandboxCertificate>;
}

/** The same, as the world's own parts see it. */
export interface MutableApp extends SandboxApp {
  machines: readonly SandboxMachine[];
  releases: readonly SandboxRelease[];
  readonly certificates: Map<string, SandboxCertificate>;
  broken: boolean;
  wakeups: number;
}

export interface AppAddresses {
  readonly ipv4: readonly string[];
  readonly ipv6: readonly string[];
  /** The address that the app shares with others; null when it has its own. */
  readonly shared: string | null;
  /** 6PN: reachable inside the organization only. */
  readonly private: string;
}

export type SandboxMachineState =
  | 'created'
  | 'starting'
  | 'started'
  | 'stopping'
  | 'stopped'
  | 'suspended'
  | 'failed'
  | 'replacing'
  | 'destroyed';

export interface SandboxMachine {
  readonly id: string;
  /** Changes with every change of the configuration. */
  readonly instanceId: string;
  readonly region: string;
  readonly state: SandboxMachineState;
  /** null: the configuration has no services at all. */
  readonly autostart: boolean | null;
  readonly exits: readonly MachineExit[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface MachineExit {
  readonly at: number;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  readonly requestedStop: boolean;
}

export interface SandboxRelease {
  readonly id: string;
  readonly version: number;
  readonly description: string;
  readonly reason: string;
  readonly status: string;
  readonly user: { readonly name: string; readonly email: string };
  readonly imageRef: string;
  readonly createdAt: number;
}

export interface SandboxCertificate {
  readonly id: string;
  /** As it was typed: any letter case, with or without a final dot. */
  readonly hostname: string;
  readonly source: 'fly' | 'custom';
  readonly createdAt: number;
  /** From when on the edge routes by it. */
  readonly effectiveAt: number;
  /** When DNS was found to point to the app; null while it was not. */
  readonly configuredAt: number | null;
  /** When issuance ends or ended; null while nothing was requested. */
  readonly issuedAt: number | null;
  readonly expiresAt: number | null;
}

/** The older, GraphQL vocabulary, which the command line prints, too. */
export type ClientStatus = 'Ready' | 'Awaiting configuration' | 'Awaiting certificates';

export function clientStatus(certificate: SandboxCertificate, now: number): ClientStatus {
  if (isIssued(certificate, now)) return 'Ready';
  return certificate.configuredAt === null ? 'Awaiting configuration' : 'Awaiting certificates';
}

/** Issued at the moment; expired ones count: the edge goes on serving them. */
export function isIssued(certificate: SandboxCertificate, now: number): boolean {
  return certificate.issuedAt !== null && certificate.issuedAt <= now;
}
