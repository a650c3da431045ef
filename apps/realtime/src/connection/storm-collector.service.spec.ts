import { StormCollector } from './storm-collector.service';

const given = () => {
  let collections = 0;
  const storm = new StormCollector(() => (collections += 1));
  const open = (count: number) => {
    for (let opened = 0; opened < count; opened++) storm.hasOpened();
  };
  return { storm, open, collections: () => collections };
};

test('collects once after a storm', () => {
  const { storm, open, collections } = given();
  for (let second = 1; second <= 3; second++) {
    open(1_000);
    storm.tick(second * 1_000);
    expect(collections()).toBe(0);
  }
  for (let second = 0; second < 10; second++) storm.tick(3_000);
  expect(collections()).toBe(1);
});

test('does not collect after few connections, or few compared to all', () => {
  const { storm, open, collections } = given();
  open(900);
  for (let second = 0; second < 10; second++) storm.tick(900);
  open(2_000);
  for (let second = 0; second < 10; second++) storm.tick(10_000);
  expect(collections()).toBe(0);
});
