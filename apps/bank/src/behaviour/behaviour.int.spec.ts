import { eventually, testToken } from '@halftone/testing';
import { type Answer, harmless } from '../attack/attacks.fixture';
import { type BankFixture, startBank } from '../attack/bank.fixture';
import { BehaviourService } from './behaviour.service';

let bank: BankFixture;

beforeAll(async () => {
  bank = await startBank();
});
afterEach(() => setBehaviour({}));
afterAll(() => bank.close());

async function setBehaviour(
  behaviour: object,
  role: 'operator' | 'customer' | 'anonymous' = 'operator',
): Promise<number> {
  const headers = {
    'content-type': 'application/json',
    ...(role !== 'anonymous' && { authorization: `Bearer ${await testToken('somebody', role)}` }),
  };
  const body = JSON.stringify(behaviour);
  return (await fetch(new URL('/operator/behaviour', bank.url), { method: 'PUT', headers, body })).status;
}

const debit = (): Promise<Answer> => harmless(bank.url, 'username', bank.credentials);
const booked = async () => (await bank.transactionsOf('attack-')).length;

test.each<[string, object]>([
  ['down', { down: true }],
  ['failing', { errorRate: 1 }],
])('a bank that is %s books nothing', async (_, behaviour) => {
  const before = await booked();
  await setBehaviour(behaviour);
  // A bank that is down gives no answer; asserted below.
  const answer = await debit().catch(() => undefined);
  expect([answer?.status, answer?.code]).toEqual('down' in behaviour ? [undefined, undefined] : [500, 'INTERNAL']);
  expect(await booked()).toBe(before);
});

test('a hanging bank books nothing, not even later, and can still be stopped', async () => {
  const before = await booked();
  await setBehaviour({ hang: true });
  const faultPlan = jest.spyOn(BehaviourService.prototype, 'faultPlan');
  const unanswered = debit().catch(() => 'cut');
  await eventually(() => expect(faultPlan).toHaveBeenCalled());
  expect(await faultPlan.mock.results[0]?.value).toMatchObject({ before: 'hang' });
  faultPlan.mockRestore();
  await setBehaviour({});
  expect((await debit()).status).toBe(200);
  expect(await booked()).toBe(before + 1);
  await bank.close();
  expect(await unanswered).toBe('cut');
  bank = await startBank();
});

test('a bank that drops its replies has booked', async () => {
  const before = await booked();
  await setBehaviour({ dropReplyRate: 1 });
  await expect(debit()).rejects.toThrow();
  expect(await booked()).toBe(before + 1);
});

test('only operators may change the behaviour, to valid values only', async () => {
  expect(await setBehaviour({ down: true }, 'anonymous')).toBe(401);
  expect(await setBehaviour({ down: true }, 'customer')).toBe(403);
  expect(await setBehaviour({ errorRate: 2 })).toBe(400);
  expect(await setBehaviour({ generous: true })).toBe(400);
  expect((await debit()).status).toBe(200);
});
