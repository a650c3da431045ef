import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { root } from '../../os/config.ts';

interface Request {
  key: string;
  /** The body depends on these; a key stands for one request only. */
  variables: string[];
}

const variablesIn = (text: string): string[] => [...text.matchAll(/\{\{(.+?)\}\}/g)].map(([, name = '']) => name);

/** The requests of a file that have an Idempotency-Key. */
function keyedRequests(text: string): Request[] {
  return text.split(/^###.*$/m).flatMap((request) => {
    const [head = '', ...body] = request.trim().split('\n\n');
    const key = /^Idempotency-Key: (.+)$/m.exec(head)?.[1];
    const line = /^[A-Z]+ (.+)$/m.exec(head)?.[1] ?? '';
    const variables = variablesIn([line, ...body].join('\n')).filter((name) => name !== 'gateway');
    return key ? [{ key, variables }] : [];
  });
}

const files = globSync(join(root, 'docs/http/*.http'));

test('the files of requests have requests with a key', () => {
  expect(files.flatMap((file) => keyedRequests(readFileSync(file, 'utf8'))).length).toBeGreaterThan(10);
});

test.each(files.map((file) => [basename(file), file]))(
  '%s can be sent again: no key meets another request',
  (_, file) => {
    const clashing = keyedRequests(readFileSync(file, 'utf8')).filter(({ key, variables }) => {
      const inKey = variablesIn(key);
      return !inKey.includes('$guid') && variables.some((name) => !inKey.includes(name));
    });
    expect(clashing).toEqual([]);
  },
);
