import { DomainError } from '@halftone/kernel';
import { specification } from './specification';

type Event = { added: number };

const { given } = specification<number, Event, { sum: number }>({
  decide: (command, state) => {
    if (command < 0) throw new DomainError('VALIDATION_FAILED', 'no');
    return [{ added: command + (state?.sum ?? 0) }];
  },
  evolve: (state, { added }) => ({ sum: (state?.sum ?? 0) + added }),
});

test('the command runs on the state that the events evolve into', () => {
  given([])
    .when(1)
    .then([{ added: 1 }]);
  given([{ added: 2 }, { added: 3 }])
    .when(1)
    .then([{ added: 6 }]);
});

test('thenThrows expects an error code', () => {
  given([]).when(-1).thenThrows('VALIDATION_FAILED');
});

test('a wrong expectation fails the test', () => {
  expect(() => given([]).when(1).then([])).toThrow();
  expect(() => given([]).when(1).thenThrows('VALIDATION_FAILED')).toThrow();
  expect(() => given([]).when(-1).thenThrows('INTERNAL')).toThrow();
});
