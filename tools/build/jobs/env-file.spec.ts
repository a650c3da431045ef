import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../os/config.ts';
import { generateSecrets, password } from '../../engines/secrets.ts';
import { envFile } from './env-file.ts';

test('the file has every variable that compose.yaml needs, and no other', async () => {
  const compose = readFileSync(join(root, 'docker/compose.yaml'), 'utf8');
  const asked = [...compose.matchAll(/\$\{([A-Z_]+):\?/g)].map(([, name]) => name);
  const given = envFile(await generateSecrets(), password())
    .trim()
    .split('\n')
    .map((line) => line.split('=')[0]);
  expect(new Set(given)).toEqual(new Set(asked));
});

test('each time they are others', async () => {
  const [first = [], second = []] = (await Promise.all([generateSecrets(), generateSecrets()])).map((secrets) =>
    envFile(secrets, password()).split('\n'),
  );
  expect(first.length).toBeGreaterThan(1);
  first.slice(0, -1).forEach((line, at) => expect(second[at]).not.toBe(line));
});
