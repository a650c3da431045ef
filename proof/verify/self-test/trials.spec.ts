import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@halftone/tools/os/config.ts';
import { allInvariants } from '../verify.ts';
import { trials } from './trials.ts';

test('there is one trial per invariant, in the order of the list', () => {
  expect(trials.map(({ caughtBy }) => caughtBy)).toEqual(allInvariants.map(({ name }) => name));
});

test('every bug of the services is used, and there is no other', () => {
  const text = readFileSync(join(root, 'libs/service/src/planted.ts'), 'utf8');
  const declared = [...text.matchAll(/^ {2}\|? ?'([\w.-]+)'/gm)].map(([, name]) => name);
  expect(new Set(trials.map(({ bug }) => bug))).toEqual(new Set(declared));
});
