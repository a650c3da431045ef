/** The arguments that the work of a command gets. */
import { called } from './called.fixture.ts';
import { askedOf, type LoadOptions } from '@halftone/proof/load/options.ts';
import { loadTests } from '@halftone/proof/load/tests.ts';

const options = async (line: string) => (await called(line.split(' '))).given?.options;
const asked = async (line: string) => {
  const { given } = await called(['load', ...line.split(' ')]);
  return askedOf(given?.args[0] as string | undefined, given?.options as LoadOptions);
};

test('what is open is listed unless another state is wanted', async () => {
  expect(await options('dlq list')).toMatchObject({ state: 'open', json: false });
  expect(await options('dlq list --state all --group g --json')).toMatchObject({
    state: 'all',
    group: 'g',
    json: true,
  });
});

test('letters are replayed or dropped by name, or all that match', async () => {
  expect((await called(['dlq', 'replay', 'g/1', 'g/2'])).given?.args).toEqual([['g/1', 'g/2']]);
  expect(await options('dlq drop --all --reason TypeError')).toMatchObject({ all: true, reason: 'TypeError' });
});

test('a whole command line of a load test', async () => {
  const line = [
    'orders --url=http://h:30080 --graph=http://h:30081 --realtime=http://h:30082,http://h:30083 --grpc=h:30084',
    '--duration=1m30s --rate=2.5 --vus=7 --patient --json --threshold=answer_ms=p(95)<100',
    '--threshold=failed{call:place-order}=rate==0 --k6-arg=--verbose',
  ].join(' ');
  expect(await asked(line)).toEqual({
    test: loadTests.find(({ name }) => name === 'orders'),
    url: 'http://h:30080',
    graph: 'http://h:30081',
    realtime: 'http://h:30082,http://h:30083',
    grpc: 'h:30084',
    duration: '1m30s',
    rate: 2.5,
    vus: 7,
    patient: true,
    json: true,
    thresholds: { answer_ms: ['p(95)<100'], 'failed{call:place-order}': ['rate==0'] },
    k6Args: ['--verbose'],
  });
});

test('what is not said of a load test is not decided by the command line', async () => {
  const unsaid = ['url', 'graph', 'realtime', 'grpc', 'duration', 'rate', 'vus'].map((name) => [name, undefined]);
  expect(await asked('smoke')).toEqual({
    test: loadTests.find(({ name }) => name === 'smoke'),
    ...Object.fromEntries(unsaid),
    patient: false,
    json: false,
    thresholds: {},
    k6Args: [],
  });
});

test.each(['load --list', 'load orders --list'])('%s runs no test, whatever else is said', async (line) => {
  const { code, stdout } = await called(line.split(' '), { work: true });
  expect(code).toBe(0);
  expect(stdout.split('\n').filter(Boolean)).toHaveLength(loadTests.length);
});

test('the options of a lab are those it declares', async () => {
  expect(await options('lab attacks --seconds 3 --only tickets --only aliases')).toEqual({
    seconds: '3',
    only: ['tickets', 'aliases'],
    json: false,
  });
});
