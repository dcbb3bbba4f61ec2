import type { z } from 'zod';
import type { Claim, Machine } from '../model/fly.ts';
import { plainText } from '../model/text.ts';
import type { Clock } from '../model/time.ts';
import { publicAddresses } from './addresses.ts';
import {
  appList,
  certificateDetail,
  certificateList,
  currentToken,
  ipAssignmentList,
  machineList,
  orgMachineList,
} from './answers.ts';
import type { orgMachine } from './answers.ts';
import type { ApiCall, Caller } from './caller.ts';
import { claimOfDetail, claimOfSummary } from './claim.ts';
import type { FlyTokenInfo } from './fly-client.ts';
import { flyError } from './error.ts';
import { machineOf } from './machine.ts';
import { PATHS, appPath, hostnamePath, orgPath, urlOf } from './paths.ts';
import type { Query } from './paths.ts';
import { assertComplete, nextCursor, readJson } from './read.ts';

/** The most that the API gives in one page. */
const CERTIFICATES_PER_PAGE = 500;
const MACHINES_PER_PAGE = 1_000;
/** Half a million certificates or a million machines: beyond that something goes round in a circle. */
const MAX_PAGES = 1_000;

export type OrgMachine = z.infer<typeof orgMachine>;

/** The Machines API, reading only. */
export interface MachinesApi {
  readonly certificates: (app: string, signal: AbortSignal) => Promise<readonly Claim[]>;
  readonly certificate: (app: string, hostname: string, signal: AbortSignal) => Promise<Claim>;
  readonly machines: (app: string, signal: AbortSignal) => Promise<readonly Machine[]>;
  readonly addresses: (app: string, signal: AbortSignal) => Promise<readonly string[]>;
  readonly apps: (org: string, signal: AbortSignal) => Promise<readonly string[]>;
  /** Every machine of the organization; `incomplete` when the API leaves out a region. */
  readonly orgMachines: (org: string, signal: AbortSignal) => Promise<readonly OrgMachine[]>;
  readonly tokens: (signal: AbortSignal) => Promise<FlyTokenInfo['tokens']>;
}

export function createMachinesApi(caller: Caller, baseUrl: string, clock: Clock): MachinesApi {
  function get<Schema extends z.ZodType>(
    request: {
      readonly path: string;
      readonly query?: Query;
      readonly what: string;
      readonly limit: string;
      readonly app: boolean;
    },
    schema: Schema,
    signal: AbortSignal,
  ): Promise<z.output<Schema>> {
    const call: ApiCall<z.output<Schema>> = {
      api: 'machines',
      method: 'GET',
      url: urlOf(baseUrl, request.path, request.query),
      what: request.what,
      limit: request.limit,
      repeatable: true,
      aboutApp: request.app,
      read: (answer) => readJson(answer.body, schema),
    };
    return caller.call(call, signal);
  }

  async function certificates(app: string, signal: AbortSignal): Promise<readonly Claim[]> {
    const path = appPath(PATHS.certificates, app);
    const what = `certificates of ${app}`;
    const claims = new Map<string, Claim>();
    const seen = new Set<string>();
    let found = 0;
    let promised: number | null = null;
    let cursor: string | null = null;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const answer: z.infer<typeof certificateList> = await get(
        {
          path,
          query: { limit: CERTIFICATES_PER_PAGE, cursor },
          what,
          limit: `certificates:${app}`,
          app: true,
        },
        certificateList,
        signal,
      );
      const entries = answer.certificates ?? [];
      found += entries.length;
      // Certificates may come and go between two pages: the smallest promise is the one that must be kept.
      if (answer.total_count != null) promised = Math.min(promised ?? Infinity, answer.total_count);
      for (const entry of entries) {
        const claim = claimOfSummary(app, entry);
        claims.set(claim.hostname, claim);
      }
      cursor = nextCursor(answer.next_cursor, seen, what);
      if (cursor === null) {
        assertComplete(found, promised, what);
        return [...claims.values()];
      }
    }
    throw flyError('incomplete', `${what}: more than ${MAX_PAGES} pages`);
  }

  async function orgMachines(org: string, signal: AbortSignal): Promise<readonly OrgMachine[]> {
    const path = orgPath(PATHS.orgMachines, org);
    const what = `machines of organization ${org}`;
    const machines = new Map<string, OrgMachine>();
    const seen = new Set<string>();
    let cursor: string | null = null;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      // A page may be empty although more follow: only the missing cursor is the end.
      const answer: z.infer<typeof orgMachineList> = await get(
        {
          path,
          query: { summary: 'true', limit: MACHINES_PER_PAGE, cursor },
          what,
          limit: `org-machines:${org}`,
          app: false,
        },
        orgMachineList,
        signal,
      );
      const failed = answer.error_regions ?? [];
      if (failed.length > 0) throw flyError('incomplete', `${what}: no answer from ${failed.join(', ')}`);
      for (const machine of answer.machines ?? []) machines.set(machine.id, machine);
      cursor = nextCursor(answer.next_cursor, seen, what);
      if (cursor === null) return [...machines.values()];
    }
    throw flyError('incomplete', `${what}: more than ${MAX_PAGES} pages`);
  }

  return {
    certificates,
    orgMachines,
    certificate: async (app, hostname, signal) => {
      const path = hostnamePath(PATHS.certificate, app, hostname);
      const detail = await get(
        { path, what: `certificate ${hostname} of ${app}`, limit: `certificate:${app}`, app: true },
        certificateDetail,
        signal,
      );
      return claimOfDetail(app, detail, clock.now());
    },
    machines: async (app, signal) => {
      const path = appPath(PATHS.machines, app);
      const list = await get(
        { path, what: `machines of ${app}`, limit: `machines:${app}`, app: true },
        machineList,
        signal,
      );
      return list
        .map((machine) => machineOf(machine, clock.now()))
        .filter((machine) => machine.state !== 'destroyed');
    },
    addresses: async (app, signal) => {
      const path = appPath(PATHS.addresses, app);
      const what = `addresses of ${app}`;
      const { ips } = await get(
        { path, what, limit: `addresses:${app}`, app: true },
        ipAssignmentList,
        signal,
      );
      return publicAddresses(
        (ips ?? []).map(({ ip }) => ip),
        what,
      );
    },
    apps: async (org, signal) => {
      const what = `apps of organization ${org}`;
      orgPath(PATHS.orgMachines, org);
      const answer = await get(
        { path: PATHS.apps, query: { org_slug: org }, what, limit: `apps:${org}`, app: false },
        appList,
        signal,
      );
      const names = new Set((answer.apps ?? []).map((app) => app.name));
      assertComplete(names.size, answer.total_apps ?? null, what);
      return [...names].sort();
    },
    tokens: async (signal) => {
      const { tokens } = await get(
        { path: PATHS.token, what: 'the current token', limit: 'token:', app: false },
        currentToken,
        signal,
      );
      const text = (value: string | null | undefined): string | null =>
        value == null || value === '' ? null : plainText(value, 100);
      return (tokens ?? []).map((token) => ({
        id: text(token.token_id),
        orgSlug: text(token.org_slug),
        apps:
          token.apps == null || token.apps.length === 0 ? null : token.apps.map((app) => plainText(app, 63)),
        user: text(token.user),
      }));
    },
  };
}
