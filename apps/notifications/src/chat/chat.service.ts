import { channelOf } from '@halftone/contracts';
import { DomainError, uuidv7 } from '@halftone/kernel';
import { afterCommit, Database } from '@halftone/postgres';
import { domainErrorOf, failpoint, logger, type Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { NotificationStore } from '../notification/notification.store';
import type { NotificationsTables } from '../tables';
import { decide, type Told, type Utterance } from './chat';
import { ChatBell } from './chat.bell';
import { ChatStore } from './chat.store';
import type { Visit } from './chat.visit';
import { assertMayEnter, type Room, roomOf } from './room';

const PAGE = 100;
/** Who is woken for nothing looks for nothing; the bell's sweep is what finds what was missed. */
const AT_LATEST_MS = 30_000;

/**
 * Rooms in which a customer talks with the operators. Each message is said once, however often it is sent; each visitor is told every message
 * after the one it names, in the order of their numbers, without a gap, whichever replica it was said at.
 */
@Injectable()
export class ChatService {
  constructor(
    private readonly db: Database<NotificationsTables>,
    private readonly store: ChatStore,
    private readonly notifications: NotificationStore,
    private readonly bell: ChatBell,
  ) {}

  /** Ends when `utterances` do, after everything said until then. Fails with UNAVAILABLE when the process stops: come back elsewhere. */
  async *visit(
    caller: Principal,
    name: string,
    after: number,
    utterances: AsyncIterable<Utterance>,
  ): AsyncGenerator<Told> {
    const room = await this.admit(caller, name);
    const visit = this.bell.enter(room.name);
    const listening = this.listen(caller, room, utterances, visit);
    try {
      yield { joined: { lastSeq: (await this.store.lastSeqs([room.name])).get(room.name) ?? 0 } };
      yield* this.log(room, after, visit);
      await listening;
    } finally {
      visit.end();
    }
  }

  /** Said once per sender and client id: again gives the message that was said. */
  async say({ customer }: Principal, room: Room, { text, clientId }: Utterance, now: Date): Promise<void> {
    await this.db.tx(async (tx) => {
      await this.store.lock(tx, room.name, customer);
      const past = await this.store.past(tx, room.name, customer, clientId, now);
      if (decide({ text, clientId }, past) !== 'say') return;
      const message = { id: uuidv7(), room: room.name, sender: customer, clientId, text, time: now };
      await this.store.append(tx, message);
      afterCommit(tx, () => this.bell.ring(room.name));
    });
    await failpoint('notifications.chat.after-commit');
  }

  private async admit(caller: Principal, name: string): Promise<Room> {
    const room = roomOf(name);
    const isTold =
      room.kind === 'order' && (await this.notifications.isKnown(channelOf(caller.customer), room.subject));
    assertMayEnter(room, caller, isTold);
    return room;
  }

  private async *log({ name }: Room, after: number, visit: Visit): AsyncGenerator<Told> {
    for (let seq = after; ;) {
      const { isOver } = visit;
      const refusals = visit.takeRefusals();
      const messages = await this.store.after(name, seq, PAGE);
      for (const said of messages) yield { said };
      for (const refused of refusals) yield { refused };
      seq = messages.at(-1)?.seq ?? seq;
      if (messages.length === PAGE) continue;
      if (isOver) return;
      await visit.wake.within(AT_LATEST_MS);
    }
  }

  /** Never rejects: what goes wrong ends the visit. */
  private async listen(
    caller: Principal,
    room: Room,
    utterances: AsyncIterable<Utterance>,
    visit: Visit,
  ): Promise<void> {
    try {
      for await (const utterance of utterances) await this.hear(caller, room, utterance, visit);
    } catch (error) {
      visit.fail(domainErrorOf(error));
    } finally {
      visit.finish();
    }
  }

  private async hear(caller: Principal, room: Room, utterance: Utterance, visit: Visit): Promise<void> {
    try {
      await this.say(caller, room, utterance, new Date());
    } catch (cause) {
      const error = domainErrorOf(cause);
      if (!isAnswer(error)) throw error;
      logger('chat').info({ code: error.code, room: room.name }, 'a message was not taken');
      visit.refuse({ clientId: utterance.clientId, error });
    }
  }
}

/** Of anything else nobody knows whether the message was said. */
const isAnswer = ({ code }: DomainError): boolean =>
  code === 'VALIDATION_FAILED' || code === 'IDEMPOTENCY_KEY_REUSED' || code === 'RATE_LIMITED';
