import { type FaultContent, readFault, writeFault } from './fault';
import { envelopeOf, wsse } from './names';
import { SoapFault } from './soap-fault';
import { childrenOf, type Element, parse, textOf } from './xml';

const form = { namespace: 'urn:bank', element: 'BankFault' };
const refused: FaultContent = { soap: 'Sender', code: 'ACCOUNT_UNKNOWN', message: 'no <such> "account" & none' };
const insecure: FaultContent = {
  ...new SoapFault('SECURITY_EXPIRED', '').row,
  code: 'SECURITY_EXPIRED',
  message: 'late',
};

/** The namespace and local name of a QName in the text of an element. */
const qnameOf = (element: Element) => {
  const [prefix = '', name = ''] = textOf(element).split(':');
  return [element.lookupNamespaceURI(prefix), name];
};
const down = (element: Element, ...names: string[]): Element =>
  names.reduce((at, name) => childrenOf(at).find(({ localName }) => localName === name) as Element, element);

test.each(['1.1', '1.2'] as const)('the detail of a SOAP %s fault is read back', (version) => {
  const { code, message } = refused;
  expect(readFault(parse(writeFault(version, refused, form)), version, form)).toEqual({ code, message });
});

test('codes of SOAP 1.1 are QNames, of the envelope or of WS-Security', () => {
  const code = (fault: FaultContent) => qnameOf(down(parse(writeFault('1.1', fault, form)), 'faultcode'));
  expect(code(refused)).toEqual([envelopeOf('1.1'), 'Client']);
  expect(code({ ...refused, soap: 'Receiver' })).toEqual([envelopeOf('1.1'), 'Server']);
  expect(code(insecure)).toEqual([wsse, 'MessageExpired']);
});

test('codes of SOAP 1.2 are a QName of the envelope and a Subcode', () => {
  const code = (fault: FaultContent) => {
    const at = down(parse(writeFault('1.2', fault, form)), 'Code');
    return [qnameOf(down(at, 'Value')), qnameOf(down(at, 'Subcode', 'Value'))];
  };
  expect(code(refused)).toEqual([
    [envelopeOf('1.2'), 'Sender'],
    ['urn:bank', 'ACCOUNT_UNKNOWN'],
  ]);
  expect(code(insecure)).toEqual([
    [envelopeOf('1.2'), 'Sender'],
    [wsse, 'MessageExpired'],
  ]);
});

test('other content is not a fault, and a foreign fault has no code', () => {
  expect(readFault(parse('<Fault/>'), '1.2', form)).toBeUndefined();
  expect(readFault(parse(writeFault('1.1', refused, form)), '1.2', form)).toBeUndefined();
  const theirs = writeFault('1.2', refused, { ...form, namespace: 'urn:other' });
  expect(readFault(parse(theirs), '1.2', form)).toEqual({ code: '', message: '' });
});
