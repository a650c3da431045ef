import { failureLineOf } from './log.ts';

test.each([
  ['the last line', 'one\ntwo\n\n', 'two'],
  ['the last that reports a failure', 'ERROR no disk\nFATAL gave up\nSLF4J: see there\n', 'FATAL gave up'],
  ['or that there is none', '', 'it said nothing'],
])('%s', (_, text, line) => expect(failureLineOf(text)).toBe(line));
