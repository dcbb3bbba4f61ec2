import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly data: string;
}

/** What to answer at RCPT (`only`: to this recipient, 250 to any other) and AUTH; `hang` stays silent from the greeting on, `drop` closes there. */
export type SmtpBehaviour =
  { readonly rcpt: string; readonly only?: string; readonly auth?: string } | 'hang' | 'drop' | 'garbage';

/** A small SMTP server on loopback (RFC 5321, as much as a client needs) that keeps what it got. */
export async function startSmtpReceiver(
  initial: SmtpBehaviour = { rcpt: '250 ok' },
  tls?: { readonly key: string; readonly cert: string },
) {
  const mails: Mail[] = [];
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  let behaviour = initial;
  const serve = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    if (behaviour === 'hang') return;
    if (behaviour === 'drop') socket.destroy();
    else if (behaviour === 'garbage') socket.write('no SMTP here\r\n');
    else converse(socket, behaviour, lines, (mail) => mails.push(mail));
  };
  const server = tls === undefined ? createServer(serve) : createTlsServer(tls, serve);
  // A client that does not trust us goes away in the middle of the handshake.
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    port,
    mails,
    /** Everything that was said to it before a message. */
    lines,
    behave: (next: SmtpBehaviour) => {
      behaviour = next;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function converse(
  socket: Socket,
  { rcpt, only, auth = '235 welcome' }: Extract<SmtpBehaviour, object>,
  lines: string[],
  deliver: (mail: Mail) => void,
): void {
  let buffer = '';
  let inData = false;
  let from = '';
  let to: string[] = [];
  const say = (line: string): void => {
    socket.write(`${line}\r\n`);
  };
  const command = (line: string): void => {
    lines.push(line);
    const verb = line.slice(0, 4).toUpperCase();
    const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
    if (verb === 'MAIL') from = address;
    const answer = only === undefined || only === address ? rcpt : '250 ok';
    if (verb === 'RCPT' && answer.startsWith('2')) to.push(address);
    if (verb === 'DATA') inData = true;
    const answers: Readonly<Record<string, string>> = {
      EHLO: '250-loopback\r\n250 AUTH PLAIN',
      HELO: '250 loopback',
      MAIL: '250 ok',
      RCPT: answer,
      AUTH: auth,
      DATA: '354 go on',
      RSET: '250 ok',
      QUIT: '221 bye',
    };
    say(answers[verb] ?? '502 unknown');
    if (verb === 'QUIT') socket.end();
  };
  say('220 loopback');
  socket.on('data', (chunk) => {
    buffer += chunk.toString('utf8');
    for (;;) {
      const end = buffer.indexOf(inData ? '\r\n.\r\n' : '\r\n');
      if (end === -1) return;
      const text = buffer.slice(0, end);
      buffer = buffer.slice(end + (inData ? 5 : 2));
      if (!inData) {
        command(text);
        continue;
      }
      inData = false;
      deliver({ from, to, data: text });
      to = [];
      say('250 taken');
    }
  });
}
