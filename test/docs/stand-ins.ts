import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machineIn } from './machine.ts';

/** Asks the session to run the command line. Plain Node, so that it starts quickly. */
const CLIENT = `
const { connect } = require('node:net');
const [socketPath, ...args] = process.argv.slice(2);
const socket = connect({ path: socketPath, allowHalfOpen: true });
const chunks = [];
socket.on('data', (chunk) => chunks.push(chunk));
socket.on('end', () => {
  const { exitCode, stdout, stderr } = JSON.parse(Buffer.concat(chunks).toString());
  process.stderr.write(stderr);
  process.stdout.write(stdout, () => process.exit(exitCode));
});
socket.end(JSON.stringify({ args, cwd: process.cwd(), env: process.env }));
`;

export interface StandIns {
  /** Where the session listens, and where the sandbox's `fly certs` does. */
  readonly session: string;
  readonly fly: string;
  /** The folder that stands for the reader's machine. */
  readonly machine: string;
  readonly tokens: { readonly read: string; readonly write: string };
}

/**
 * Fills a folder for the front of PATH. The program is the real one, `fly certs` acts on the sandbox, and `curl` and `openssl` are those of the
 * system. `fly tokens create` prints a token of the kind that was asked for; what else flyctl is told is compared with what it takes, by
 * fly.test.ts. Programs that need root, containers or a network work on a folder: machine.ts.
 */
export function standIns(folder: string, { session, fly, tokens, machine }: StandIns): void {
  mkdirSync(folder, { recursive: true });
  const client = join(folder, 'client.cjs');
  writeFileSync(client, CLIENT);
  const script = (name: string, body: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const ask = (socket: string): string => `exec '${process.execPath}' '${client}' '${socket}' "$@"`;
  const run = ask(session);
  script('tenantwatch', run);
  script('npx', `[ "$1" = --yes ] && shift; case "$1" in tenantwatch|tenantwatch@*) shift; ${run};; esac`);
  script(
    'fly',
    `case "$1" in certs) ${ask(fly)};; esac; case "$1 $2 $3" in 'tokens create readonly') echo '${tokens.read}';; 'tokens create '*) echo '${tokens.write}';; esac; exit 0`,
  );
  // Nobody but the daemon on this machine is asked.
  script('curl', `case "$*" in *http://127.0.0.1:*) exec /usr/bin/curl --max-time 20 "$@";; esac; exit 6`);
  for (const [name, body] of Object.entries(machineIn(machine))) script(name, body);
}
