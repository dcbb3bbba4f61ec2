import type { Duplex } from 'node:stream';
import { stopped } from './deadline.ts';
import { createHttp1Reader } from './http1-answer.ts';
import { authorityOf, type AnswerListener, type HttpTarget } from './http-target.ts';

/** Starts a GET over HTTP/1.1 on a socket that stands; the returned function ends it. */
export function requestHttp1(
  socket: Duplex,
  target: HttpTarget,
  userAgent: string,
  listener: AnswerListener,
): () => void {
  const parts = [target.path, authorityOf(target), userAgent];
  if (parts.some((part) => /[^\x20-\x7e]/.test(part)) || /[ ]/.test(target.path))
    throw stopped('request', 'internal', 'the request holds characters that HTTP does not allow');
  const reader = createHttp1Reader(listener);
  const onData = (chunk: Buffer): void => {
    try {
      reader.push(chunk);
    } catch (error) {
      listener.fail(error);
    }
  };
  socket.on('data', onData);
  socket.on('end', reader.close);
  socket.write(
    `GET ${target.path} HTTP/1.1\r\nhost: ${authorityOf(target)}\r\nuser-agent: ${userAgent}\r\n` +
      'accept: */*\r\naccept-encoding: identity\r\nconnection: close\r\n\r\n',
    'latin1',
  );
  return () => {
    socket.off('data', onData);
    socket.off('end', reader.close);
  };
}
