import type { z } from 'zod';
import type { Claim } from '../model/fly.ts';
import { certificateDetail } from './answers.ts';
import { createRequestBudget } from './budget.ts';
import { createCaller } from './caller.ts';
import type { ApiCall } from './caller.ts';
import { claimOfDetail } from './claim.ts';
import { FlyError } from './error.ts';
import type { FlyClientOptions } from './fly-client.ts';
import { PATHS, appPath, hostnamePath, urlOf } from './paths.ts';
import { readJson } from './read.ts';
import { readToken } from './token.ts';
import { createTransport } from './transport.ts';

/** Changes certificates. Constructed by the command line only, with a token of its own that the daemon never holds. */
export interface FlyWriter {
  /** Asks for a certificate (ACME) and returns it as it then is. Fly refuses (422) one that the app has already. */
  readonly addCertificate: (app: string, hostname: string, signal: AbortSignal) => Promise<Claim>;
  /** Resolves to false when the app had no such certificate: removing twice is safe. */
  readonly removeCertificate: (app: string, hostname: string, signal: AbortSignal) => Promise<boolean>;
  /** Re-validates; may start issuance: the certificate authority allows 5 failed validations per host and hour. */
  readonly checkCertificate: (app: string, hostname: string, signal: AbortSignal) => Promise<Claim>;
  readonly close: () => Promise<void>;
}

type FlyWriterOptions = Pick<
  FlyClientOptions,
  'token' | 'flapsBaseUrl' | 'userAgent' | 'clock' | 'random' | 'recorder' | 'requestTimeoutMs'
>;

const MAX_ANSWER_BYTES = 1_000_000;
const REQUEST_TIMEOUT_MS = 30_000;

export function createFlyWriter(options: FlyWriterOptions): FlyWriter {
  const { clock, flapsBaseUrl } = options;
  const transport = createTransport({
    clock,
    userAgent: options.userAgent,
    timeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    maxBytes: MAX_ANSWER_BYTES,
  });
  const caller = createCaller({
    token: readToken(options.token),
    transport,
    budget: createRequestBudget({ clock, perSecond: 1, burst: 3 }),
    clock,
    random: options.random,
    recorder: options.recorder ?? null,
  });
  type Change = Pick<ApiCall<unknown>, 'method' | 'what'> & { readonly path: string; readonly body?: string };

  function send<T>(change: Change, app: string, read: ApiCall<T>['read'], signal: AbortSignal): Promise<T> {
    const { path, ...rest } = change;
    // An addition or a validation whose answer was lost may have happened: whoever asked decides, after looking.
    const repeatable = change.method === 'DELETE';
    const limit = `write:${app}`;
    return caller.call(
      { ...rest, api: 'machines', url: urlOf(flapsBaseUrl, path), limit, repeatable, aboutApp: true, read },
      signal,
    );
  }

  const readDetail =
    (app: string): ApiCall<Claim>['read'] =>
    (answer) => {
      const detail: z.infer<typeof certificateDetail> = readJson(answer.body, certificateDetail);
      return claimOfDetail(app, detail, clock.now());
    };

  return {
    addCertificate: async (app, hostname, signal) => {
      hostnamePath(PATHS.certificate, app, hostname);
      const path = appPath(PATHS.addCertificate, app);
      const what = `adding certificate ${hostname} to ${app}`;
      return send(
        { method: 'POST', path, what, body: JSON.stringify({ hostname }) },
        app,
        readDetail(app),
        signal,
      );
    },
    removeCertificate: async (app, hostname, signal) => {
      const path = hostnamePath(PATHS.certificate, app, hostname);
      const what = `removing certificate ${hostname} of ${app}`;
      try {
        return await send({ method: 'DELETE', path, what }, app, () => true, signal);
      } catch (error) {
        if (error instanceof FlyError && error.failure.code === 'not-found') return false;
        throw error;
      }
    },
    checkCertificate: async (app, hostname, signal) => {
      const path = hostnamePath(PATHS.checkCertificate, app, hostname);
      const what = `checking certificate ${hostname} of ${app}`;
      return send({ method: 'POST', path, what }, app, readDetail(app), signal);
    },
    close: transport.close,
  };
}
