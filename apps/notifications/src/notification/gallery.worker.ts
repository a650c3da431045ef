import { PollLoop } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { GalleryService } from './gallery.service';
import { GalleryStore } from '../gallery/gallery.store';

/** Minimum interval between updates, because each update is sent to every subscriber of the gallery. */
const MIN_INTERVAL_MS = 200;
/** Poll interval; finds notifications of a replica that died between its commit and its update. */
const POLL_MS = 2_000;

/** Every replica runs this worker; they share the work. */
@Injectable()
export class GalleryWorker {
  private readonly loop: PollLoop;

  constructor(gallery: GalleryService, store: GalleryStore) {
    const timing = { everyMs: POLL_MS, atLeastMs: MIN_INTERVAL_MS, wakeup: store.due };
    this.loop = new PollLoop({ name: 'gallery', ...timing, run: () => gallery.publish(new Date()) });
  }

  start(): void {
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
  }
}
