/** A WebSocket client without session logic: the lab passes the session and the cursors. */
import { randomUUID } from 'node:crypto';
import type { ServerMessage } from '@halftone/client';
import { WebSocket } from 'ws';
import { eventually } from '@halftone/tools/os/waiting.ts';

type Session = Extract<ServerMessage, { type: 'session' }>;

export interface ReceivedEvent {
  channel: string;
  seq: number;
  /** The cursor after it. */
  id: string;
}

export class SessionClient {
  readonly received: ReceivedEvent[] = [];
  /** Numbers of the messages of its room, as they came. */
  readonly chatNumbers: number[] = [];
  readonly #messages: ServerMessage[] = [];
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer) => this.#take(JSON.parse(data.toString()) as ServerMessage));
  }

  /** Tries until the process takes connections. */
  static connect(url: string, token: string): Promise<SessionClient> {
    return eventually('a connection', () => SessionClient.#tryOnce(url, token));
  }

  static #tryOnce(url: string, token: string): Promise<SessionClient | undefined> {
    const headers = { authorization: `Bearer ${token}` };
    const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/events`, 'halftone.v1.json', { headers });
    const client = new SessionClient(socket);
    return new Promise((resolve) => {
      socket.once('open', () => resolve(client));
      socket.once('close', () => resolve(undefined));
    });
  }

  /** A new session, or, where that is known, the one named. */
  async resume(session?: string): Promise<Session> {
    this.#send({ type: 'resume', ...(session !== undefined && { session }) });
    return this.#until((message) => (message.type === 'session' ? message : undefined));
  }

  /** Resolves with the cursor it begins at. */
  async subscribe(channel: string, cursor?: string): Promise<string> {
    this.#send({ type: 'subscribe', channel, ...(cursor !== undefined && { cursor }) });
    const begun = await this.#until((message) =>
      message.type === 'subscribed' && message.channel === channel ? message : undefined,
    );
    return begun.cursor;
  }

  /** Resolves when the server has taken them. */
  async acknowledge(cursors: Readonly<Record<string, string>>): Promise<void> {
    for (const [channel, cursor] of Object.entries(cursors)) this.#send({ type: 'ack', channel, cursor });
    this.#send({ type: 'ping' });
    await this.#until((message) => message.type === 'pong' || undefined);
  }

  /** A chat room, from behind that message on; resolves with the number of the last one. */
  async join(room: string, after: number): Promise<number> {
    this.#send({ type: 'chat.join', room, after });
    const joined = await this.#until((message) => (message.type === 'chat.joined' ? message : undefined));
    return joined.lastSeq;
  }

  say(room: string, text: string): void {
    this.#send({ type: 'chat.send', room, text, clientId: randomUUID() });
  }

  /** Without a goodbye. */
  cut(): void {
    this.#socket.terminate();
  }

  #send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  #take(message: ServerMessage): void {
    this.#messages.push(message);
    if (message.type === 'event' && 'seq' in message.event) this.received.push(message.event);
    if (message.type === 'chat.message') this.chatNumbers.push(message.seq);
  }

  #until<Found>(find: (message: ServerMessage) => Found | undefined): Promise<Found> {
    const probe = () => this.#messages.map(find).find((found) => found !== undefined);
    return eventually('an answer', probe, { withinMs: 10_000, everyMs: 10 });
  }
}
