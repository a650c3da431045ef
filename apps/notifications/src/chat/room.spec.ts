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
] as const)('%s for %j, who was told: %s', (name, caller, isTold, code) => {
  const enter = () => assertMayEnter(roomOf(name), caller, isTold);
  if (code) expect(enter).toThrow(expect.objectContaining({ code }));
  else enter();
});

test.each(['', 'support:', 'support:a b', `order:${id}x`, 'order:1', `call:${id}`, 'support:alice\n'])(
  '%j is no room',
  (name) => {
    expect(() => roomOf(name)).toThrow(expect.objectContaining({ code: 'ROOM_NOT_FOUND' }));
  },
);
