/** Speaking beside an event stream: by POST, under the name that the server gives the stream, one message after the other. */
import type { Command, ServerError } from './messages.ts';
import { bearer, eventsUrl, problemOf, type Opening } from './transport.ts';

export class Talk {
  readonly #opening: Opening;
  readonly #signal: AbortSignal;
  readonly #refused: (error: ServerError) => void;
  readonly #name = Promise.withResolvers<string>();
  #saying: Promise<void> = Promise.resolve();

  /** Until the signal fires; `refused` hears what the server did not take, or could not be asked to. */
  constructor(opening: Opening, signal: AbortSignal, refused: (error: ServerError) => void) {
    this.#opening = opening;
    this.#signal = signal;
    this.#refused = refused;
  }

  named(peer: string): void {
    this.#name.resolve(peer);
  }

  say(command: Command): void {
    this.#saying = this.#saying
      .then(() => this.#post(command))
      .catch((error: Error) => {
        if (!this.#signal.aborted) this.#refused({ code: 'UNAVAILABLE', message: error.message });
      });
  }

  async #post(command: Command): Promise<void> {
    const { url, token, fetch, patience } = this.#opening;
    const response = await fetch(eventsUrl(url, { peer: await this.#name.promise }), {
      method: 'POST',
      headers: { ...bearer(token), 'content-type': 'application/json' },
      body: JSON.stringify(command),
      signal: AbortSignal.any([this.#signal, AbortSignal.timeout(patience.openMs)]),
    });
    if (!response.ok) this.#refused(await problemOf(response));
  }
}
