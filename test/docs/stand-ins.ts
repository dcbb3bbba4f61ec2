import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

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
  readonly tokens: { readonly read: string; readonly write: string };
}

/**
 * Fills a folder for the front of PATH. The program is the real one, and `fly certs` acts on the sandbox. Others that a page may name are not
 * run, because they need an account, root or a network; they only succeed, and `fly tokens create` prints a token of the kind that was asked for.
 */
export function standIns(folder: string, { session, fly, tokens }: StandIns): void {
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
  // Only the daemon on this machine is asked; the sites of the examples do not exist.
  script('curl', `case "$*" in *http://127.0.0.1:*) exec /usr/bin/curl --max-time 20 "$@";; esac; exit 0`);
  script('openssl', `case "$1" in rand) printf '%064d' 7;; esac; exit 0`);
  for (const name of NOT_RUN) script(name, 'exit 0');
}

const NOT_RUN = ['docker', 'sudo', 'systemctl', 'journalctl', 'npm', 'git', 'systemd-analyze'] as const;
