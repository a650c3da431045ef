/** docs/permissions.md, as a person agreed to it: each cell, and the endpoints of each command. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '@halftone/tools/os/config.ts';

export type Who = 'anonymous' | 'other' | 'owner' | 'operator' | 'saga';

export interface Cell {
  command: string;
  who: Who;
  /** `-` where none matters. */
  state: string;
  outcome: string;
}

const page = readFileSync(join(root, 'docs/permissions.md'), 'utf8');

const rowsOf = (section: string): string[][] =>
  (page.split(`<!-- ${section} -->`)[1] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| ') && line.includes('.'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((word) => word.trim()),
    );

export const cells = (): Cell[] =>
  rowsOf('cells').map(([command = '', who = '', state = '', outcome = '']) => ({
    command,
    who: who as Who,
    state,
    outcome,
  }));

export const endpointsOf = (command: string): string[] => {
  const endpoints = rowsOf('endpoints').find(([name]) => name === command)?.[1] ?? '';
  return [...endpoints.matchAll(/`([^`]+)`/g)].map(([, endpoint = '']) => endpoint);
};
