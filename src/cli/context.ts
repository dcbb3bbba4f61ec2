import type { Config } from '../config/index.ts';
import type { VerifyResult } from '../model/diagnosis.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Clock, Random } from '../model/time.ts';
import type { RoundRequest } from '../monitor/verifier.ts';

export interface OutputStream {
  readonly write: (text: string) => void;
  readonly isTTY: boolean;
  /** Width of the terminal; undefined when there is none. */
  readonly columns?: number | undefined;
}

/** Verification from this machine, built for one configuration. */
export interface GateVerifier {
  readonly round: (request: RoundRequest) => Promise<VerifyResult>;
  /**
   * The tenants that the configured sources know, the excluded ones left out. Without `discover` the sources that would have to
   * ask Fly's API are left out. Rejects when a source fails.
   */
  readonly tenants: (options: {
    readonly discover: boolean;
    readonly signal: AbortSignal;
  }) => Promise<readonly Tenant[]>;
  readonly close: () => Promise<void>;
}

/**
 * What the program is given from outside. Functions load what they need when they are called: a command pays for nothing that it
 * does not use.
 */
export interface CliHost {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborted with `Interrupted` by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly createVerifier: (
    config: Config,
    options: { readonly noFly: boolean; readonly claims: boolean },
  ) => Promise<GateVerifier>;
  /** `--store`: adds the result to a local history, which it makes if there is none. */
  readonly keepResult: (file: string, result: VerifyResult) => Promise<void>;
}

/** What every command gets. */
export interface CliContext extends CliHost {
  /** The exit code of the command; 0 when it is never called. */
  readonly finish: (exitCode: number) => void;
}
