import { unescape as decoded } from 'node:querystring';
import { createTransport } from 'nodemailer';
import type { DeliveryOutcome, Message, Notifier } from '../model/alert.ts';
import { SECOND_MS } from '../model/time.ts';
import { alertAsText, describeAlert, describeNotice } from './message.ts';
import { createMailRecipients } from './mail-recipients.ts';
import type { EmailOptions } from './options.ts';

export interface EmailText {
  readonly subject: string;
  readonly text: string;
  /** Stable over retries. */
  readonly messageId: string;
  /** Of the conversation that it belongs to; null for a notice. */
  readonly inReplyTo: string | null;
}

/** Plain text mail over SMTP; the messages of an incident are one conversation. */
export function createEmailNotifier(options: EmailOptions, timeoutMs: number = 10 * SECOND_MS): Notifier {
  const url = new URL(options.smtp.reveal());
  const secure = url.protocol === 'smtps:';
  // A password may hold a `%` that encodes nothing.
  const user = decoded(url.username);
  const transport = createTransport({
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 465 : 587) : Number(url.port),
    secure,
    // A password goes over TLS only.
    requireTLS: user !== '' && !secure,
    ...(user === '' ? {} : { auth: { user, pass: decoded(url.password) } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const recipients = createMailRecipients(options.to);
  return {
    name: options.name,
    type: 'email',
    send: async (message, { signal, possibleRepeat }) => {
      const { subject, text, messageId, inReplyTo } = emailText(message, options.from, possibleRepeat);
      const sending = transport.sendMail({
        from: options.from,
        to: [...options.to],
        envelope: { from: options.from, to: [...recipients.left(message.id)] },
        subject,
        text,
        messageId,
        headers: { 'Auto-Submitted': 'auto-generated' },
        ...(inReplyTo === null ? {} : { inReplyTo, references: inReplyTo }),
      });
      return Promise.race([
        sending.then(
          (info) => recipients.taken(message.id, info),
          (error: unknown) => recipients.failed(message.id, judgeMailError(error)),
        ),
        aborted(signal),
      ]);
    },
    close: () => {
      transport.close();
      return Promise.resolve();
    },
  };
}

export function emailText(message: Message, from: string, possibleRepeat: boolean): EmailText {
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(from)?.[1] ?? 'tenantwatch';
  const id = (text: string): string => `<${encodeURIComponent(text)}@${domain}>`;
  const messageId = id(message.id);
  if (!('incident' in message)) {
    const text = describeNotice(message);
    return { subject: `tenantwatch: ${text.slice(0, 120)}`, text: `${text}\n`, messageId, inReplyTo: null };
  }
  const text = describeAlert(message, possibleRepeat);
  // In ASCII it needs no encoding: every filter and log reads it as it is.
  const subject = text.headline.replaceAll('’', "'");
  return { subject, text: alertAsText(text), messageId, inReplyTo: id(message.incident.id) };
}

function aborted(signal: AbortSignal): Promise<DeliveryOutcome> {
  const outcome: DeliveryOutcome = {
    result: 'retry',
    reason: 'stopped before the server answered',
    maybeSent: true,
  };
  if (signal.aborted) return Promise.resolve(outcome);
  return new Promise((resolve) => {
    signal.addEventListener(
      'abort',
      () => {
        resolve(outcome);
      },
      { once: true },
    );
  });
}

/** Codes only: the library's messages quote the server, which may quote anything. */
export function judgeMailError(error: unknown): DeliveryOutcome {
  const field = (name: string): unknown =>
    typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
  const code = field('code');
  const status = field('responseCode');
  const known = typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code) ? code : 'failed';
  const reason = typeof status === 'number' ? `SMTP ${known} ${status}` : `SMTP ${known}`;
  if (typeof status !== 'number' || status < 500 || status > 599) return { result: 'retry', reason };
  switch (code) {
    case 'EAUTH':
    case 'ENOAUTH':
      return { result: 'disabled', reason };
    case 'ETLS':
      return {
        result: 'disabled',
        reason: `${reason}: the server offers no TLS, and the password is not sent without`,
      };
    // Only these are about the message; a server that turns everybody away may take it tomorrow.
    case 'EENVELOPE':
    case 'EMESSAGE':
      return { result: 'rejected', reason };
    default:
      return { result: 'retry', reason };
  }
}
