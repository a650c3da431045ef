import { type BankFixture, startBank } from '../attack/bank.fixture';

let bank: BankFixture;

beforeAll(async () => {
  bank = await startBank();
});
afterAll(() => bank.close());

const ask = async (query: string) => {
  const response = await fetch(`${bank.url}${query}`);
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};

test.each(['?wsdl', '?WSDL', '?Wsdl', '?WSDL='])('%s returns the contract', async (query) => {
  const { status, type, text } = await ask(query);
  expect({ status, type }).toEqual({ status: 200, type: 'text/xml; charset=utf-8' });
  expect(text).toMatch(/^<\?xml .*<wsdl:definitions name="Bank"/);
  expect(text).toContain(`<soap:address location="${bank.url}"/>`);
});

test('without the query it is 404, and the answer names the URL of the contract', async () => {
  const { status, type, text } = await ask('');
  expect({ status, type }).toEqual({ status: 404, type: 'application/problem+json' });
  expect(JSON.parse(text)).toMatchObject({ code: 'ROUTE_NOT_FOUND', detail: expect.stringContaining('/bank?wsdl') });
});
