import { UsageError } from '../terminal/usage-error.ts';
import { assertClear } from './wish.ts';

const flags = { all: false, json: false };

test('letters are replayed or dropped by name, or all that match', () => {
  expect(() => assertClear('replay', ['g/1', 'g/2'], flags)).not.toThrow();
  expect(() => assertClear('drop', [], { ...flags, all: true, reason: 'TypeError' })).not.toThrow();
});

test.each([
  ['replay', [], flags, 'replay what? An ID, or --all'],
  ['replay', ['g/1'], { ...flags, all: true }, 'either IDs or --all'],
  ['replay', ['g/1'], { ...flags, group: 'g' }, '--group and --reason go with --all'],
])('refused: %s %j %j', (verb, ids, options, reason) => {
  expect(() => assertClear(verb, ids, options)).toThrow(UsageError);
  expect(() => assertClear(verb, ids, options)).toThrow(reason);
});
