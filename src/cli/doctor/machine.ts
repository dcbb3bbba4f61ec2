import type { Config } from '../../config/index.ts';
import type { DoctorFinding } from '../../reports/doctor.ts';
import type { ListenFacts, MachineFacts, StoreFacts } from '../context.ts';

/** What a database needs beside its own pages: its log, and what others write. */
const SPARE_BYTES = 200_000_000;

/** Runtime, disk, port and IPv6. */
export function judgeMachine(facts: MachineFacts, config: Config): readonly DoctorFinding[] {
  return [
    { id: 'runtime', verdict: 'pass', text: `${facts.runtime}.`, advice: [] },
    judgeStore(facts.store, config.store.maxSizeBytes),
    judgeListen(facts.listen, config),
    facts.ipv6
      ? { id: 'ipv6', verdict: 'pass', text: 'This machine has a route for IPv6.', advice: [] }
      : {
          id: 'ipv6',
          verdict: 'warn',
          text: 'This machine has no route for IPv6: what is broken for visitors over IPv6 only is not seen from here.',
          advice: ['run the daemon where there is IPv6, for example on Fly itself'],
        },
  ];
}

function judgeStore(facts: StoreFacts, maxSizeBytes: number): DoctorFinding {
  const { path, bytes, problem, exposed, freeBytes } = facts;
  const id = 'disk';
  if (problem !== null)
    return {
      id,
      verdict: 'fail',
      text: problem,
      advice: ['make it usable for this user, or set store.path'],
    };
  const neededBytes = Math.max(0, maxSizeBytes - (bytes ?? 0)) + SPARE_BYTES;
  if (freeBytes !== null && freeBytes < SPARE_BYTES)
    return {
      id,
      verdict: 'fail',
      text: `Only ${size(freeBytes)} are free where ${path} lies.`,
      advice: ['free some space, or set store.path to another disk'],
    };
  if (freeBytes !== null && freeBytes < neededBytes)
    return {
      id,
      verdict: 'warn',
      text: `${size(freeBytes)} are free where ${path} lies; the database may grow to ${size(maxSizeBytes)}.`,
      advice: [
        `set store.maxSize below ${size(Math.max(0, freeBytes - SPARE_BYTES) + (bytes ?? 0))}, or free some space`,
      ],
    };
  if (exposed)
    return {
      id,
      verdict: 'warn',
      text: `Others than its owner may read ${path}.`,
      advice: [`chmod 600 ${path}`],
    };
  const state = bytes === null ? 'will be made' : `holds ${size(bytes)}`;
  const free = freeBytes === null ? '' : `, ${size(freeBytes)} are free`;
  return { id, verdict: 'pass', text: `The database ${path} ${state}${free}.`, advice: [] };
}

function judgeListen({ address, state, detail }: ListenFacts, { server }: Config): DoctorFinding {
  const id = 'port';
  switch (state) {
    case 'taken':
      return {
        id,
        verdict: 'fail',
        text: `Something else listens on ${address}.`,
        advice: ['set server.listen to a free port'],
      };
    case 'impossible':
      return {
        id,
        verdict: 'fail',
        text: `${address} cannot be listened on (${detail}).`,
        advice: ['set server.listen to an address of this machine, and a port that this user may use'],
      };
    case 'ours':
      return { id, verdict: 'pass', text: `A tenantwatch daemon listens on ${address}.`, advice: [] };
    case 'free':
      return isLoopback(server.listen.host) || server.tokens.length > 0
        ? { id, verdict: 'pass', text: `${address} is free.`, advice: [] }
        : {
            id,
            verdict: 'warn',
            text: `${address} is free, but without server.tokens the daemon answers loopback only.`,
            advice: ['add an entry to server.tokens, or listen on 127.0.0.1'],
          };
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** Decimal, as in the configuration. */
function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}
