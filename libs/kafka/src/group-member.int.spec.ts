import { engines, eventually, freshSchema, type FreshSchema, scraped } from '@halftone/testing';
import { TestGroup } from './fixture/group.fixture';
import { GroupMember, type Membership } from './group-member';

let schema: FreshSchema;
let given: TestGroup;
let member: GroupMember | undefined;
let fatal: Error[];

beforeAll(async () => {
  schema = await freshSchema('member');
});
afterAll(() => schema.drop());
beforeEach(async () => {
  given = await new TestGroup(engines().brokers, schema.url, 1).open('member');
  fatal = [];
});
afterEach(async () => {
  await member?.stop();
  await given.close();
});

async function join(take: (value: string, membership: Membership) => Promise<void>): Promise<void> {
  const { kafka, group, topic } = given;
  member = new GroupMember({
    kafka,
    group,
    topics: [topic.name],
    prepare: given.prepare,
    onFatal: (error) => fatal.push(error),
    eachBatch: async ({ batch, resolveOffset }, membership) => {
      for (const message of batch.messages) {
        await take(String(message.value), membership);
        resolveOffset(message.offset);
      }
    },
  });
  await member.start();
}

test('a consumer that kafkajs gives up is replaced and continues where it stopped', async () => {
  const seen: string[] = [];
  let bugs = 2;
  await join(async (value) => {
    // kafkajs treats a TypeError as an error that no restart can repair.
    if (value === 'b' && bugs-- > 0) throw new TypeError('cannot read');
    seen.push(value);
  });
  await given.send(['a', 'k'], ['b', 'k'], ['c', 'k']);
  await eventually(() => expect(seen).toEqual(['a', 'b', 'c']), 30_000);
  expect(await scraped(`consumer_losses_total{group="${given.group}"}`)).toBe(2);
  expect(fatal).toEqual([]);
});

test('after a rebalance the earlier memberships are no longer current', async () => {
  const memberships: Membership[] = [];
  await join(async (_, membership) => void memberships.push(membership));
  await given.send(['a', 'k'], ['b', 'k']);
  await eventually(() => expect(memberships).toHaveLength(2), 30_000);
  expect(memberships.map((one) => one.isCurrent())).toEqual([true, true]);
  const other = given.kafka.consumer({ groupId: given.group });
  await other.connect();
  await other.subscribe({ topics: [given.topic.name], fromBeginning: true });
  await other.run({ eachMessage: async () => undefined });
  await eventually(() => expect(memberships.map((one) => one.isCurrent())).toEqual([false, false]), 30_000);
  await other.disconnect();
});

test('stop works before the group was joined, and twice', async () => {
  await join(async () => undefined);
  await member?.stop();
  await member?.stop();
  expect(fatal).toEqual([]);
});
