import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { describe, it } from 'node:test';
import { startSandbox, type SandboxAddresses } from '../../src/sandbox/index.ts';
import { ROOT, read } from '../deploy/commands.ts';

/** The commands of dig, curl and openssl that runbooks and playbook tell a person to type, each once. */
const COMMANDS = [
  ...new Set(
    readdirSync(join(ROOT, 'docs/runbooks'))
      .map((name) => read(`docs/runbooks/${name}`))
      .concat(read('docs/playbook.md').replaceAll(String.raw`\|`, '|'))
      .flatMap((text) => [...text.matchAll(/^ *((?:dig|curl|openssl) .*)$|`((?:dig|curl|openssl) [^`]+)`/gm)])
      .map(([, line, inline]) => (line ?? inline ?? '').replace(/ +#.*$/, ''))
      .map((text) => text.replaceAll(/\{(?:tenant-id|subdomain)\}/g, '999bc6549a64'))
      // What the reader has to fill in: an address, or a name server.
      .map((text) => text.replaceAll(/<[a-z ]+>/g, '127.0.0.1')),
  ),
];

const tools = ['/usr/bin/dig', '/usr/bin/curl', '/usr/bin/openssl'];
const missing = tools.filter((path) => !existsSync(path));
const skip =
  missing.length > 0 && process.env.REQUIRE_CONFORMANCE !== '1'
    ? `${missing.join(', ')} not installed`
    : false;

/** The real programs; only whom they ask is the sandbox. Fly's own hosts and the daemon are not asked. */
function programs(folder: string, { resolvers, httpsPort, caFile }: SandboxAddresses): void {
  mkdirSync(folder);
  const [host = '', port = ''] = (resolvers[0] ?? '').split(':');
  const edge = `127.0.0.1:${String(httpsPort)}`;
  const scripts = {
    dig: `for word; do shift; case "$word" in @*) ;; *) set -- "$@" "$word";; esac; done
exec /usr/bin/dig @${host} -p ${port} +time=5 "$@"`,
    curl: `case "$*" in *.systemprompt.io*|*.fly.dev*) exec /usr/bin/curl --cacert '${caFile}' --connect-to ::${edge} "$@";; esac
printf 'date: tenantwatch_api_requests_total\\n'`,
    openssl: `for word; do shift; case "$word" in *:443) word=${edge};; esac; set -- "$@" "$word"; done
exec /usr/bin/openssl "$@"`,
  };
  for (const [name, body] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(folder, name), 0o755);
  }
}

describe('what a person is told to type', { skip }, () => {
  it('is taken by dig, curl and openssl, and a healthy platform answers it', async (t) => {
    assert.ok(COMMANDS.length > 40, String(COMMANDS.length));
    const sandbox = await startSandbox({ tenants: 1 });
    const folder = mkdtempSync(join(tmpdir(), 'tenantwatch-by-hand-'));
    t.after(async () => {
      await sandbox.close();
      rmSync(folder, { recursive: true });
    });
    programs(join(folder, 'bin'), sandbox.addresses);
    const script = COMMANDS.map((text, index) => `${text}\necho "@@${String(index)} $?"`).join('\n');
    const child = spawn('bash', ['-c', script], {
      cwd: folder,
      env: { PATH: `${join(folder, 'bin')}${delimiter}${process.env.PATH ?? ''}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await once(child, 'close');
    const exits = [...output.matchAll(/^@@(\d+) (\d+)$/gm)].map(([, index, code]) => [
      Number(index),
      Number(code),
    ]);
    assert.equal(exits.length, COMMANDS.length);
    const failed = exits
      .filter(([, code]) => code !== 0)
      .map(([index = 0, code]) => `${String(code)}: ${COMMANDS[index] ?? ''}`);
    assert.deepEqual(failed, [], output);
  });
});
