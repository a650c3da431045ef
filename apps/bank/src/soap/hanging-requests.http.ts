import type { ServerResponse } from 'node:http';

/** Requests that a hanging bank never answers; they must not delay a shutdown. */
export class HangingRequests {
  private readonly responses = new Set<ServerResponse>();

  add(response: ServerResponse): void {
    this.responses.add(response);
    response.once('close', () => this.responses.delete(response));
  }

  disconnect(): void {
    for (const response of this.responses) response.destroy();
  }
}
