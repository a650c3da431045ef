import { assertMayEnter, roomOf } from './room';

const id = '01990000-0000-7000-8000-000000000001';
const alice = { customer: 'alice', role: 'customer' } as const;
const olga = { customer: 'olga', role: 'operator' } as const;

test.each([
  ['support:alice', alice, false, undefined],
  ['support:bob', alice, true, 'FORBIDDEN'],
  ['support:bob', olga, false, undefined],
  [`order:${id}`, alice, true, undefined],
  [`order:${id}`, alice, false, 'ROOM_NOT_FOUND'],
  [`order:${id}`, olga, false, undefined],
] as const)('entering %s as %j, with a notification about it: %s', (name, caller, isNotified, code) => {
  const enter = () => assertMayEnter(roomOf(name), caller, isNotified);
  if (code) expect(enter).toThrow(expect.objectContaining({ code }));
  else enter();
});

test.each(['', 'support:', 'support:a b', `order:${id}x`, 'order:1', `call:${id}`, 'support:alice\n'])(
  '%j is not a room name',
  (name) => {
    expect(() => roomOf(name)).toThrow(expect.objectContaining({ code: 'ROOM_NOT_FOUND' }));
  },
);

test('the room of an order is the same for an upper case id', () => {
  const letters = '01990a2b-7c3d-7e4f-8a5b-6c7d8e9f0a1b';
  expect(roomOf(`order:${letters.toUpperCase()}`)).toEqual(roomOf(`order:${letters}`));
});
