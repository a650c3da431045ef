/** Another customer, who reads and orders at a steady rate and measures each request from the time it was due. */
import { randomUUID } from 'node:crypto';
import { percentile } from '../../harness/percentile.ts';
import { orderOf } from '../../harness/clients/api.ts';
import type { Session } from '../../harness/clients/session.ts';
import { cheapestProduct, photo, uploadAndWait } from '../../harness/clients/shop.ts';
import { rest } from '@halftone/tools/os/waiting.ts';

/** Measured over one period. */
export interface ServiceLevel {
  requests: number;
  /** Requests that were refused, failed or timed out. */
  failed: number;
  /** The first failure. */
  firstFailure: string | undefined;
  /** ms. */
  p50: number;
  p99: number;
}

const everyMs = 40;
const timeoutMs = 10_000;
/** One order in so many requests. */
const orderEvery = 25;

export class OtherCustomer {
  readonly #session: Session;
  readonly #imageId: string;
  readonly #product: string;
  #turn = 0;

  private constructor(session: Session, imageId: string, product: string) {
    this.#session = session;
    this.#imageId = imageId;
    this.#product = product;
  }

  static async open(session: Session): Promise<OtherCustomer> {
    const imageId = await uploadAndWait(session, await photo('rocket.jpg'));
    return new OtherCustomer(session, imageId, (await cheapestProduct(session)).id);
  }

  async work(seconds: number, signal: AbortSignal): Promise<ServiceLevel> {
    await this.#session.token();
    const took: number[] = [];
    const failures: string[] = [];
    const asked: Promise<void>[] = [];
    const begun = performance.now();
    for (let due = begun; due < begun + seconds * 1000 && !signal.aborted; due += everyMs) {
      await rest(Math.max(0, due - performance.now()), signal);
      asked.push(
        this.#request().then((failure) => {
          took.push(performance.now() - due);
          if (failure) failures.push(failure);
        }),
      );
    }
    await Promise.all(asked);
    const ms = (share: number) => Math.round((percentile(took, share) ?? 0) * 10) / 10;
    return { requests: took.length, failed: failures.length, firstFailure: failures[0], p50: ms(0.5), p99: ms(0.99) };
  }

  /** Undefined when the request succeeded. */
  async #request(): Promise<string | undefined> {
    const turn = (this.#turn += 1);
    const [path, sent] = turn % orderEvery === 0 ? (['/v1/orders', this.#order()] as const) : [this.#read(turn), {}];
    try {
      const { status } = await this.#session.try(path, { timeoutMs, ...sent });
      return status < 300 ? undefined : `${path}: ${status}`;
    } catch (error) {
      return `${path}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  #read(turn: number): string {
    const paths = ['/v1/products', '/v1/accounts/me', '/v1/orders?limit=5', `/v1/images/${this.#imageId}/status`];
    return paths[turn % paths.length] ?? '/v1/products';
  }

  #order() {
    const headers = { 'content-type': 'application/json', 'idempotency-key': randomUUID() };
    return { method: 'POST', headers, body: JSON.stringify(orderOf(this.#imageId, this.#product)) } as const;
  }
}
