import { createHash } from 'node:crypto';
import type { imagesV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';

/**
 * Size and SHA-256 of a transfer. The sender puts them into its last message; the receiver computes them too and
 * compares.
 *
 * The end of a gRPC stream proves nothing: HTTP/2 may end a stream before its reset arrives, so half a transfer may
 * look complete for a moment.
 */
export class TransferSum {
  private readonly hash = createHash('sha256');
  private digest: Buffer | undefined;
  size = 0;

  add(chunk: Buffer): void {
    this.size += chunk.length;
    this.hash.update(chunk);
  }

  /** The hash of all chunks; none may be added later. */
  get sha256(): Buffer {
    this.digest ??= this.hash.digest();
    return this.digest;
  }

  /** The sender's last message. */
  get end(): imagesV1.TransferEnd {
    return { size: this.size, sha256: this.sha256 };
  }

  /**
   * Throws TRANSFER_INCOMPLETE unless the sender's end is present and matches, and so does the announced size, if
   * any.
   */
  assertWhole(end: imagesV1.TransferEnd | undefined, announced?: number): void {
    if (!end) throw incomplete(`the transfer ended after ${this.size} bytes`);
    if (end.size !== this.size) throw incomplete(`${this.size} of ${end.size} bytes arrived`);
    if (announced !== undefined && announced !== this.size)
      throw incomplete(`${announced} bytes were announced, ${this.size} arrived`);
    if (!this.sha256.equals(end.sha256)) throw incomplete('the checksum does not match');
  }
}

const incomplete = (why: string) => new DomainError('TRANSFER_INCOMPLETE', why);
