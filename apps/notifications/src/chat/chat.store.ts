import { afterCommit, Database, type Tx } from '@halftone/postgres';
import { counter } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { NotificationsTables } from '../tables';
import { type Message, rate, type Said } from './chat';

const said = counter('chat_messages_total', 'Messages that were said in a chat room');

const columns = ['id', 'room', 'seq', 'sender', 'client_id as clientId', 'text', 'time'] as const;

/** The log of every room. */
@Injectable()
export class ChatStore {
  constructor(private readonly db: Database<NotificationsTables>) {}

  /**
   * To the end of the transaction: the sender, who may be talking in several rooms at once, so that what it said lately is counted
   * whole; then the room, so that numbers are given and committed in one and the same order. Never the other way round.
   */
  async lock(tx: Tx<NotificationsTables>, room: string, sender: string): Promise<void> {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`chat ${sender}`}, 0))`.execute(tx);
    await tx
      .insertInto('chat_room')
      .values({ name: room, last_seq: 0 })
      .onConflict((known) => known.column('name').doUpdateSet({ last_seq: sql`chat_room.last_seq` }))
      .execute();
  }

  async past(tx: Tx<NotificationsTables>, room: string, sender: string, clientId: string, now: Date): Promise<Said> {
    const since = new Date(now.getTime() - rate.seconds * 1_000);
    const named = tx.selectFrom('chat_message').select(columns).where('room', '=', room).where('sender', '=', sender);
    const before = await named.where('client_id', '=', clientId).executeTakeFirst();
    const recent = tx.selectFrom('chat_message').where('sender', '=', sender).where('time', '>', since);
    const { lately } = await recent.select(sql<number>`count(*)`.as('lately')).executeTakeFirstOrThrow();
    return { before, lately };
  }

  /** It must be locked. */
  async append(tx: Tx<NotificationsTables>, message: Omit<Message, 'seq'>): Promise<void> {
    const { id, room, sender, clientId, text, time } = message;
    const { last_seq: seq } = await tx
      .updateTable('chat_room')
      .set({ last_seq: sql`last_seq + 1` })
      .where('name', '=', room)
      .returning('last_seq')
      .executeTakeFirstOrThrow();
    await tx.insertInto('chat_message').values({ id, room, seq, sender, client_id: clientId, text, time }).execute();
    afterCommit(tx, () => said.inc());
  }

  /** In their order, at most `limit`. */
  after(room: string, seq: number, limit: number): Promise<Message[]> {
    const query = this.db.rows.selectFrom('chat_message').select(columns).where('room', '=', room);
    return query.where('seq', '>', seq).orderBy('seq').limit(limit).execute();
  }

  /** Of each room in which something was said. */
  async lastSeqs(rooms: readonly string[]): Promise<Map<string, number>> {
    const query = this.db.rows.selectFrom('chat_room').select(['name', 'last_seq']).where('name', 'in', rooms);
    return new Map((await query.execute()).map(({ name, last_seq }) => [name, last_seq]));
  }
}
