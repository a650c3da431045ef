import { PreparedStatements } from './prepared-statements';

const texts = (n: number) => Array.from({ length: n }, (_, i) => `select ${i} + $1`);

test('one text has one name, and two texts have two', () => {
  const statements = new PreparedStatements();
  const [a, b] = ['select $1', 'select $1, 1'].map((text) => statements.nameOf(text));
  expect(a).not.toBe(b);
  expect(statements.nameOf('select $1')).toBe(a);
});

test('of more than 500 texts the later ones stay unnamed, and the earlier ones keep their names', () => {
  const statements = new PreparedStatements();
  const names = texts(600).map((text) => statements.nameOf(text));
  expect(new Set(names.slice(0, 500)).size).toBe(500);
  expect(names.slice(500)).toEqual(Array(100).fill(undefined));
  expect(texts(600).map((text) => statements.nameOf(text))).toEqual(names);
});

test('after names are given up every text has a name that was never used', () => {
  const statements = new PreparedStatements();
  const used = texts(500).map((text) => statements.nameOf(text));
  statements.giveUp(used[7]!, texts(500)[7]!);
  const fresh = texts(500).map((text) => statements.nameOf(text));
  expect(new Set([...used, ...fresh]).size).toBe(1_000);
});

test('a late failure under an old name does not give up the new names', () => {
  const statements = new PreparedStatements();
  const old = statements.nameOf('select $1')!;
  statements.giveUp(old, 'select $1');
  const fresh = statements.nameOf('select $1');
  statements.giveUp(old, 'select $1');
  expect(statements.nameOf('select $1')).toBe(fresh);
});
