import { channelOf } from '@halftone/contracts';
import { DomainError, uuidv7 } from '@halftone/kernel';
import { afterCommit, Database } from '@halftone/postgres';
import { domainErrorOf, failpoint, logger, type Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { NotificationStore } from '../notification/notification.store';
import type { NotificationsTables } from '../tables';
import { type ChatInput, type ChatUpdate, decide } from './chat';
import { ChatNotifier } from './chat-notifier.service';
import { ChatStore } from './chat.store';
import type { ChatStream } from './chat-stream.service';
import { assertMayEnter, type Room, roomOf } from './room';

const PAGE = 100;
/** Upper bound of a wait; the notifier's poll finds missed messages earlier. */
const MAX_WAIT_MS = 30_000;

/**
 * Chat between a customer and the operators. A message is stored once, even if it is sent again. Each stream receives every
 * message after the sequence number it names, in order and without gaps, no matter which replica received the message.
 */
@Injectable()
export class ChatService {
  constructor(
    private readonly db: Database<NotificationsTables>,
    private readonly store: ChatStore,
    private readonly notifications: NotificationStore,
    private readonly notifier: ChatNotifier,
  ) {}

  /** Ends after `inputs` end and all messages until then are sent. Throws UNAVAILABLE when this process stops. */
  async *join(
    caller: Principal,
    name: string,
    after: number,
    inputs: AsyncIterable<ChatInput>,
  ): AsyncGenerator<ChatUpdate> {
    const room = await this.enter(caller, name);
    const stream = this.notifier.join(room.name);
    const consuming = this.consume(caller, room, inputs, stream);
    try {
      yield { joined: { lastSeq: (await this.store.lastSeqs([room.name])).get(room.name) ?? 0 } };
      yield* this.updates(room, after, stream);
      await consuming;
    } finally {
      stream.end();
    }
  }

  /** Stores the message once per sender and client id; sending it again changes nothing. */
  async say({ customer }: Principal, room: Room, { text, clientId }: ChatInput, now: Date): Promise<void> {
    await this.db.tx(async (tx) => {
      await this.store.lock(tx, room.name, customer);
      const history = await this.store.history(tx, room.name, customer, clientId, now);
      if (decide({ text, clientId }, history) !== 'append') return;
      const message = { id: uuidv7(), room: room.name, sender: customer, clientId, text, time: now };
      await this.store.append(tx, message);
      afterCommit(tx, () => this.notifier.notify(room.name));
    });
    await failpoint('notifications.chat.after-commit');
  }

  private async enter(caller: Principal, name: string): Promise<Room> {
    const room = roomOf(name);
    const isNotified =
      room.kind === 'order' && (await this.notifications.hasSubject(channelOf(caller.customer), room.subject));
    assertMayEnter(room, caller, isNotified);
    return room;
  }

  private async *updates({ name }: Room, after: number, stream: ChatStream): AsyncGenerator<ChatUpdate> {
    for (let seq = after; ;) {
      const { isInputEnded } = stream;
      const refusals = stream.takeRefusals();
      const messages = await this.store.after(name, seq, PAGE);
      for (const said of messages) yield { said };
      for (const refused of refusals) yield { refused };
      seq = messages.at(-1)?.seq ?? seq;
      if (messages.length === PAGE) continue;
      if (isInputEnded) return;
      await stream.wake.within(MAX_WAIT_MS);
    }
  }

  /** Never rejects: an error ends the stream. */
  private async consume(
    caller: Principal,
    room: Room,
    inputs: AsyncIterable<ChatInput>,
    stream: ChatStream,
  ): Promise<void> {
    try {
      for await (const input of inputs) await this.handle(caller, room, input, stream);
    } catch (error) {
      stream.fail(domainErrorOf(error));
    } finally {
      stream.endInput();
    }
  }

  private async handle(caller: Principal, room: Room, input: ChatInput, stream: ChatStream): Promise<void> {
    try {
      await this.say(caller, room, input, new Date());
    } catch (cause) {
      const error = domainErrorOf(cause);
      if (!isRefusal(error)) throw error;
      logger('chat').info({ code: error.code, room: room.name }, 'a chat message was refused');
      stream.refuse({ clientId: input.clientId, error });
    }
  }
}

/** After any other error the message may or may not have been stored. */
const isRefusal = ({ code }: DomainError): boolean =>
  code === 'VALIDATION_FAILED' || code === 'IDEMPOTENCY_KEY_REUSED' || code === 'RATE_LIMITED';
