import { uploadRequests } from './upload-request';

const header = { contentType: 'image/png', fileName: 'a.png', idempotencyKey: 'k' };

async function* pieces(...sizes: number[]) {
  for (const size of sizes) yield Buffer.alloc(size, size % 251);
}

async function collect(sizes: number[], limit: number) {
  const messages = [];
  for await (const message of uploadRequests(header, pieces(...sizes), limit)) messages.push(message);
  return messages;
}

test('the header comes first and alone, chunks have at most 64 KiB', async () => {
  const [first, ...chunks] = await collect([100_000, 10], 200_000);
  expect(first).toEqual({ header });
  expect(chunks.map(({ chunk }) => chunk?.length)).toEqual([65_536, 34_464, 10]);
});

test('no byte is lost or moved', async () => {
  const chunks = (await collect([70_000, 1, 131_072], 1_000_000)).flatMap(({ chunk }) => chunk ?? []);
  const sent = Buffer.concat([
    Buffer.alloc(70_000, 70_000 % 251),
    Buffer.alloc(1, 1),
    Buffer.alloc(131_072, 131_072 % 251),
  ]);
  expect(Buffer.concat(chunks).equals(sent)).toBe(true);
});

test('the limit itself is allowed, one byte more is not', async () => {
  await expect(collect([600, 400], 1000)).resolves.toHaveLength(3);
  await expect(collect([600, 401], 1000)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
});
