import { lineOfTable, linesOfTable, markdownTable } from './table.ts';

test('text begins at the left, numbers end at the right', () => {
  expect(
    linesOfTable([
      ['', 'cuts'],
      ['sse', '3'],
      ['websocket', '12'],
    ]),
  ).toEqual(['           cuts', 'sse           3', 'websocket    12']);
  expect(lineOfTable(['a', '1'], [-3, 4])).toBe('a       1');
});

test('a bar in a cell of Markdown does not end it', () => {
  expect(markdownTable(['a', 'b'], [['x | y', '']])).toBe('| a | b |\n| --- | --- |\n| x \\| y |  |');
  expect(markdownTable(['a', 'b'], [['x | y', '']], true).split('\n')[2]).toBe('| x \\| y | ' + '    |');
});
