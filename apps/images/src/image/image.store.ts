import { topics } from '@halftone/contracts';
import { afterCommit, anyOf, appendEvent, Database, type Tx } from '@halftone/postgres';
import { DomainError } from '@halftone/kernel';
import { counter } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { ImagesTables } from '../tables';
import type { Image, ImageEventType } from './image';
import { immutableColumns, mutableColumns, type OwnedRendition, type Row, toImage } from './image-row.store';
import { type BlobStream, isRenditionName, type Rendition, renditionPlans } from './rendition';
import { subjectOf, toWire } from './wire';

const uploads = counter('images_uploaded_total', 'Photos stored', {
  type: ['image/jpeg', 'image/png', 'image/webp'],
});

type Rows = Database<ImagesTables>['rows'];

/** Photos and their bytes. Every read for a customer filters by that customer. */
@Injectable()
export class ImageStore {
  constructor(private readonly db: Database<ImagesTables>) {}

  /** Inserts a photo and its first event; the bytes follow in the same transaction. */
  async insert(tx: Tx<ImagesTables>, image: Image): Promise<void> {
    await tx
      .insertInto('image')
      .values({ ...immutableColumns(image), ...mutableColumns(image) })
      .execute();
    await publish(tx, image, 'image.uploaded');
    afterCommit(tx, () => uploads.inc({ type: image.contentType }));
  }

  async insertOriginal(tx: Tx<ImagesTables>, image: Image, bytes: Buffer): Promise<void> {
    const { width, height, size, contentType } = image;
    await this.insertBlob(tx, image.id, { name: 'original', contentType, width, height, size }, bytes);
  }

  async insertRendition(tx: Tx<ImagesTables>, image: Image, rendition: Rendition, bytes: Buffer): Promise<Image> {
    await this.insertBlob(tx, image.id, rendition, bytes);
    return { ...image, renditions: [...image.renditions, rendition] };
  }

  /** Updates the mutable columns and appends the event, if there is one. */
  async save(tx: Tx<ImagesTables>, image: Image, event?: ImageEventType): Promise<Image> {
    await tx.updateTable('image').set(mutableColumns(image)).where('id', '=', image.id).execute();
    if (event) await publish(tx, image, event);
    return image;
  }

  /** Loads any customer's photo. For workers, which hold the job and so may change the photo. */
  async load(tx: Tx<ImagesTables>, id: string): Promise<Image> {
    return toImage(
      await tx.selectFrom('image').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
      await renditions(tx, [id]),
    );
  }

  async find(customer: string, ids: readonly string[]): Promise<Image[]> {
    if (ids.length === 0) return [];
    const query = this.db.rows.selectFrom('image').selectAll().where('customer', '=', customer).where(anyOf('id', ids));
    return this.withRenditions(await query.execute());
  }

  /** The ids of those that belong to the customer and are ready. */
  async ready(customer: string, ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const query = this.db.rows.selectFrom('image').select('id').where('customer', '=', customer);
    const rows = await query.where('status', '=', 'ready').where(anyOf('id', ids)).execute();
    return rows.map(({ id }) => id);
  }

  /** Newest first, at most `limit`, older than `before`. */
  async list(customer: string, limit: number, before?: string): Promise<Image[]> {
    let query = this.db.rows.selectFrom('image').selectAll().where('customer', '=', customer);
    if (before) query = query.where('id', '<', before);
    return this.withRenditions(await query.orderBy('id', 'desc').limit(limit).execute());
  }

  /** Streams the bytes in pieces for slow readers: each piece is read on demand. */
  async openBlob(imageId: string, name: string): Promise<BlobStream | undefined> {
    const first = await this.piece(imageId, name, 0);
    return first && { ...first, pieces: this.pieces(imageId, name, first) };
  }

  /** Throws TRANSFER_INCOMPLETE if the photo is deleted in between. */
  private async *pieces(imageId: string, name: string, { size, bytes }: Piece): AsyncGenerator<Buffer, void> {
    yield bytes;
    for (let at = bytes.length; at < size; at += PIECE_BYTES) {
      const next = await this.piece(imageId, name, at);
      if (!next) throw new DomainError('TRANSFER_INCOMPLETE', `the photo was deleted after ${at} of ${size} bytes`);
      yield next.bytes;
    }
  }

  /** PostgreSQL reads only this part, because the column is stored uncompressed (EXTERNAL). */
  private piece(imageId: string, name: string, at: number): Promise<Piece | undefined> {
    const bytes = sql<Buffer>`substring(bytes from ${at + 1}::integer for ${PIECE_BYTES}::integer)`.as('bytes');
    const query = this.db.rows.selectFrom('blob').select(['content_type as contentType', 'size', bytes]);
    return query.where('image_id', '=', imageId).where('name', '=', name).executeTakeFirst();
  }

  private async withRenditions(rows: Row[]): Promise<Image[]> {
    const found = await renditions(
      this.db.rows,
      rows.map(({ id }) => id),
    );
    return rows.map((row) => toImage(row, found));
  }

  private async insertBlob(tx: Tx<ImagesTables>, id: string, blob: BlobFacts, bytes: Buffer): Promise<void> {
    const { name, contentType: content_type, width, height, size } = blob;
    await tx.insertInto('blob').values({ image_id: id, name, content_type, width, height, size, bytes }).execute();
  }
}

/** Nearly every rendition fits into one piece. */
const PIECE_BYTES = 1024 * 1024;

interface Piece {
  contentType: string;
  /** Of the whole blob. */
  size: number;
  bytes: Buffer;
}

type BlobFacts = Omit<Rendition, 'name'> & { name: string };

const publish = (tx: Tx<ImagesTables>, image: Image, type: ImageEventType) =>
  appendEvent(tx, {
    topic: topics.images,
    type,
    subject: subjectOf(image),
    key: image.customer,
    sequence: image.version,
    value: { image: toWire(image) },
  });

async function renditions(rows: Rows, ids: readonly string[]): Promise<OwnedRendition[]> {
  if (ids.length === 0) return [];
  const found = await rows
    .selectFrom('blob')
    .select(['image_id as imageId', 'name', 'content_type as contentType', 'width', 'height', 'size'])
    .where(anyOf('image_id', ids))
    .where('name', '!=', 'original')
    .execute();
  return found
    .filter((blob): blob is OwnedRendition => isRenditionName(blob.name))
    .sort((a, b) => renditionPlans[a.name].progress - renditionPlans[b.name].progress);
}
