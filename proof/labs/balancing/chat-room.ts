/** The chat room of a client that loses its server. The client joins again after the last message it got. */
import { eventually, waitAtMost } from '@halftone/tools/os/waiting.ts';
import type { RealtimeSandbox } from '../../harness/sandbox/realtime/realtime-sandbox.ts';
import { SessionClient } from './session-client.ts';

/** Messages before the change, and again while the client is away. The limit is 20 in 10 s. */
const eventsEach = 2;

export class ChatRoom {
  readonly #room: string;
  readonly #operator: SessionClient;
  #last = 0;

  private constructor(room: string, operator: SessionClient) {
    this.#room = room;
    this.#operator = operator;
  }

  /** The customer's room, with an operator in it, at that process. */
  static async open(sandbox: RealtimeSandbox, url: string, customer: string): Promise<ChatRoom> {
    const room = `support:${customer}`;
    const operator = await SessionClient.connect(url, sandbox.token('olga', 'operator'));
    await operator.join(room, 0);
    return new ChatRoom(room, operator);
  }

  /** The customer joins and receives new messages. */
  async receive(client: SessionClient): Promise<void> {
    this.#last = await client.join(this.#room, this.#last);
    await this.talk();
    await eventually('the last message', () => client.chatNumbers.at(-1) === this.#last || undefined, {
      withinMs: 10_000,
    });
  }

  /** Resolves when the operator has received its own messages. */
  async talk(): Promise<void> {
    for (let n = 0; n < eventsEach; n += 1) this.#operator.say(this.#room, 'hello');
    const last = this.#last + eventsEach;
    await eventually('the operator', () => this.#operator.chatNumbers.at(-1) === last || undefined, {
      withinMs: 10_000,
    });
    this.#last = last;
  }

  /** Joins again. Resolves with the number of missed messages that were lost, duplicated or out of order. */
  async comeBack(client: SessionClient): Promise<number> {
    await client.join(this.#room, this.#last - eventsEach);
    const missed = Array.from({ length: eventsEach }, (_, n) => this.#last - eventsEach + 1 + n);
    const all = () => client.chatNumbers.length >= eventsEach || undefined;
    await waitAtMost('the messages sent meanwhile', all, { withinMs: 5_000 });
    const wrong = client.chatNumbers.filter((seq, at) => seq !== missed[at]).length;
    return wrong + Math.max(0, eventsEach - client.chatNumbers.length);
  }

  leave(): void {
    this.#operator.cut();
  }
}
