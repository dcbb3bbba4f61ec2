import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { startThirdParty, type RunningServer } from './third-party.ts';

export interface Knot extends RunningServer {
  /** `ip:port`, one for each address. */
  readonly servers: readonly string[];
}

/** Records of a zone by its origin, as lines of a zone file; SOA and NS are added. */
export type Zones = Readonly<Record<string, readonly string[]>>;

/** Knot DNS, authoritative for the zones at every address. It answers for nobody else's names (REFUSED). */
export async function startKnot(
  folder: string,
  addresses: readonly [string, ...string[]],
  zones: Zones,
): Promise<Knot> {
  const port = await freePort(addresses[0]);
  for (const [origin, records] of Object.entries(zones)) {
    const head = [`$ORIGIN ${origin}.`, '$TTL 60', '@ SOA ns1 hostmaster 1 3600 600 86400 60', '@ NS ns1'];
    const lines = [...head, `ns1 A ${addresses[0]}`, ...records];
    writeFileSync(join(folder, `${origin}.zone`), `${lines.join('\n')}\n`);
  }
  const file = join(folder, 'knot.conf');
  writeFileSync(
    file,
    `server:
    rundir: "${folder}"
    listen: [ ${addresses.map((address) => `"${address}@${String(port)}"`).join(', ')} ]
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: warning
database:
    storage: "${folder}"
template:
  - id: default
    storage: "${folder}"
    journal-content: none
    zonefile-sync: -1
zone:
${Object.keys(zones)
  .map((origin) => `  - domain: ${origin}\n    file: ${origin}.zone\n`)
  .join('')}`,
  );
  const running = await startThirdParty('knot', ['--config', file], { address: addresses[0], port });
  return { ...running, servers: addresses.map((address) => `${address}:${String(port)}`) };
}
