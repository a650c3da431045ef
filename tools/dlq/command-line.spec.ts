import { NotUnderstood, wishOf } from './command-line.ts';

const wish = (line: string) => wishOf(line.split(' ').filter(Boolean));

test('what is open is listed unless another state is wanted', () => {
  expect(wish('list')).toMatchObject({ verb: 'list', state: 'open', all: false });
  expect(wish('list --state all --group g --json')).toMatchObject({ state: 'all', group: 'g', json: true });
});

test('letters are replayed or dropped by name, or all that match', () => {
  expect(wish('replay g/1 g/2')).toMatchObject({ verb: 'replay', ids: ['g/1', 'g/2'] });
  expect(wish('drop --all --reason TypeError')).toMatchObject({ verb: 'drop', all: true, reason: 'TypeError' });
});

test.each(['', '--help', 'replay --help'])('help: %s', (line) => {
  expect(wish(line)).toBeUndefined();
});

test.each([
  ['resend g/1', 'there is no resend'],
  ['replay', 'replay what? An ID, or --all'],
  ['replay g/1 --all', 'either IDs or --all'],
  ['replay g/1 --group g', '--group and --reason go with --all'],
  ['drop --all --state replayed', '--state is for list'],
  ['show g/1 g/2', 'show takes one ID'],
  ['list g/1', 'list takes no ID; filter with --group, --reason, --state'],
  ['list --state closed', '--state closed: one of open, replayed, dropped, all'],
  ['list --colour', "Unknown option '--colour'"],
])('refused: %s', (line, reason) => {
  expect(() => wish(line)).toThrow(NotUnderstood);
  expect(() => wish(line)).toThrow(reason);
});
