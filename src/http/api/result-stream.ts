import { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import type { VerifyResult } from '../../model/diagnosis.ts';

const SLICE = 50;

/** Sends the document in slices: that of 10,000 tenants is 40 MB, and probes must not wait while it becomes text. */
export function sendResult(reply: FastifyReply, result: VerifyResult): FastifyReply {
  return reply
    .type('application/json; charset=utf-8')
    .send(Readable.from(slicesOf(result), { objectMode: false }));
}

async function* slicesOf(result: VerifyResult): AsyncGenerator<string> {
  const { tenants, ...rest } = result;
  yield JSON.stringify({ ...rest, tenants: [] }).slice(0, -']}'.length);
  for (let start = 0; start < tenants.length; start += SLICE) {
    const slice = tenants.slice(start, start + SLICE).map((tenant) => JSON.stringify(tenant));
    yield `${start === 0 ? '' : ','}${slice.join(',')}`;
    await setImmediate();
  }
  yield ']}';
}
