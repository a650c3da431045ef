import type { ServerMessage } from '../message/server-message';
import { changesBetween, customersOf, memberOf } from './presence';
import { PresenceRoom } from './presence.room';

test('somebody who is at several processes is one', () => {
  const members = [memberOf('p1', 'olga'), memberOf('p2', 'alice'), memberOf('p1', 'alice')];
  expect(customersOf(members)).toEqual(['alice', 'olga']);
});

test('who left is told before who came', () => {
  expect(changesBetween(['alice', 'bob'], ['bob', 'carol'])).toEqual([
    { customer: 'alice', present: false },
    { customer: 'carol', present: true },
  ]);
});

class Guest {
  readonly heard: string[] = [];
  readonly id = '1';
  isCongested = false;
  readonly principal;

  constructor(customer: string) {
    this.principal = { customer, role: 'customer' } as const;
  }

  send(message: ServerMessage): void {
    if (message.type === 'presence') this.heard.push(`${message.customer} ${message.present ? 'came' : 'left'}`);
    if (message.type === 'typing') this.heard.push(`${message.customer} types`);
  }
}

/** The roster of all replicas is whatever the test says. */
function opened(roster: { names: string[] | undefined }) {
  const room = new PresenceRoom('support:alice', async () => roster.names);
  const enter = async (customer: string) => {
    const guest = new Guest(customer);
    room.add(guest);
    await room.refresh();
    return { guest, members: room.listen(guest) };
  };
  return { room, enter };
}

test('who enters is told who is there, and then what changes, once', async () => {
  const roster = { names: ['bob'] as string[] | undefined };
  const { room, enter } = opened(roster);
  const alice = await enter('alice');
  expect(alice).toMatchObject({ members: ['alice', 'bob'], guest: { heard: [] } });
  roster.names = ['alice', 'carol'];
  await Promise.all([room.refresh(), room.refresh()]);
  expect(alice.guest.heard).toEqual(['bob left', 'carol came']);
});

test('nobody is told of oneself', async () => {
  const { room, enter } = opened({ names: [] });
  const [one, other] = [await enter('alice'), await enter('alice')];
  room.typing('alice');
  expect([one.guest.heard, other.guest.heard]).toEqual([[], []]);
});

test('while nobody can know, own people come and go, and others stay as they were', async () => {
  const roster = { names: ['bob'] as string[] | undefined };
  const { room, enter } = opened(roster);
  const { guest } = await enter('alice');
  roster.names = undefined;
  const carol = await enter('carol');
  room.remove(carol.guest);
  await room.refresh();
  expect(guest.heard).toEqual(['carol came', 'carol left']);
  expect(room.listen(guest)).toEqual(['alice', 'bob']);
});

test('the last of a customer to leave is the one that counts', async () => {
  const { room, enter } = opened({ names: [] });
  const [one, other] = [await enter('alice'), await enter('alice')];
  expect(room.remove(one.guest)).toBe(false);
  expect(room.remove(other.guest)).toBe(true);
  expect(room.remove(other.guest)).toBe(false);
  expect(room.isEmpty).toBe(true);
});

test('a client that is behind is spared what may be lost', async () => {
  const { room, enter } = opened({ names: [] });
  const { guest } = await enter('alice');
  guest.isCongested = true;
  room.typing('bob');
  guest.isCongested = false;
  room.typing('carol');
  expect(guest.heard).toEqual(['carol types']);
});
