import { createHash } from 'node:crypto';
import { imagesV1 } from '@halftone/contracts';
import { readUpload } from './image.upload';

const header = { contentType: 'image/png', fileName: 'cat.png', idempotencyKey: 'k1' };

async function* stream(...messages: imagesV1.UploadImageRequest[]) {
  yield* messages;
}
const chunk = (text: string) => ({ chunk: Buffer.from(text) });

test('the chunks become one body and its hash', async () => {
  expect(await readUpload(stream({ header }, chunk('ab'), chunk('c')), 3)).toEqual({
    key: 'k1',
    bytes: Buffer.from('abc'),
    fingerprint: createHash('sha256').update('abc').digest('hex'),
  });
});

test.each([
  ['no message at all', [], 'VALIDATION_FAILED'],
  ['a chunk before the header', [chunk('a'), { header }], 'VALIDATION_FAILED'],
  ['a second header', [{ header }, { header }], 'VALIDATION_FAILED'],
  ['no key', [{ header: { ...header, idempotencyKey: '' } }], 'IDEMPOTENCY_KEY_MISSING'],
  ['one byte too many', [{ header }, chunk('ab'), chunk('cd')], 'BODY_TOO_LARGE'],
])('%s is refused', async (_what, messages, code) => {
  await expect(readUpload(stream(...messages), 3)).rejects.toMatchObject({ code });
});

test('nothing more is read once the limit is passed', async () => {
  let read = 0;
  async function* endless(): AsyncGenerator<imagesV1.UploadImageRequest> {
    yield { header };
    for (;;) {
      read += 1;
      yield chunk('ab');
    }
  }
  await expect(readUpload(endless(), 5)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
  expect(read).toBe(3);
});
