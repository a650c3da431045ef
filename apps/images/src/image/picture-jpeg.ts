import { limits } from '@halftone/contracts';
import { isExif, orientationOf } from './picture-exif';
import { countParts, type Part, type PictureFile } from './picture-part';
import { notAPicture, tooLarge } from './picture-refusal';

const start = Buffer.from([0xff, 0xd8]);
/** Markers (ITU T.81, table B.1). */
const marker = {
  soi: 0xd8,
  eoi: 0xd9,
  sos: 0xda,
  app: 0xe0,
  app1: 0xe1,
  app2: 0xe2,
  app14: 0xee,
  app15: 0xef,
  com: 0xfe,
};
/** Frames that are decoded; whether they are progressive. */
const frames: Readonly<Record<number, boolean>> = { 0xc0: false, 0xc1: false, 0xc2: true, 0xc9: false, 0xca: true };
const isStandalone = (kind: number) => kind === 0x01 || (kind >= 0xd0 && kind <= marker.eoi);

interface Segment extends Part {
  marker: number;
}

/** Reads the list of segments and passes over the pixels between them; `undefined` for what is no JPEG. */
export function readJpeg(file: Buffer): PictureFile | undefined {
  if (!file.subarray(0, 2).equals(start)) return undefined;
  const pieces: Uint8Array[] = [start];
  let frame: Segment | undefined;
  let scan: Segment | undefined;
  let exif: Segment | undefined;
  let scans = 0;
  for (const part of countParts(segmentsOf(file)) as Generator<Segment>) {
    if (isExtra(part) || (exif && part.marker === marker.app1)) continue;
    if (part.marker === marker.app1) exif = part;
    if (part.marker in frames) frame ??= part;
    if (part.marker === marker.sos) {
      scan ??= part;
      refuseScans(++scans);
    }
    pieces.push(part.bytes);
  }
  if (!frame || !scan) throw notAPicture();
  return { head: headOf(frame, scan), orientation: exif ? orientationOf(exif.data) : 1, pieces };
}

function refuseScans(scans: number): void {
  const most = limits.pictureScans.value;
  if (scans > most) throw tooLarge(`the picture has more than ${most} scans. Save it without progression`);
}

/** Up to the end of the image. A scan's segment includes its pixels. */
function* segmentsOf(file: Buffer): Generator<Segment> {
  for (let at = nextMarker(file, 2); at + 1 < file.length; at = nextMarker(file, at)) {
    const kind = file.readUInt8(at + 1);
    const data = isStandalone(kind) ? at + 2 : at + 4;
    let end = isStandalone(kind) ? data : at + 2 + file.readUInt16BE(at + 2);
    if (end < data) throw notAPicture();
    const body = file.subarray(data, end);
    if (kind === marker.sos) end = nextMarker(file, end);
    yield { kind: String(kind), marker: kind, bytes: file.subarray(at, end), data: body };
    if (kind === marker.eoi) return;
    at = end;
  }
}

/** Where the next marker is that is neither part of the pixels nor a restart within them. */
function nextMarker(file: Buffer, from: number): number {
  for (let at = from; at + 1 < file.length; at++) {
    if (file[at] !== 0xff) continue;
    const kind = file[at + 1] ?? 0;
    if (kind !== 0 && kind !== 0xff && !(kind >= 0xd0 && kind <= 0xd7)) return at;
  }
  return file.length;
}

/** Comments and application data, except the colour profile and the orientation. */
function isExtra({ marker: kind, data }: Segment): boolean {
  if (kind === marker.app1) return !isExif(data);
  if (kind === marker.app2) return data.toString('latin1', 0, 12) !== 'ICC_PROFILE\0';
  const isColour = kind === marker.app || kind === marker.app14;
  return kind === marker.com || (kind >= marker.app && kind <= marker.app15 && !isColour);
}

/** One whose first scan lacks components is in memory as a whole, as a progressive one is. */
function headOf({ marker: kind, data }: Segment, scan: Segment): PictureFile['head'] {
  const channels = data.readUInt8(5);
  if (data.readUInt8(0) !== 8 || ![1, 3, 4].includes(channels)) throw notAPicture();
  const factors = Array.from({ length: channels }, (_, n) => data.readUInt8(7 + 3 * n));
  return {
    ...{ format: 'jpeg', width: data.readUInt16BE(3), height: data.readUInt16BE(1), channels, depth: 'uchar' },
    isProgressive: frames[kind] === true || scan.data.readUInt8(0) < channels,
    chromaSubsampling: subsamplings[factors.map((factor) => factor.toString(16)).join(' ')],
  };
}

/** Of three components whose sampling factors are these, in hexadecimal. Any other is counted as if nothing were left out. */
const subsamplings: Readonly<Record<string, string>> = { '22 11 11': '4:2:0', '21 11 11': '4:2:2' };
