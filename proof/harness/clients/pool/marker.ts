/** Occurs once in every counted message, and nowhere else in what a server sends. */
export const marker = '^^^^';

const mark = marker.charCodeAt(0);
const pattern = Buffer.from(marker);

/**
 * Counts the markers in a byte stream, whatever the protocol and the chunks. Frames are not parsed,
 * so counting costs the client far less than sending costs the server.
 */
export class MarkerCount {
  total = 0;
  /** How many marks the stream ended with, that may be the beginning of a marker. */
  private open = 0;

  /** How many there were in these bytes, one begun earlier included. */
  add(bytes: Buffer): number {
    const before = this.total;
    let at = this.open > 0 ? this.finish(bytes) : 0;
    for (;;) {
      const found = bytes.indexOf(pattern, at);
      if (found < 0) break;
      this.total += 1;
      at = found + pattern.length;
    }
    this.open += this.trailing(bytes, at);
    return this.total - before;
  }

  /** The rest of a marker that the last bytes began. */
  private finish(bytes: Buffer): number {
    let at = 0;
    while (at < bytes.length && this.open < pattern.length && bytes[at] === mark) {
      at += 1;
      this.open += 1;
    }
    if (this.open === pattern.length) this.total += 1;
    if (this.open === pattern.length || at < bytes.length) this.open = 0;
    return at;
  }

  private trailing(bytes: Buffer, from: number): number {
    let at = bytes.length;
    while (at > from && bytes[at - 1] === mark) at -= 1;
    // All of it was taken by `finish` already.
    return this.open > 0 ? 0 : bytes.length - at;
  }
}
