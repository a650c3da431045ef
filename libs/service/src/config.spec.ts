import { generateKeyPairSync } from 'node:crypto';
import { z } from 'zod';
import { ConfigInvalid, describeConfig, parseConfig } from './config';
import { configTable } from './print-config';

const settings = {
  DATABASE_URL: z.string().min(1).describe('where the rows are').meta({ secret: true }),
  POOL: z.coerce.number().int().min(1).describe('connections').default(10),
};
const JWT_PUBLIC_KEY = generateKeyPairSync('ed25519')
  .publicKey.export({ format: 'der', type: 'spki' })
  .toString('base64');

const problems = (env: Record<string, string>) => {
  try {
    parseConfig(settings, env);
    return [];
  } catch (error) {
    return error instanceof ConfigInvalid ? error.problems.map(({ path }) => path) : [error];
  }
};

test('a service has its own settings and those of every process', () => {
  const config = parseConfig(settings, { JWT_PUBLIC_KEY, DATABASE_URL: 'postgres://x', HTTP_PORT: '0' });
  expect(config).toMatchObject({ DATABASE_URL: 'postgres://x', POOL: 10, HTTP_PORT: 0, HTTP_HOST: '127.0.0.1' });
});

test('an empty variable counts as absent', () => {
  expect(parseConfig(settings, { JWT_PUBLIC_KEY, DATABASE_URL: 'x', POOL: '' }).POOL).toBe(10);
  expect(problems({ JWT_PUBLIC_KEY, DATABASE_URL: '' })).toEqual(['DATABASE_URL']);
});

test('every bad key is named at once', () => {
  expect(problems({ POOL: 'many', HTTP_PORT: '70000', FAILPOINTS: 'boom', JWT_PUBLIC_KEY: 'bm9uZQ==' }).sort()).toEqual(
    ['DATABASE_URL', 'FAILPOINTS', 'HTTP_PORT', 'JWT_PUBLIC_KEY', 'POOL'],
  );
});

test('a missing secret is called required, and no value is repeated', () => {
  expect(() => parseConfig(settings, { JWT_PUBLIC_KEY })).toThrow('DATABASE_URL: is required and has no default');
  expect(() => parseConfig(settings, { JWT_PUBLIC_KEY: 'c2VjcmV0', DATABASE_URL: 'x' })).not.toThrow('c2VjcmV0');
});

test('settings describe themselves, secrets stay hidden', () => {
  const rows = describeConfig(settings, { DATABASE_URL: 'postgres://me:pw@db' });
  const row = (name: string) => rows.find((each) => each.name === name);
  expect(row('POOL')).toEqual({
    name: 'POOL',
    description: 'connections',
    secret: false,
    required: false,
    default: '10',
    value: '10',
  });
  expect(row('DATABASE_URL')).toMatchObject({ secret: true, required: true, value: '••••••' });
  expect(configTable(rows)).not.toContain('pw@db');
  expect(configTable(rows)).toContain('# connections (default "10")');
});
