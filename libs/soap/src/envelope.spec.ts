import { codeOf } from './code-of.fixture';
import { contentOf, readEnvelope } from './envelope';
import { envelopeOf, wsse } from './names';
import { parse } from './xml';

const security = `<w:Security xmlns:w="${wsse}"/>`;
const body = '<s:Body><a/></s:Body>';
const envelope = (inside: string, version: '1.1' | '1.2' = '1.2') =>
  `<s:Envelope xmlns:s="${envelopeOf(version)}">${inside}</s:Envelope>`;
const read = (xml: string) => readEnvelope(parse(xml));
const codeFor = (xml: string) => codeOf(() => read(xml));

test.each(['1.1', '1.2'] as const)('the parts of SOAP %s are found', (version) => {
  const found = read(envelope(`<s:Header>${security}</s:Header>${body}`, version));
  expect(found.version).toBe(version);
  expect(found.security?.localName).toBe('Security');
  expect(contentOf(found.body).localName).toBe('a');
});

test.each([
  ['another namespace', '<s:Envelope xmlns:s="urn:x"/>', 'VERSION_UNSUPPORTED'],
  ['no envelope', `<s:Body xmlns:s="${envelopeOf('1.2')}"/>`, 'VERSION_UNSUPPORTED'],
  ['no Body', envelope('<s:Header/>'), 'MESSAGE_INVALID'],
  ['two Bodies', envelope(body + body), 'MESSAGE_INVALID'],
  ['two Headers', envelope(`<s:Header/><s:Header/>${body}`), 'MESSAGE_INVALID'],
  ['an element after the Body', envelope(`${body}<a/>`), 'MESSAGE_INVALID'],
  ['a Body of the other version', envelope(`<s:Body xmlns:s="${envelopeOf('1.1')}"><a/></s:Body>`), 'MESSAGE_INVALID'],
  ['text between the parts', envelope(`hello${body}`), 'MESSAGE_INVALID'],
  ['two Security headers', envelope(`<s:Header>${security}${security}</s:Header>${body}`), 'SECURITY_INVALID'],
])('%s is rejected', (_, xml, code) => {
  expect(codeFor(xml)).toBe(code);
});

test.each(['<s:Body/>', '<s:Body><a/><b/></s:Body>', '<s:Body>hello</s:Body>'])(
  'a Body contains exactly one element: %s',
  (xml) => {
    const { body: found } = read(envelope(xml));
    expect(codeOf(() => contentOf(found))).toBe('MESSAGE_INVALID');
  },
);

describe('an unknown header', () => {
  const withHeader = (attributes: string, version: '1.1' | '1.2') =>
    codeFor(envelope(`<s:Header><x:Y xmlns:x="urn:x" ${attributes}/></s:Header>${body}`, version));

  test.each([
    ['is ignored', '', undefined],
    ['is rejected when it must be understood', 's:mustUnderstand="1"', 'HEADER_NOT_UNDERSTOOD'],
    ['is rejected with true instead of 1', 's:mustUnderstand="true"', 'HEADER_NOT_UNDERSTOOD'],
    ['is ignored with mustUnderstand 0', 's:mustUnderstand="0"', undefined],
    ['is ignored when mustUnderstand has no namespace', 'mustUnderstand="1"', undefined],
  ])('%s', (_, attributes, code) => {
    expect(withHeader(attributes, '1.1')).toBe(code);
    expect(withHeader(attributes, '1.2')).toBe(code);
  });

  test('is ignored when it is for another receiver', () => {
    expect(withHeader('s:mustUnderstand="1" s:actor="urn:somebody"', '1.1')).toBeUndefined();
    expect(withHeader('s:mustUnderstand="1" s:role="urn:somebody"', '1.2')).toBeUndefined();
    expect(withHeader(`s:mustUnderstand="1" s:role="${envelopeOf('1.2')}/role/next"`, '1.2')).toBe(
      'HEADER_NOT_UNDERSTOOD',
    );
  });
});

test('a Security header for another receiver is ignored', () => {
  const theirs = security.replace('/>', ' s:role="urn:somebody"/>');
  expect(read(envelope(`<s:Header>${theirs}</s:Header>${body}`)).security).toBeUndefined();
});
