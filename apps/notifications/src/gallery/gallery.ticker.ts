import { setTimeout as sleep } from 'node:timers/promises';
import { Complaint, Lifecycle, logger, reasonOf } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { GalleryService } from './gallery.service';
import { GalleryStore } from './gallery.store';

/** However much is sold, the gallery is told no oftener: what everybody follows is sent to everybody. */
const PACE_MS = 200;
/** What a replica left behind that died between its commit and its tick waits no longer. */
const AT_LATEST_MS = 2_000;

/** Every replica runs one; they share the work. */
@Injectable()
export class GalleryTicker {
  private readonly stopping = new AbortController();
  private readonly complaint = new Complaint();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly gallery: GalleryService,
    private readonly store: GalleryStore,
    lifecycle: Lifecycle,
  ) {
    lifecycle.onStart('consume', 'gallery', async () => {
      this.running = this.run();
    });
    lifecycle.onStop('flush', 'gallery', () => this.stop());
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await this.store.due.within(AT_LATEST_MS);
      await this.gallery.tick(new Date()).catch((error: unknown) => this.complain(error));
      await sleep(PACE_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private async stop(): Promise<void> {
    this.stopping.abort();
    this.store.due.signal();
    await this.running;
  }

  private complain(error: unknown): void {
    const reason = reasonOf(error);
    if (this.complaint.isDue(reason)) logger('gallery').warn({ reason }, 'the gallery was not told; trying again');
  }
}
