/** A preview in it makes it long; a JPEG segment cannot hold more. */
export const longestExif = 65_535;

const prefix = Buffer.from('Exif\0\0', 'latin1');
const orientationTag = 0x01_12;

export const isExif = (bytes: Buffer) => bytes.subarray(0, prefix.length).equals(prefix);

/** The orientation in Exif bytes, with or without their prefix; 1, which is upright, if they have none. */
export function orientationOf(exif: Buffer): number {
  const tiff = isExif(exif) ? exif.subarray(prefix.length) : exif;
  const order = tiff.toString('latin1', 0, 2);
  if (tiff.length < 8 || (order !== 'II' && order !== 'MM')) return 1;
  const little = order === 'II';
  const uint16 = (at: number) => (little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const first = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (first + 2 > tiff.length) return 1;
  const entries = Math.min(uint16(first), Math.floor((tiff.length - first - 2) / 12));
  for (let entry = 0; entry < entries; entry++) {
    const at = first + 2 + entry * 12;
    if (uint16(at) !== orientationTag) continue;
    const value = uint16(at + 8);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
