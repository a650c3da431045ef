import { type FaultWords, readFault, writeFault } from './fault';
import { envelopeOf, wsse } from './names';
import { SoapFault } from './soap-fault';
import { childrenOf, type Element, parse, textOf } from './xml';

const form = { namespace: 'urn:bank', element: 'BankFault' };
const refused: FaultWords = { soap: 'Sender', code: 'ACCOUNT_UNKNOWN', message: 'no <such> "account" & none' };
const insecure: FaultWords = {
  ...new SoapFault('SECURITY_EXPIRED', '').row,
  code: 'SECURITY_EXPIRED',
  message: 'late',
};

/** The namespace and local name that a QName in text means where it stands. */
const meant = (element: Element) => {
  const [prefix = '', name = ''] = textOf(element).split(':');
  return [element.lookupNamespaceURI(prefix), name];
};
const down = (element: Element, ...names: string[]): Element =>
  names.reduce((at, name) => childrenOf(at).find(({ localName }) => localName === name) as Element, element);

test.each(['1.1', '1.2'] as const)('what a fault of SOAP %s says in its detail is read again', (version) => {
  const { code, message } = refused;
  expect(readFault(parse(writeFault(version, refused, form)), version, form)).toEqual({ code, message });
});

test('codes of SOAP 1.1 are QNames, of the envelope or of WS-Security', () => {
  const code = (words: FaultWords) => meant(down(parse(writeFault('1.1', words, form)), 'faultcode'));
  expect(code(refused)).toEqual([envelopeOf('1.1'), 'Client']);
  expect(code({ ...refused, soap: 'Receiver' })).toEqual([envelopeOf('1.1'), 'Server']);
  expect(code(insecure)).toEqual([wsse, 'MessageExpired']);
});

test('codes of SOAP 1.2 are a QName of the envelope and a Subcode', () => {
  const code = (words: FaultWords) => {
    const at = down(parse(writeFault('1.2', words, form)), 'Code');
    return [meant(down(at, 'Value')), meant(down(at, 'Subcode', 'Value'))];
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

test('what is no fault is none, and a fault of somebody else has no code', () => {
  expect(readFault(parse('<Fault/>'), '1.2', form)).toBeUndefined();
  expect(readFault(parse(writeFault('1.1', refused, form)), '1.2', form)).toBeUndefined();
  const theirs = writeFault('1.2', refused, { ...form, namespace: 'urn:other' });
  expect(readFault(parse(theirs), '1.2', form)).toEqual({ code: '', message: '' });
});
