/** Records of a Kafka batch as they are on the wire (KIP-98, `Record`). Pure. */

/** All of a record but its place in the batch; the same one may be in it many times. */
export function bodyOf(key: string, value: Uint8Array, headers: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(headers);
  const parts = entries.flatMap((entry) => entry.map((text) => sized(Buffer.from(text))));
  return Buffer.concat([sized(Buffer.from(key)), sized(value), Buffer.from(varint(entries.length)), ...parts]);
}

/** In their order, all at the time of their batch. */
export function encodeRecords(bodies: readonly Buffer[]): Buffer {
  return Buffer.concat(
    bodies.flatMap((body, offsetDelta) => {
      // No attributes, no time of its own.
      const place = [0, 0, ...varint(offsetDelta)];
      return [Buffer.from([...varint(place.length + body.length), ...place]), body];
    }),
  );
}

const sized = (bytes: Uint8Array): Buffer => Buffer.concat([Buffer.from(varint(bytes.length)), bytes]);

/** Zigzag, seven bits a byte, of a number that is not negative. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return bytes;
}
