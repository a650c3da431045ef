import { endpointsOf } from '@halftone/kernel';
import { askUnknownParameter, routesOf, testToken } from '@halftone/testing';
import { type BankFixture, startBank } from './attack/bank.fixture';

let bank: BankFixture;

beforeAll(async () => {
  bank = await startBank();
});
afterAll(() => bank.close());

test('every route refuses an unknown query parameter, with the same message', async () => {
  const headers = { authorization: `Bearer ${await testToken('olga', 'operator')}` };
  const { answers, expected } = await askUnknownParameter(bank.running, { headers, types: { '/bank': 'text/xml' } });
  expect(answers).toEqual(expected);
  for (const route of ['GET /bank:', 'POST /bank:', 'PUT /operator/behaviour:'])
    expect(expected).toContainEqual(expect.stringContaining(route));
});

test('the routes are the same as in the permission table; POST /bank has the rows of SOAP', () => {
  const routes = routesOf(bank.running).filter(({ method }) => method !== 'HEAD' && method !== 'OPTIONS');
  const served = routes.map(({ method, path }) => `REST ${method} bank${path}`);
  const listed = endpointsOf('REST').filter((place) => place.includes(' bank/'));
  expect([...new Set(served)].filter((place) => place !== 'REST POST bank/bank').toSorted()).toEqual(listed.toSorted());
});
