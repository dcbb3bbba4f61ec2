import type { PastChannels } from '../alerts/index.ts';
import type { Config } from '../config/index.ts';
import type { FlyClient, FlyWriter } from '../fly/index.ts';
import type { DeliveryOutcome } from '../model/alert.ts';
import type { VerifyResult } from '../model/diagnosis.ts';
import type { Logger } from '../model/logger.ts';
import type { Tenant } from '../model/tenant.ts';
import type { Clock, Random } from '../model/time.ts';
import type { Fleet } from '../monitor/fleet.ts';
import type { Tracker } from '../monitor/tracker.ts';
import type { RoundRequest } from '../monitor/verifier.ts';
import type { FlyProbe } from '../probes/fly.ts';
import type { Store } from '../store/index.ts';

export interface OutputStream {
  readonly write: (text: string) => void;
  /**
   * Resolves when the reader took what was written: for output without end. False: nobody reads any more. Absent where
   * writing waits by itself.
   */
  readonly drained?: () => Promise<boolean>;
  readonly isTTY: boolean;
  /** Width of the terminal; undefined when there is none. */
  readonly columns?: number | undefined;
  /** Its height. */
  readonly rows?: number | undefined;
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

export interface DaemonStart {
  readonly log: { readonly format: 'json' | 'pretty' | 'none' };
  /** Another environment than the program's own. */
  readonly env?: CliHost['env'];
  /** On a reload: what the daemon before it left. */
  readonly past?: StartedDaemon['channels'];
}

/** A daemon that runs in this process. */
export interface StartedDaemon {
  readonly logger: Logger;
  readonly fleet: Fleet;
  readonly tracker: Tracker;
  readonly store: Store;
  /** Where its HTTP server listens. */
  readonly url: string;
  /** For the next daemon of this process, which tells the end of incidents where they were told as open. */
  readonly channels: PastChannels;
  readonly stop: () => Promise<void>;
}

/** Fly's API outside of a verification: read only. */
export interface FlyAccess {
  readonly client: FlyClient;
  readonly probe: FlyProbe;
  readonly close: () => Promise<void>;
}

/** What changes certificates, and the trail that every change leaves. */
export interface RepairAccess {
  readonly writer: FlyWriter;
  readonly audit: Store['audit'];
  readonly close: () => Promise<void>;
}

/** What the daemon needs of the machine it runs on, as it is now. */
export interface MachineFacts {
  /** Version and platform of Node.js. */
  readonly runtime: string;
  readonly store: StoreFacts;
  readonly listen: ListenFacts;
  /** Would a packet to a public IPv6 address leave this machine? */
  readonly ipv6: boolean;
}

export interface StoreFacts {
  readonly path: string;
  /** Is there a database, and how large is it with its log? Null without one. */
  readonly bytes: number | null;
  /** Why it cannot be used; null when it can. */
  readonly problem: string | null;
  /** May others than its owner read it? */
  readonly exposed: boolean;
  /** What is free where it lies; null when that is not known. */
  readonly freeBytes: number | null;
}

export interface ListenFacts {
  /** As in the configuration. */
  readonly address: string;
  /** `ours`: a tenantwatch daemon answers there already. */
  readonly state: 'free' | 'ours' | 'taken' | 'impossible';
  readonly detail: string;
}

/** Whoever started the daemon and wants to know how it is; systemd, or nobody. */
export interface ServiceManager {
  readonly ready: () => void;
  /** The next `ready` ends the reload. */
  readonly reloading: () => void;
  /** Resolves when the message is out. */
  readonly stopping: () => Promise<void>;
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
  /** Calls back when the terminal hangs up or an operator asks for a reload (SIGHUP); returns how to stop. */
  readonly onHangup: (listener: () => void) => () => void;
  readonly serviceManager: ServiceManager;
  /** Starts everything that `watch` runs; rejects when it cannot, with nothing left running. */
  readonly startDaemon: (config: Config, options: DaemonStart) => Promise<StartedDaemon>;
  /** The daemon's database while the daemon runs: to look, or to write what people decide. */
  readonly openStore: (config: Config, mode: 'read' | 'write') => Promise<Store>;
  /** Reads Fly's API with the token of the environment. */
  readonly openFly: (settings: {
    readonly org: string | null;
    readonly contactUrl: string | null;
  }) => Promise<FlyAccess>;
  /** For `fix` alone: with a token that may change certificates. */
  readonly openRepair: (config: Config, token: string) => Promise<RepairAccess>;
  /** Looks at this machine; what it tries (a port) it gives back. */
  readonly inspectMachine: (config: Config) => Promise<MachineFacts>;
  /** Sends a test message over one channel of the configuration, now and from here. */
  readonly sendTest: (config: Config, channel: string, signal: AbortSignal) => Promise<DeliveryOutcome>;
  /** Asks on the terminal and answers with one line; null where nobody can answer. */
  readonly ask: ((question: string) => Promise<string>) | null;
  /** The same host in another environment: how the demo's commands find its sandbox. */
  readonly withEnv: (env: CliHost['env']) => CliHost;
  /** `--store`: opens a local history, which it makes if there is none. */
  readonly openHistory: (file: string) => Promise<LocalHistory>;
}

/** Results of one machine's gates. */
export interface LocalHistory {
  readonly keep: (result: VerifyResult) => void;
  readonly close: () => void;
}

/** What every command gets. */
export interface CliContext extends CliHost {
  /** The exit code of the command; 0 when it is never called. */
  readonly finish: (exitCode: number) => void;
}
