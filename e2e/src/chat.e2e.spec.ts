import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { processBehind } from '@halftone/tools/shop/processes.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import type { Session } from '@halftone/proof/harness/clients/session.ts';
import { placeOrder } from '@halftone/proof/harness/clients/shop.ts';
import type { ServiceState } from '@halftone/tools/os/run-state.ts';
import { WebSocket } from 'ws';
import { kill, listen, query, shopping, signedIn, system, waitUntilBack } from './system';

interface Message {
  seq: number;
  from: string;
  text: string;
  clientId: string;
}

type Received = { type: string } & Record<string, unknown>;

/** A client in a chat room. When cut off, it reconnects, names the last message it received and sends unconfirmed messages again. */
class ChatClient {
  readonly messages: Message[] = [];
  readonly others: Received[] = [];
  cuts = 0;
  url = '';
  private readonly unacknowledged = new Map<string, string>();
  private socket: WebSocket | undefined;
  private isDone = false;

  constructor(
    private readonly session: Session,
    private readonly room: string,
    private readonly urls: readonly string[],
  ) {}

  async join(): Promise<this> {
    await this.connect();
    await eventually(`${this.session.customer} to be in`, () => this.has('chat.joined') || undefined);
    return this;
  }

  say(text: string): void {
    const clientId = randomUUID();
    this.unacknowledged.set(clientId, text);
    this.send({ type: 'chat.send', room: this.room, text, clientId });
  }

  has(type: string): boolean {
    return this.others.some((message) => message.type === type);
  }

  leave(): void {
    this.isDone = true;
    this.socket?.close();
  }

  private async connect(): Promise<void> {
    this.url = this.urls[this.cuts % this.urls.length] ?? '';
    const headers = await this.session.authorization();
    const socket = new WebSocket(`${this.url.replace(/^http/, 'ws')}/v1/events`, 'halftone.v1.json', { headers });
    this.socket = socket;
    socket.on('open', () => this.greet());
    socket.on('message', (data) => this.receive(JSON.parse(String(data)) as Received));
    socket.on('error', () => undefined);
    socket.on('close', () => void this.comeBack());
  }

  private greet(): void {
    this.send({ type: 'chat.join', room: this.room, after: this.messages.at(-1)?.seq ?? 0 });
    for (const [clientId, text] of this.unacknowledged)
      this.send({ type: 'chat.send', room: this.room, text, clientId });
  }

  private async comeBack(): Promise<void> {
    if (this.isDone) return;
    this.cuts += 1;
    await sleep(100);
    await this.connect();
  }

  private receive(message: Received): void {
    if (message.type !== 'chat.message') return void this.others.push(message);
    const received = message as unknown as Message;
    this.messages.push(received);
    this.unacknowledged.delete(received.clientId);
  }

  private send(message: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}

const each = 15;
const paceMs = 300;
let alice: Session;
let olga: Session;

beforeAll(async () => {
  [alice, olga] = await Promise.all([signedIn('alice'), signedIn('olga')]);
});

/** The messages that the room has from another run. */
const saidBefore = async (room: string) =>
  Number(
    (await query<{ n: string }>('SELECT last_seq AS n FROM notifications.chat_room WHERE name = $1', [room]))[0]?.n ??
      0,
  );

test('a customer and an operator talk while a replica of realtime and notifications are killed: nothing lost, nothing twice', async () => {
  const room = 'support:alice';
  const before = await saidBefore(room);
  const [first = '', second = ''] = system().urls.realtime;
  const clients = [
    await new ChatClient(alice, room, [first, second]).join(),
    await new ChatClient(olga, room, [second, first]).join(),
  ] as const;
  const [a, o] = clients;
  const killed: ServiceState[] = [];
  for (let n = 0; n < each; n += 1) {
    for (const client of clients) client.say(`${client === a ? 'alice' : 'olga'} ${n}`);
    if (n === 4) killed.push(kill('notifications'));
    if (n === 9) killed.push(killBehind(o.url));
    await sleep(paceMs);
  }
  const all = Array.from({ length: before + 2 * each }, (_, index) => index + 1);
  for (const client of clients) {
    await eventually('all messages', () => (client.messages.length >= all.length ? true : undefined));
    expect(client.messages.map(({ seq }) => seq)).toEqual(all);
  }
  expect(a.messages).toEqual(o.messages);
  for (const name of ['alice', 'olga']) {
    const own = a.messages.slice(before).filter(({ from }) => from === name);
    expect(own.map(({ text }) => text).toSorted()).toEqual(
      Array.from({ length: each }, (_, n) => `${name} ${n}`).toSorted(),
    );
  }
  expect([a.cuts, o.cuts]).toEqual([0, 1]);
  // An outage of more than two seconds, as on a busy machine, is reported once; nothing is refused.
  const errors = a.others.filter(({ type }) => type === 'error');
  expect(errors.slice(1)).toEqual([]);
  for (const error of errors) expect(error).toMatchObject({ code: 'UNAVAILABLE', channel: room });
  for (const client of clients) client.leave();
  await Promise.all(killed.map(waitUntilBack));
});

function killBehind(url: string): ServiceState {
  const target = processBehind(url);
  if (!target) throw new Error(`${url} is of no process that is listed`);
  process.kill(target.pid, 'SIGKILL');
  return target;
}

test("an order's room is its customer's and the operators'", async () => {
  const { imageId, product } = await shopping(alice);
  const shipped = await listen(alice, 'websocket');
  const { id } = await placeOrder(alice, imageId, product);
  await shipped.waitFor('its end', ({ subject, type }) => subject === `orders/${id}` && type === 'order.shipped');
  await shipped.close();
  const urls = system().urls.realtime;
  const clients = [
    await new ChatClient(alice, `order:${id}`, urls).join(),
    await new ChatClient(olga, `order:${id}`, urls).join(),
  ];
  clients[0]?.say('where is it?');
  for (const client of clients) {
    await eventually('the message', () => client.messages.length === 1 || undefined);
    expect(client.messages).toMatchObject([{ seq: 1, from: 'alice', text: 'where is it?' }]);
    client.leave();
  }
  const bob = new ChatClient(await signedIn('bob'), `order:${id}`, urls);
  // Refused, which the test asserts by the error message.
  void bob.join().catch(() => undefined);
  await eventually('bob is refused', () => bob.has('error') || undefined);
  expect(bob.others).toMatchObject([{ type: 'error', code: 'ROOM_NOT_FOUND' }]);
  bob.leave();
});
