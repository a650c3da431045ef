/** Encodes the records of a Kafka batch (KIP-98, `Record`). Pure. */

/** A record without its offset, so that one body can be used many times. */
export function bodyOf(key: string, value: Uint8Array, headers: Readonly<Record<string, string>>): Buffer {
  const entries = Object.entries(headers);
  const parts = entries.flatMap((entry) => entry.map((text) => sized(Buffer.from(text))));
  return Buffer.concat([sized(Buffer.from(key)), sized(value), Buffer.from(varint(entries.length)), ...parts]);
}

/** Encodes the records in order, all with the time of their batch. */
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

/** Zigzag varint of a non-negative number. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return bytes;
}
