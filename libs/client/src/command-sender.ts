/** Sends commands next to an event stream: by POST, under the peer id that the server gives the stream, one at a time. */
import type { Command, ServerError } from './messages.ts';
import { bearer, eventsUrl, problemOf, type ConnectionContext } from './transport.ts';

/** The most commands that wait for the server. */
export const maxWaiting = 64;

export class CommandSender {
  readonly #context: ConnectionContext;
  readonly #signal: AbortSignal;
  readonly #onRefused: (error: ServerError) => void;
  readonly #peer = Promise.withResolvers<string>();
  #queue: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** Works until the signal fires. `onRefused` gets the commands that the server rejected or that could not be sent. */
  constructor(context: ConnectionContext, signal: AbortSignal, onRefused: (error: ServerError) => void) {
    this.#context = context;
    this.#signal = signal;
    this.#onRefused = onRefused;
  }

  setPeer(peer: string): void {
    this.#peer.resolve(peer);
  }

  /** Returns false, with an error RATE_LIMITED, when too many wait: the command is dropped, and may be sent again later. */
  send(command: Command): boolean {
    if (this.#waiting >= maxWaiting) {
      this.#onRefused({ code: 'RATE_LIMITED', message: `${maxWaiting} commands are already waiting for the server` });
      return false;
    }
    this.#waiting += 1;
    this.#queue = this.#queue
      .then(() => this.#post(command))
      .catch((error: Error) => {
        if (!this.#signal.aborted) this.#onRefused({ code: 'UNAVAILABLE', message: error.message });
      })
      .finally(() => (this.#waiting -= 1));
    return true;
  }

  async #post(command: Command): Promise<void> {
    const { url, token, fetch, timeouts } = this.#context;
    const response = await fetch(eventsUrl(url, { peer: await this.#peer.promise }), {
      method: 'POST',
      headers: { ...bearer(token), 'content-type': 'application/json' },
      body: JSON.stringify(command),
      signal: AbortSignal.any([this.#signal, AbortSignal.timeout(timeouts.openMs)]),
    });
    if (!response.ok) this.#onRefused(await problemOf(response));
  }
}
