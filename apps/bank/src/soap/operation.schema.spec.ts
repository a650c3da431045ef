import { readMessage, SoapFault, soap11 } from '@halftone/soap';
import { minorUnitsIn, readRequest, writeResponse } from './operation.schema';

const read = (content: string) => {
  const xml = `<s:Envelope xmlns:s="${soap11}" xmlns:b="urn:halftone:bank:1"><s:Body>${content}</s:Body></s:Envelope>`;
  const { body } = readMessage(Buffer.from(xml));
  return readRequest(body.firstChild as Parameters<typeof readRequest>[0]);
};
const codeOf = (content: string) => {
  try {
    read(content);
  } catch (error) {
    return error instanceof SoapFault ? error.code : error;
  }
  return undefined;
};
const fields =
  '<b:reference>r</b:reference><b:account>alice</b:account><b:amount>5</b:amount><b:currency>USD</b:currency>';

test('an operation is read in the order of the WSDL; optional elements may be absent', () => {
  const known = { reference: 'r', account: 'alice', amount: '5', currency: 'USD' };
  expect(read(`<b:Debit>${fields}</b:Debit>`)).toEqual({ operation: 'Debit', fields: known });
  expect(read(`<b:Debit>${fields}<b:description>d</b:description></b:Debit>`).fields).toEqual({
    ...known,
    description: 'd',
  });
});

test.each([
  ['no operation', '<b:Drain/>', 'OPERATION_UNKNOWN'],
  ['a property that every object has', '<b:constructor/>', 'OPERATION_UNKNOWN'],
  ['another namespace', '<Debit/>', 'OPERATION_UNKNOWN'],
  ['a field missing', '<b:GetBalance/>', 'MESSAGE_INVALID'],
  ['a field twice', '<b:GetBalance><b:account>a</b:account><b:account>b</b:account></b:GetBalance>', 'MESSAGE_INVALID'],
  ['a field of another namespace', '<b:GetBalance><account>a</account></b:GetBalance>', 'MESSAGE_INVALID'],
  ['elements in a field', '<b:GetBalance><b:account>a<b:x/></b:account></b:GetBalance>', 'MESSAGE_INVALID'],
  ['an attribute', '<b:GetBalance><b:account nil="true">a</b:account></b:GetBalance>', 'MESSAGE_INVALID'],
  [
    'text that is too long',
    `<b:GetBalance><b:account>${'a'.repeat(201)}</b:account></b:GetBalance>`,
    'MESSAGE_INVALID',
  ],
])('%s is refused', (_, content, code) => {
  expect(codeOf(content)).toBe(code);
});

test.each(['', '1.5', '1e3', '0x10', ' 5', '5 ', '+5', '1,000', '٥', 'NaN', '9'.repeat(16)])(
  '%p is not a number',
  (text) => {
    expect(minorUnitsIn(text)).toBeNaN();
  },
);

test('a reply omits absent values and escapes present ones', () => {
  const now = new Date('2026-01-01T00:00:00Z');
  const values = {
    reference: '<r>',
    transactionId: 't',
    kind: 'debit',
    account: 'a',
    amount: 5,
    currency: 'USD',
    state: 'booked',
  };
  const xml = writeResponse('GetTransaction', { ...values, bookedAt: now, secret: 'x' });
  expect(xml).toContain('<b:reference>&lt;r&gt;</b:reference>');
  expect(xml).toContain('<b:bookedAt>2026-01-01T00:00:00.000Z</b:bookedAt>');
  expect(xml).not.toMatch(/refusal|secret/);
});
