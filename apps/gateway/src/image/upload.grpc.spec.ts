import { createHash } from 'node:crypto';
import { DomainError } from '@halftone/kernel';
import { uploadRequests } from './upload.grpc';

const header = { contentType: 'image/png', fileName: 'a.png', idempotencyKey: 'k' };

async function* pieces(...sizes: number[]) {
  for (const size of sizes) yield Buffer.alloc(size, size % 251);
}

async function collect(sizes: number[], limit: number) {
  const messages = [];
  for await (const message of uploadRequests(header, pieces(...sizes), limit)) messages.push(message);
  return messages;
}

test('the first message is the header only, chunks have at most 64 KiB', async () => {
  const [first, ...chunks] = await collect([100_000, 10], 200_000);
  expect(first).toEqual({ header });
  expect(chunks.map(({ chunk }) => chunk?.length)).toEqual([65_536, 34_464, 10, undefined]);
});

test('all bytes arrive in order', async () => {
  const chunks = (await collect([70_000, 1, 131_072], 1_000_000)).flatMap(({ chunk }) => chunk ?? []);
  const sent = Buffer.concat([
    Buffer.alloc(70_000, 70_000 % 251),
    Buffer.alloc(1, 1),
    Buffer.alloc(131_072, 131_072 % 251),
  ]);
  expect(Buffer.concat(chunks).equals(sent)).toBe(true);
});

test('the limit itself is allowed, one byte more is not', async () => {
  await expect(collect([600, 400], 1000)).resolves.toHaveLength(4);
  await expect(collect([600, 401], 1000)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
});

test('the end message has the size and the checksum', async () => {
  const sha256 = createHash('sha256').update(Buffer.alloc(7, 7)).update(Buffer.alloc(3, 3)).digest();
  expect((await collect([7, 3], 10)).at(-1)).toEqual({ end: { size: 10, sha256 } });
  const ofNothing = createHash('sha256').digest();
  expect((await collect([], 10)).at(-1)).toEqual({ end: { size: 0, sha256: ofNothing } });
});

test('an aborted source sends no end message', async () => {
  async function* broken() {
    yield Buffer.alloc(3);
    throw new DomainError('UNAVAILABLE', 'gone');
  }
  const messages: unknown[] = [];
  const read = async () => {
    for await (const message of uploadRequests(header, broken(), 10)) messages.push(message);
  };
  await expect(read()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(messages).toHaveLength(2);
});
