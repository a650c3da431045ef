import { invocationOf } from './k6.ts';
import { settingsOf } from './load.ts';

const settings = settingsOf({
  urls: { gateway: 'http://g', graphql: 'http://q/graphql', realtime: ['http://a', 'http://b'] },
  rate: 4,
  patient: true,
});

test('the settings are passed to the scripts', () => {
  expect(settings).toMatchObject({
    REALTIME_URLS: 'http://a,http://b',
    RATE: '4',
    PATIENT: '1',
    DURATION: '',
    THRESHOLDS: '{}',
  });
});

test('the image gets the same arguments, and the settings by name, so that no password is in the list of processes', () => {
  const here = invocationOf({ k6: '/bin/k6' }, 'load-tests/smoke.ts', settings, ['--verbose']);
  const there = invocationOf({ docker: '/bin/docker' }, 'load-tests/smoke.ts', settings, ['--verbose']);
  expect(here.args).toEqual(expect.arrayContaining(['run', '--verbose', 'load-tests/smoke.ts']));
  expect(there.args.slice(-here.args.length)).toEqual(here.args);
  expect(there.args.join(' ')).toContain('--env SEED_PASSWORD --env');
});
