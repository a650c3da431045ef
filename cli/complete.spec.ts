import { complete } from './complete.ts';
import { halftone } from './registry/groups.ts';

const completed = (line: string) => complete(halftone(), line.split(' '));

test.each([
  ['ben', ['bench']],
  ['k8s ', ['up', 'down', 'kill', 'report', 'test', 'chart']],
  ['bench fan', ['fanout']],
  ['bench --rounds 3 fan', ['fanout']],
  ['lab fail', ['failures']],
  ['lab attacks --only tick', ['tickets']],
  ['load so', ['soak']],
  ['chaos --only kill-after', ['kill-after-bank']],
  ['k8s kill real', ['realtime']],
  ['k8s up --profile ', ['core', 'full']],
  ['generate limits dash', ['dashboards']],
  ['verify --self', ['--self-test']],
  ['dev orders gate', ['gateway']],
  ['doctor k', ['k8s']],
  ['completion z', ['zsh']],
  ['nosuch x', []],
])('%s', async (line, expected) => {
  expect(await completed(line)).toEqual(expected);
});
