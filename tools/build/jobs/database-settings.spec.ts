import { databaseServices } from '../../shop/topology.ts';
import { passwordKey, refusalOf, settingsFrom, SettingsMissing } from './database-settings.ts';

const env = {
  DATABASE_ADMIN_URL: 'postgres://postgres:secret@halftone-postgres:5432/postgres',
  ...Object.fromEntries(databaseServices.map((name) => [passwordKey(name), `of ${name}`])),
};

test('the environment says all', () => {
  expect(Object.keys(env)).toContain('HALFTONE_ROLE_PASSWORD_ORDERS');
  expect(settingsFrom(env)).toEqual({
    adminUrl: env.DATABASE_ADMIN_URL,
    passwords: Object.fromEntries(databaseServices.map((name) => [name, `of ${name}`])),
  });
});

test('everything that is missing is named in one message', () => {
  const settings = () => settingsFrom({ ...env, DATABASE_ADMIN_URL: '', HALFTONE_ROLE_PASSWORD_IMAGES: undefined });
  expect(settings).toThrow(SettingsMissing);
  expect(settings).toThrow('not set: DATABASE_ADMIN_URL, HALFTONE_ROLE_PASSWORD_IMAGES');
});

test.each(['halftone-postgres:5432', 'http://halftone-postgres'])('%s is no address of PostgreSQL', (url) => {
  expect(() => settingsFrom({ ...env, DATABASE_ADMIN_URL: url })).toThrow(/is no URL of the form postgres:/);
});

const failure = (message: string, code: string) => Object.assign(new Error(message), { code });

test.each([
  ['nobody listens', 'ECONNREFUSED'],
  ['the name is not known yet', 'ENOTFOUND'],
  ['a wrong password, which somebody may set right', '28P01'],
  ['it starts up', '57P03'],
  ['no such database yet', '3D000'],
  ['no connection is left', '53300'],
])('%s: worth waiting for', (message, code) => {
  expect(refusalOf(failure(message, code))).toEqual({ reason: message, mayPass: true });
});

test.each([
  ['permission denied to create role', '42501'],
  ['syntax error', '42601'],
])('%s: no waiting helps', (message, code) => {
  expect(refusalOf(failure(message, code))).toEqual({ reason: message, mayPass: false });
});

test('a name with several addresses gives the reason of each', () => {
  const error = new AggregateError([
    new Error('connect ECONNREFUSED ::1'),
    new Error('connect ECONNREFUSED 127.0.0.1'),
  ]);
  expect(refusalOf(error).reason).toBe('connect ECONNREFUSED ::1, connect ECONNREFUSED 127.0.0.1');
});
