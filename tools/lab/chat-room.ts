/** A chat room of a client that loses its server: it enters again and names the last message it heard, whoever remembers its subscriptions. */
import { eventually } from '../client/retry.ts';
import type { Stage } from '../stage/stage.ts';
import { SessionClient } from './session-client.ts';

/** Said before the change, and as many while the client is away: nobody may say more than 20 in 10 s. */
const few = 2;

export class ChatRoom {
  readonly #room: string;
  readonly #operator: SessionClient;
  #last = 0;

  private constructor(room: string, operator: SessionClient) {
    this.#room = room;
    this.#operator = operator;
  }

  /** The customer's room, with an operator in it, at that process. */
  static async open(stage: Stage, url: string, customer: string): Promise<ChatRoom> {
    const room = `support:${customer}`;
    const operator = await SessionClient.connect(url, stage.token('olga', 'operator'));
    await operator.join(room, 0);
    return new ChatRoom(room, operator);
  }

  /** The customer hears what is said now. */
  async hear(client: SessionClient): Promise<void> {
    this.#last = await client.join(this.#room, this.#last);
    await this.talk();
    await eventually('what was said', () => client.said.at(-1) === this.#last || undefined, { withinMs: 10_000 });
  }

  /** Resolves when it is said. */
  async talk(): Promise<void> {
    for (let n = 0; n < few; n += 1) this.#operator.say(this.#room, 'hello');
    const last = this.#last + few;
    await eventually('the operator', () => this.#operator.said.at(-1) === last || undefined, { withinMs: 10_000 });
    this.#last = last;
  }

  /** Enters it again; resolves with how many of the messages said while it was away were lost, or not heard once and in order. */
  async comeBack(client: SessionClient): Promise<number> {
    await client.join(this.#room, this.#last - few);
    const missed = Array.from({ length: few }, (_, n) => this.#last - few + 1 + n);
    const all = () => client.said.length >= few || undefined;
    await eventually('what was said meanwhile', all, { withinMs: 5_000 }).catch(() => undefined);
    const wrong = client.said.filter((seq, at) => seq !== missed[at]).length;
    return wrong + Math.max(0, few - client.said.length);
  }

  leave(): void {
    this.#operator.cut();
  }
}
