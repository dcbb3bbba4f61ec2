import http from 'node:http';
import type { Duplex } from 'node:stream';
import { stopped } from './deadline.ts';
import {
  authorityOf,
  MAX_HEADER_BYTES,
  MAX_INTERIM_ANSWERS,
  type AnswerListener,
  type HttpTarget,
} from './http-target.ts';

/** Starts a GET over HTTP/1.1 on a socket that stands; the returned function ends it. */
export function requestHttp1(
  socket: Duplex,
  target: HttpTarget,
  userAgent: string,
  listener: AnswerListener,
): () => void {
  const request = http.request({
    createConnection: () => socket,
    path: target.path,
    headers: {
      host: authorityOf(target),
      'user-agent': userAgent,
      accept: '*/*',
      'accept-encoding': 'identity',
      connection: 'close',
    },
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  let interim = 0;
  let ended = false;
  request.on('error', listener.fail);
  request.on('information', () => {
    interim += 1;
    if (interim > MAX_INTERIM_ANSWERS)
      listener.fail(stopped('request', 'protocol', 'the server keeps sending interim answers'));
  });
  request.on('upgrade', () => {
    listener.fail(stopped('request', 'protocol', 'the server switched protocols without being asked'));
  });
  request.on('response', (response) => {
    // A connection that ends in the middle of the body is an error event of the response.
    response.on('error', listener.fail);
    listener.head(response.statusCode ?? 0, response.headers);
    response.on('data', listener.data);
    response.on('end', () => {
      ended = true;
      listener.end();
    });
  });
  request.end();
  return () => {
    // The socket is destroyed anyway; a request that is done would make an error of it that nobody reads.
    if (!ended) request.destroy();
  };
}
