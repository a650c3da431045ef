import { z } from 'zod';
import { JWT_PUBLIC_KEY } from './fixture/tokens.fixture';
import { ConfigInvalid, describeConfig, parseConfig } from './config';
import { configTable } from './print-config';

const settings = {
  DATABASE_URL: z.string().min(1).describe('URL of the database').meta({ secret: true }),
  POOL: z.coerce.number().int().min(1).describe('connections').default(10),
};

const problems = (env: Record<string, string>) => {
  try {
    parseConfig(settings, env);
    return [];
  } catch (error) {
    return error instanceof ConfigInvalid ? error.problems.map(({ path }) => path) : [error];
  }
};

test('a service has its own settings and the common ones', () => {
  const config = parseConfig(settings, { JWT_PUBLIC_KEY, DATABASE_URL: 'postgres://x', HTTP_PORT: '0' });
  expect(config).toMatchObject({ DATABASE_URL: 'postgres://x', POOL: 10, HTTP_PORT: 0, HTTP_HOST: '127.0.0.1' });
});

test('an empty variable counts as absent', () => {
  expect(parseConfig(settings, { JWT_PUBLIC_KEY, DATABASE_URL: 'x', POOL: '' }).POOL).toBe(10);
  expect(problems({ JWT_PUBLIC_KEY, DATABASE_URL: '' })).toEqual(['DATABASE_URL']);
});

test('all bad keys are reported together', () => {
  expect(problems({ POOL: 'many', HTTP_PORT: '70000', FAILPOINTS: 'boom', JWT_PUBLIC_KEY: 'bm9uZQ==' }).sort()).toEqual(
    ['DATABASE_URL', 'FAILPOINTS', 'HTTP_PORT', 'JWT_PUBLIC_KEY', 'POOL'],
  );
});

test('a missing secret is reported as required, and no value is printed', () => {
  expect(() => parseConfig(settings, { JWT_PUBLIC_KEY })).toThrow('DATABASE_URL: is required and has no default');
  expect(() => parseConfig(settings, { JWT_PUBLIC_KEY: 'c2VjcmV0', DATABASE_URL: 'x' })).not.toThrow('c2VjcmV0');
});

test('describeConfig lists every setting and hides secrets', () => {
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
