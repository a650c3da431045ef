import { longestExif, orientationOf } from './picture-exif';
import { countParts, type Part, type PictureFile } from './picture-part';
import { notAPicture } from './picture-refusal';

const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);

/** Chunks that the decoder gets as they are; of these, all but IDAT once. */
const needed = new Set(['IHDR', 'PLTE', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'eXIf', 'IDAT', 'IEND']);

/** Channels of each colour type (PNG, 11.2.1), without transparency. A palette holds RGB. */
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 3, 4: 2, 6: 4 };

/** Reads the list of chunks (PNG, 5.3); `undefined` for what is no PNG. Of an animation, only the first frame is kept. */
export function readPng(file: Buffer): PictureFile | undefined {
  if (!file.subarray(0, signature.length).equals(signature)) return undefined;
  const pieces: Uint8Array[] = [signature];
  const seen = new Map<string, Part>();
  for (const part of countParts(chunksOf(file))) {
    const { kind, bytes, data } = part;
    if (seen.size === 0 && kind !== 'IHDR') throw notAPicture();
    if (!needed.has(kind) || (seen.has(kind) && kind !== 'IDAT')) continue;
    if (kind === 'eXIf' && data.length > longestExif) continue;
    seen.set(kind, part);
    pieces.push(bytes);
    if (kind === 'IEND') break;
  }
  if (!seen.has('IDAT')) throw notAPicture();
  const [header, profile, exif] = ['IHDR', 'iCCP', 'eXIf'].map((kind) => seen.get(kind));
  const head = headOf(header?.data ?? Buffer.alloc(0), seen.has('tRNS'));
  return {
    head,
    orientation: exif ? orientationOf(exif.data) : 1,
    pieces,
    ...(profile && { deflated: { piece: profile.bytes, bytes: deflatedOf(profile.data) } }),
  };
}

function* chunksOf(file: Buffer): Generator<Part> {
  for (let at = signature.length; at + 12 <= file.length;) {
    const data = at + 8;
    const end = data + file.readUInt32BE(at);
    yield {
      kind: file.toString('latin1', at + 4, data),
      bytes: file.subarray(at, end + 4),
      data: file.subarray(data, end),
    };
    at = end + 4;
  }
}

function headOf(header: Buffer, transparent: boolean): PictureFile['head'] {
  if (header.length !== 13) throw notAPicture();
  const [bits, colour, , , interlaced] = header.subarray(8);
  const channels = channelsOf[colour ?? -1];
  if (!channels || ![1, 2, 4, 8, 16].includes(bits ?? 0)) throw notAPicture();
  return {
    ...{ format: 'png', width: header.readUInt32BE(0), height: header.readUInt32BE(4) },
    channels: channels + Number(transparent),
    depth: bits === 16 ? 'ushort' : 'uchar',
    isProgressive: interlaced === 1,
  };
}

/** Behind the profile's name, a zero and the method (PNG, 11.3.2.3). */
function deflatedOf(profile: Buffer): Buffer {
  return profile.subarray(profile.indexOf(0) + 2);
}
