import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEAD_BACKEND, type Edge, type EdgePlan, type Pem, type Site } from './edge.ts';
import { freePort } from '../support/free-port.ts';
import { startThirdParty } from './third-party.ts';

/** HAProxy ending TLS for the sites, by SNI, HTTP/2 and HTTP/1.1. */
export async function startHaproxy(folder: string, plan: EdgePlan): Promise<Edge> {
  mkdirSync(folder, { recursive: true });
  const port = await freePort(plan.address);
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(file, configuration(folder, port, plan));
  // -db: in the foreground, one process.
  const running = await startThirdParty('haproxy', ['-q', '-db', '-f', file], {
    address: plan.address,
    port,
  });
  return { ...running, port };
}

function configuration(folder: string, port: number, plan: EdgePlan): string {
  let certificates = 0;
  const pem = ({ certificate, key }: Pem): string => {
    certificates += 1;
    const file = join(folder, `${String(certificates)}.pem`);
    writeFileSync(file, certificate + key);
    return file;
  };
  const { address, elsewhere, sites } = plan;
  const rejected = sites.filter(({ shows }) => shows === null).flatMap(({ names }) => names);
  // A name that no line matches is rejected (strict-sni), so the wildcard must not match what is to be rejected.
  const lines = sites.flatMap(({ names, shows }) => {
    if (shows === null) return [];
    const but = names.some((name) => name.startsWith('*')) ? rejected.map((name) => `!${name}`) : [];
    return [`${pem(shows)} ${[...names, ...but].join(' ')}`];
  });
  const list = join(folder, 'certificates');
  writeFileSync(list, `${lines.join('\n')}\n`);

  const hosts = (answers: Site['answers']): string => {
    const names = sites.filter((site) => site.answers === answers).flatMap((site) => site.names);
    return `{ hdr(host),field(1,:) -i ${names.join(' ')} }`;
  };
  const page = '"<!doctype html><title>Site of %[req.hdr(host),field(1,:)]</title>"';
  return `global
  nbthread 1
  ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
  mode http
  retries 0
  timeout connect 1s
  timeout client 5s
  timeout server 5s
frontend elsewhere
  bind ${elsewhere.address}:${String(port)} ssl crt ${pem(elsewhere.shows)} alpn h2,http/1.1
  http-request return status 200
frontend edge
  bind ${address}:${String(port)} ssl strict-sni crt-list ${list} alpn h2,http/1.1
  http-request return status 200 content-type text/html lf-string ${page} if ${hosts('page')}
  http-request return status 502 content-type application/json string '{"error":"no such tenant"}' unless ${hosts('dead-backend')}
  default_backend dead
backend dead
  server gone ${DEAD_BACKEND}
`;
}
