import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEAD_BACKEND, type Edge, type EdgePlan, type Pem, type Site } from './edge.ts';
import { freePort } from '../support/free-port.ts';
import { startThirdParty } from './third-party.ts';

export interface Nginx extends Edge {
  /** Takes over other sites at the same address and port. */
  readonly change: (sites: readonly Site[]) => void;
}

/** nginx ending TLS for the sites, by SNI, HTTP/2 and HTTP/1.1. */
export async function startNginx(folder: string, plan: EdgePlan): Promise<Nginx> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort(plan.address);
  const file = join(folder, 'nginx.conf');
  const write = (sites: readonly Site[]): void => {
    writeFileSync(file, configuration(folder, port, { ...plan, sites }));
  };
  write(plan.sites);
  // Before it has read the configuration nginx would write to a log of the machine.
  const args = ['-p', folder, '-c', file, '-e', 'stderr'];
  const running = await startThirdParty('nginx', args, { address: plan.address, port });
  return {
    ...running,
    port,
    change: (sites) => {
      write(sites);
      running.reload();
    },
  };
}

function configuration(folder: string, port: number, plan: EdgePlan): string {
  let certificates = 0;
  const shown = ({ certificate, key }: Pem): string => {
    certificates += 1;
    const file = join(folder, `${String(certificates)}.pem`);
    writeFileSync(file, certificate + key);
    return `ssl_certificate ${file}; ssl_certificate_key ${file};`;
  };
  const listen = (address: string, rest = ''): string =>
    `listen ${address}:${String(port)} ssl http2${rest};`;
  const { elsewhere, address, sites } = plan;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${join(folder, kind)};`,
  );
  return `daemon off;
worker_processes 1;
${ROOT}
pid ${join(folder, 'nginx.pid')};
error_log stderr crit;
events { worker_connections 256; }
http {
  access_log off;
  default_type text/html;
  ${temporary.join('\n  ')}
  server { ${listen(elsewhere.address, ' default_server')} ${shown(elsewhere.shows)} return 200 ""; }
  ${sites
    .map(
      ({ names, shows, answers }) =>
        `server { ${listen(address)} server_name ${names.join(' ')}; ` +
        `${shows === null ? 'ssl_reject_handshake on;' : shown(shows)} ${ANSWERS[answers]} }`,
    )
    .join('\n  ')}
}
`;
}

/** Files of the test are the own user's; a master that is root would give its worker to somebody who may not read them. */
const ROOT = process.getuid?.() === 0 ? 'user root;' : '';

const ANSWERS: Readonly<Record<Site['answers'], string>> = {
  page: 'return 200 "<!doctype html><title>Site of $host</title>";',
  'no-such-tenant': 'default_type application/json; return 502 \'{"error":"no such tenant"}\';',
  'dead-backend': `location / { proxy_pass http://${DEAD_BACKEND}; }`,
};
