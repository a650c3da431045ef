import { codeOf } from './code-of.fixture';
import { actionOf, contentTypeOf, readContentType } from './http-binding';

const action = (header: string, soapAction?: string) => {
  const type = readContentType(header);
  return type && actionOf(type, soapAction);
};

test.each([
  ['text/xml', '1.1'],
  ['Text/XML; charset="UTF-8"', '1.1'],
  ['application/soap+xml;charset=utf-8;action="urn:x"', '1.2'],
  ['application/json', undefined],
  ['text/xmlish', undefined],
  ['constructor', undefined],
  ['', undefined],
])('%p is %p', (header, version) => {
  expect(readContentType(header)?.version).toBe(version);
});

test('the action is read from where each version puts it, with or without quotes', () => {
  expect(action('text/xml', '"urn:x/Debit"')).toBe('urn:x/Debit');
  expect(action('text/xml', 'urn:x/Debit')).toBe('urn:x/Debit');
  expect(action('text/xml; action="urn:x/Debit"')).toBe('');
  expect(action('application/soap+xml; action="urn:x/Debit"', '"urn:x/Credit"')).toBe('urn:x/Debit');
  expect(action('application/soap+xml; action=urn:x/Debit; charset=utf-8')).toBe('urn:x/Debit');
});

test.each(['utf-16', 'utf-7', '"ISO-8859-1"'])('charset %s is rejected', (charset) => {
  expect(codeOf(() => readContentType(`text/xml; charset=${charset}`))).toBe('MESSAGE_ENCODING_UNSUPPORTED');
});

test.each(['1.1', '1.2'] as const)('the content type of SOAP %s is read back', (version) => {
  expect(readContentType(contentTypeOf(version, 'urn:x/Debit'))?.version).toBe(version);
  expect(action(contentTypeOf(version, 'urn:x/Debit'), '"urn:x/Debit"')).toBe('urn:x/Debit');
});
