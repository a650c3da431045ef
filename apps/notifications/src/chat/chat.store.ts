import { afterCommit, anyOf, Database, type Tx } from '@halftone/postgres';
import { counter } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { NotificationsTables } from '../tables';
import { type Message, rate, type SenderHistory } from './chat';

const stored = counter('chat_messages_total', 'Chat messages stored');

const columns = ['id', 'room', 'seq', 'sender', 'client_id as clientId', 'text', 'time'] as const;

/** The message log of each room. */
@Injectable()
export class ChatStore {
  constructor(private readonly db: Database<NotificationsTables>) {}

  /**
   * Locks until the transaction ends: first the sender, so that messages to several rooms are counted together; then the
   * room, so that sequence numbers are assigned in commit order. The reverse order would deadlock.
   */
  async lock(tx: Tx<NotificationsTables>, room: string, sender: string): Promise<void> {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`chat ${sender}`}, 0))`.execute(tx);
    await tx
      .insertInto('chat_room')
      .values({ name: room, last_seq: 0 })
      .onConflict((known) => known.column('name').doUpdateSet({ last_seq: sql`chat_room.last_seq` }))
      .execute();
  }

  async history(
    tx: Tx<NotificationsTables>,
    room: string,
    sender: string,
    clientId: string,
    now: Date,
  ): Promise<SenderHistory> {
    const since = new Date(now.getTime() - rate.seconds * 1_000);
    const own = tx.selectFrom('chat_message').select(columns).where('room', '=', room).where('sender', '=', sender);
    const earlier = await own.where('client_id', '=', clientId).executeTakeFirst();
    const sinceQuery = tx.selectFrom('chat_message').where('sender', '=', sender).where('time', '>', since);
    const { recent } = await sinceQuery.select(sql<number>`count(*)`.as('recent')).executeTakeFirstOrThrow();
    return { earlier, recent };
  }

  /** The room must be locked. */
  async append(tx: Tx<NotificationsTables>, message: Omit<Message, 'seq'>): Promise<void> {
    const { id, room, sender, clientId, text, time } = message;
    const { last_seq: seq } = await tx
      .updateTable('chat_room')
      .set({ last_seq: sql`last_seq + 1` })
      .where('name', '=', room)
      .returning('last_seq')
      .executeTakeFirstOrThrow();
    await tx.insertInto('chat_message').values({ id, room, seq, sender, client_id: clientId, text, time }).execute();
    afterCommit(tx, () => stored.inc());
  }

  /** In order of `seq`, at most `limit`. */
  after(room: string, seq: number, limit: number): Promise<Message[]> {
    const query = this.db.rows.selectFrom('chat_message').select(columns).where('room', '=', room);
    return query.where('seq', '>', seq).orderBy('seq').limit(limit).execute();
  }

  /** The last sequence number of each room that has messages. */
  async lastSeqs(rooms: readonly string[]): Promise<Map<string, number>> {
    const query = this.db.rows.selectFrom('chat_room').select(['name', 'last_seq']).where(anyOf('name', rooms));
    return new Map((await query.execute()).map(({ name, last_seq }) => [name, last_seq]));
  }
}
