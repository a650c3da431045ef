import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../engines/config.ts';
import { generateSecrets } from '../engines/secrets.ts';
import { envFile } from './env-file.ts';

test('everything that compose.yaml has to be told is there, and nothing else', async () => {
  const compose = readFileSync(join(root, 'docker/compose.yaml'), 'utf8');
  const asked = [...compose.matchAll(/\$\{([A-Z_]+):\?/g)].map(([, name]) => name);
  const given = envFile(await generateSecrets())
    .trim()
    .split('\n')
    .map((line) => line.split('=')[0]);
  expect(new Set(given)).toEqual(new Set(asked));
});

test('each time they are others', async () => {
  const [first = [], second = []] = (await Promise.all([generateSecrets(), generateSecrets()])).map((secrets) =>
    envFile(secrets).split('\n'),
  );
  first.slice(0, -1).forEach((line, at) => expect(second[at]).not.toBe(line));
});
