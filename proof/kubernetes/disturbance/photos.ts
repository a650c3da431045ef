/** Photos in progress when their worker is killed: each must be ready in the end. */
import type { ImageStatus } from '../../harness/clients/api.ts';
import { jsonOf } from '../../harness/clients/http.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { expecting, signIn, type Session } from '../../harness/clients/session.ts';
import { photo } from '../../harness/clients/shop.ts';

const count = 4;

export class Photos {
  readonly #session: Session;
  readonly #ids: readonly string[];

  private constructor(session: Session, ids: readonly string[]) {
    this.#session = session;
    this.#ids = ids;
  }

  /** Uploads photos and does not wait for them. */
  static async upload(gateway: string): Promise<Photos> {
    const bob = await signIn(gateway, 'bob');
    const { bytes, contentType } = await photo('rocket.jpg');
    const uploads = Array.from({ length: count }, () => bob.upload(bytes, contentType));
    const replies = (await Promise.all(uploads)).map((reply) => expecting('upload', reply, 202));
    return new Photos(
      bob,
      replies.map((reply) => jsonOf<{ id: string }>(reply).id),
    );
  }

  async untilReady(withinMs = 90_000): Promise<string> {
    const begun = performance.now();
    await Promise.all(this.#ids.map((id) => this.#untilReady(id, withinMs)));
    return `${count} photos under way were ready after ${((performance.now() - begun) / 1000).toFixed(1)} s`;
  }

  #untilReady(id: string, withinMs: number): Promise<true> {
    const ready = async () => {
      const { status, reason } = await this.#session.get<ImageStatus>(`/v1/images/${id}/status`);
      if (status === 'failed') throw new Error(`photo ${id} failed: ${reason}`);
      return status === 'ready' || undefined;
    };
    return eventually(`photo ${id}`, ready, { withinMs, everyMs: 500 });
  }
}
