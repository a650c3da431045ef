import { topics } from '@halftone/contracts';
import { afterCommit, appendEvent, Database, type Tx } from '@halftone/postgres';
import { counter } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import type { ImagesTables } from '../tables';
import type { Image, ImageEventType } from './image';
import { facts, mutable, type OwnedRendition, type Row, toImage } from './image.row';
import { type Blob, isRenditionName, type Rendition, renditionPlans } from './rendition';
import { subjectOf, toWire } from './wire';

const uploads = counter('images_uploaded_total', 'Photos that were stored', {
  type: ['image/jpeg', 'image/png', 'image/webp'],
});

type Rows = Database<ImagesTables>['rows'];

/** Photos and their bytes. Every read that serves a customer names that customer, so a foreign photo does not exist. */
@Injectable()
export class ImageStore {
  constructor(private readonly db: Database<ImagesTables>) {}

  /** A new photo with its bytes and its first event. */
  async insert(tx: Tx<ImagesTables>, image: Image, bytes: Buffer): Promise<void> {
    await tx
      .insertInto('image')
      .values({ ...facts(image), ...mutable(image) })
      .execute();
    const { width, height, size, contentType } = image;
    await this.insertBlob(tx, image.id, { name: 'original', contentType, width, height, size }, bytes);
    await publish(tx, image, 'image.uploaded');
    afterCommit(tx, () => uploads.inc({ type: contentType }));
  }

  async insertRendition(tx: Tx<ImagesTables>, image: Image, rendition: Rendition, bytes: Buffer): Promise<Image> {
    await this.insertBlob(tx, image.id, rendition, bytes);
    return { ...image, renditions: [...image.renditions, rendition] };
  }

  /** What may change of a photo, and the event that says so if the version grew. */
  async save(tx: Tx<ImagesTables>, image: Image, event?: ImageEventType): Promise<Image> {
    await tx.updateTable('image').set(mutable(image)).where('id', '=', image.id).execute();
    if (event) await publish(tx, image, event);
    return image;
  }

  /** Whoever it belongs to: for the worker, which holds the job and so the only right to change it. */
  async load(tx: Tx<ImagesTables>, id: string): Promise<Image> {
    return toImage(
      await tx.selectFrom('image').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
      await renditions(tx, [id]),
    );
  }

  async find(customer: string, ids: readonly string[]): Promise<Image[]> {
    if (ids.length === 0) return [];
    const query = this.db.rows
      .selectFrom('image')
      .selectAll()
      .where('customer', '=', customer)
      .where('id', 'in', [...ids]);
    return this.withRenditions(await query.execute());
  }

  /** Which of these are the customer's and ready. */
  async ready(customer: string, ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const query = this.db.rows.selectFrom('image').select('id').where('customer', '=', customer);
    const rows = await query
      .where('status', '=', 'ready')
      .where('id', 'in', [...ids])
      .execute();
    return rows.map(({ id }) => id);
  }

  /** Newest first, at most `limit`, those older than `before`. */
  async list(customer: string, limit: number, before?: string): Promise<Image[]> {
    let query = this.db.rows.selectFrom('image').selectAll().where('customer', '=', customer);
    if (before) query = query.where('id', '<', before);
    return this.withRenditions(await query.orderBy('id', 'desc').limit(limit).execute());
  }

  blob(imageId: string, name: string): Promise<Blob | undefined> {
    const query = this.db.rows.selectFrom('blob').select(['content_type as contentType', 'bytes']);
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
    .where('image_id', 'in', [...ids])
    .where('name', '!=', 'original')
    .execute();
  return found
    .filter((blob): blob is OwnedRendition => isRenditionName(blob.name))
    .sort((a, b) => renditionPlans[a.name].progress - renditionPlans[b.name].progress);
}
