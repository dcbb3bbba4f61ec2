/** What the first flight of a TLS client says in clear text (RFC 8446 section 4.1.2). */
export type ClientHello =
  | { readonly state: 'complete'; readonly serverName: string | null }
  /** More octets are to come. */
  | { readonly state: 'partial' }
  | { readonly state: 'not-tls' };

const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME_EXTENSION = 0;
/** More than any real ClientHello. */
const MAX_HELLO = 65_536;

export function parseClientHello(bytes: Buffer): ClientHello {
  if (bytes.length > 0 && bytes[0] !== HANDSHAKE_RECORD) return { state: 'not-tls' };
  const hello = handshakeMessage(bytes);
  if (hello === undefined) return bytes.length > MAX_HELLO ? { state: 'not-tls' } : { state: 'partial' };
  try {
    return { state: 'complete', serverName: serverName(hello) };
  } catch (error) {
    if (error instanceof RangeError) return { state: 'not-tls' };
    throw error;
  }
}

/** The body of the first handshake message, put together from its records. */
function handshakeMessage(bytes: Buffer): Buffer | undefined {
  const fragments: Buffer[] = [];
  let length = 0;
  for (let offset = 0; offset + 5 <= bytes.length;) {
    const end = offset + 5 + bytes.readUInt16BE(offset + 3);
    if (end > bytes.length) return undefined;
    fragments.push(bytes.subarray(offset + 5, end));
    length += end - offset - 5;
    offset = end;
    if (length < 4) continue;
    const message = Buffer.concat(fragments);
    const wanted = 4 + message.readUIntBE(1, 3);
    if (message.length >= wanted) return message.subarray(0, wanted);
  }
  return undefined;
}

function serverName(message: Buffer): string | null {
  if (message[0] !== CLIENT_HELLO) throw new RangeError('not a ClientHello');
  // type and length 4, version 2, random 32
  let offset = 38;
  offset += 1 + message.readUInt8(offset); // session id
  offset += 2 + message.readUInt16BE(offset); // cipher suites
  offset += 1 + message.readUInt8(offset); // compression methods
  if (offset + 2 > message.length) return null;
  const end = offset + 2 + message.readUInt16BE(offset);
  for (offset += 2; offset + 4 <= end;) {
    const type = message.readUInt16BE(offset);
    const size = message.readUInt16BE(offset + 2);
    // RFC 6066 section 3: list length 2, name type 1, name length 2, name
    if (type === SERVER_NAME_EXTENSION && size > 5)
      return message
        .toString('latin1', offset + 9, offset + 9 + message.readUInt16BE(offset + 7))
        .toLowerCase();
    offset += 4 + size;
  }
  return null;
}
