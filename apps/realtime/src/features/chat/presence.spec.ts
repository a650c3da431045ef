import type { ServerMessage } from '../../message/server-message';
import { changesBetween, customersOf, memberOf } from './presence';
import { PresenceRoom } from './presence-room.service';

test('a customer at several processes is listed once', () => {
  const members = [memberOf('p1', 'olga'), memberOf('p2', 'alice'), memberOf('p1', 'alice')];
  expect(customersOf(members)).toEqual(['alice', 'olga']);
});

test('leaves come before joins', () => {
  expect(changesBetween(['alice', 'bob'], ['bob', 'carol'])).toEqual([
    { customer: 'alice', present: false },
    { customer: 'carol', present: true },
  ]);
});

class Guest {
  readonly received: string[] = [];
  readonly id = '1';
  isCongested = false;
  readonly principal;

  constructor(customer: string) {
    this.principal = { customer, role: 'customer' } as const;
  }

  send(message: ServerMessage): void {
    if (message.type === 'presence') this.received.push(`${message.customer} ${message.present ? 'came' : 'left'}`);
    if (message.type === 'typing') this.received.push(`${message.customer} types`);
  }
}

/** The test sets the roster of all replicas. */
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

test('a new member gets the present customers, then each change once', async () => {
  const roster = { names: ['bob'] as string[] | undefined };
  const { room, enter } = opened(roster);
  const alice = await enter('alice');
  expect(alice).toMatchObject({ members: ['alice', 'bob'], guest: { received: [] } });
  roster.names = ['alice', 'carol'];
  await Promise.all([room.refresh(), room.refresh()]);
  expect(alice.guest.received).toEqual(['bob left', 'carol came']);
});

test('a customer gets no presence messages about itself', async () => {
  const { room, enter } = opened({ names: [] });
  const [one, other] = [await enter('alice'), await enter('alice')];
  room.typing('alice');
  expect([one.guest.received, other.guest.received]).toEqual([[], []]);
});

test('without a roster, local customers join and leave, and others stay', async () => {
  const roster = { names: ['bob'] as string[] | undefined };
  const { room, enter } = opened(roster);
  const { guest } = await enter('alice');
  roster.names = undefined;
  const carol = await enter('carol');
  room.remove(carol.guest);
  await room.refresh();
  expect(guest.received).toEqual(['carol came', 'carol left']);
  expect(room.listen(guest)).toEqual(['alice', 'bob']);
});

test('a customer that left without a roster is forgotten at the next read', async () => {
  const roster = { names: undefined as string[] | undefined };
  const { room, enter } = opened(roster);
  const stays = await enter('alice');
  for (let n = 0; n < 200; n += 1) {
    const { guest } = await enter(`visitor-${n}`);
    room.remove(guest);
    await room.refresh();
  }
  expect(room.remembered).toBe(1);
  expect(stays.guest.received).toHaveLength(400);
  expect(room.listen(stays.guest)).toEqual(['alice']);
});

test('a customer that joins and leaves during a roster read is not remembered', async () => {
  const hanging = Promise.withResolvers<undefined>();
  const room = new PresenceRoom('support:alice', () => hanging.promise);
  const look = room.refresh();
  for (let n = 0; n < 200; n += 1) {
    const guest = new Guest(`visitor-${n}`);
    room.add(guest);
    room.remove(guest);
  }
  expect(room.remembered).toBe(0);
  hanging.resolve(undefined);
  await look;
  expect(room.listen(new Guest('alice'))).toEqual([]);
});

test('a failed roster read does not affect later ones', async () => {
  let isBroken = true;
  const room = new PresenceRoom('support:alice', async () => {
    if (isBroken) throw new Error('the list cannot be read');
    return ['bob'];
  });
  const guest = new Guest('alice');
  room.add(guest);
  await expect(room.refresh()).rejects.toThrow('cannot be read');
  isBroken = false;
  await room.refresh();
  expect(room.listen(guest)).toEqual(['alice', 'bob']);
});

test('a customer leaves with its last connection', async () => {
  const { room, enter } = opened({ names: [] });
  const [one, other] = [await enter('alice'), await enter('alice')];
  expect(room.remove(one.guest)).toBe(false);
  expect(room.remove(other.guest)).toBe(true);
  expect(room.remove(other.guest)).toBe(false);
  expect(room.isEmpty).toBe(true);
});

test('a slow client gets no ephemeral messages', async () => {
  const { room, enter } = opened({ names: [] });
  const { guest } = await enter('alice');
  guest.isCongested = true;
  room.typing('bob');
  guest.isCongested = false;
  room.typing('carol');
  expect(guest.received).toEqual(['carol types']);
});
