import { helmValues } from './release.ts';

test('what the caller says comes after profile, tag and what is left out, so it wins', () => {
  const args = helmValues({ profile: 'full', tag: 'abc', values: ['mine.yaml'], set: ['a=b'], without: ['grafana'] });
  expect(args.map((arg) => arg.replace(/.*helm\/halftone\//, ''))).toEqual([
    ...['--values', 'profiles/full.yaml', '--values', 'mine.yaml'],
    ...['--set', 'image.tag=abc', '--set', 'observability.grafana.enabled=false', '--set', 'a=b'],
  ]);
});

test('core is what the chart has by itself', () => {
  expect(helmValues({})).toEqual([]);
});
