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

/**
 * Fills a folder for the front of PATH. The program is the real one. Others that a page may name are not run, because they
 * need an account, root or a network; they only succeed, and `fly tokens create` prints a token of the kind that was asked for.
 */
export function standIns(
  folder: string,
  socket: string,
  tokens: { readonly read: string; readonly write: string },
): void {
  mkdirSync(folder, { recursive: true });
  const client = join(folder, 'client.cjs');
  writeFileSync(client, CLIENT);
  const script = (name: string, body: string): void => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const run = `exec '${process.execPath}' '${client}' '${socket}' "$@"`;
  script('tenantwatch', run);
  script('npx', `[ "$1" = --yes ] && shift; case "$1" in tenantwatch|tenantwatch@*) shift; ${run};; esac`);
  script(
    'fly',
    `case "$1 $2 $3" in 'tokens create readonly') echo '${tokens.read}';; 'tokens create '*) echo '${tokens.write}';; esac; exit 0`,
  );
  // Only the daemon on this machine is asked; the sites of the examples do not exist.
  script('curl', `case "$*" in *http://127.0.0.1:*) exec /usr/bin/curl --max-time 20 "$@";; esac; exit 0`);
  for (const name of NOT_RUN) script(name, 'exit 0');
}

export const NOT_RUN = [
  'docker',
  'sudo',
  'systemctl',
  'journalctl',
  'npm',
  'git',
  'openssl',
  'systemd-analyze',
] as const;
