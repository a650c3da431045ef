import { eventually, testToken } from '@halftone/testing';
import { type Answer, harmless } from '../attack/attacks.fixture';
import { type BankWorld, openBank } from '../attack/bank.fixture';
import { BehaviourService } from './behaviour.service';

let world: BankWorld;

beforeAll(async () => {
  world = await openBank();
});
afterEach(() => behave({}));
afterAll(() => world.close());

async function behave(behaviour: object, role: 'operator' | 'customer' | 'nobody' = 'operator'): Promise<number> {
  const headers = {
    'content-type': 'application/json',
    ...(role !== 'nobody' && { authorization: `Bearer ${await testToken('somebody', role)}` }),
  };
  const body = JSON.stringify(behaviour);
  return (await fetch(new URL('/operator/behaviour', world.url), { method: 'PUT', headers, body })).status;
}

const debit = (): Promise<Answer> => harmless(world.url, 'username', world.who);
const booked = async () => (await world.transactionsOf('attack-')).length;

test.each<[string, object]>([
  ['down', { down: true }],
  ['failing', { errorRate: 1 }],
])('a bank that is %s books nothing', async (_, behaviour) => {
  const before = await booked();
  await behave(behaviour);
  const answer = await debit().catch(() => undefined);
  expect([answer?.status, answer?.code]).toEqual('down' in behaviour ? [undefined, undefined] : [500, 'INTERNAL']);
  expect(await booked()).toBe(before);
});

test('a bank that hangs books nothing, not even later, and stops nevertheless', async () => {
  const before = await booked();
  await behave({ hang: true });
  const fate = jest.spyOn(BehaviourService.prototype, 'fate');
  const never = debit().catch(() => 'cut');
  await eventually(() => expect(fate).toHaveBeenCalled());
  expect(await fate.mock.results[0]?.value).toMatchObject({ before: 'hang' });
  fate.mockRestore();
  await behave({});
  expect((await debit()).status).toBe(200);
  expect(await booked()).toBe(before + 1);
  await world.close();
  expect(await never).toBe('cut');
  world = await openBank();
});

test('a bank that swallows its replies has booked', async () => {
  const before = await booked();
  await behave({ dropReplyRate: 1 });
  await expect(debit()).rejects.toThrow();
  expect(await booked()).toBe(before + 1);
});

test('only an operator has a say, and only in what there is', async () => {
  expect(await behave({ down: true }, 'nobody')).toBe(401);
  expect(await behave({ down: true }, 'customer')).toBe(403);
  expect(await behave({ errorRate: 2 })).toBe(400);
  expect(await behave({ generous: true })).toBe(400);
  expect((await debit()).status).toBe(200);
});
