import { createPrivateKey, X509Certificate } from 'node:crypto';
import { selfSigned } from '@halftone/testing';
import { codeOf } from './code-of.fixture';
import { readMessage, verifyMessage } from './open-message';
import { type Identity, sealMessage } from './seal-message';
import { textOf } from './xml';

const now = new Date('2026-01-01T12:00:00Z');
let client: Identity;
let xml: string;
let signatureValue: string;

beforeAll(async () => {
  const { key, certificate } = await selfSigned('client');
  client = { key: createPrivateKey(key), certificate: new X509Certificate(certificate) };
  const expires = new Date(now.getTime() + 60_000);
  const content = '<b:GetBalance xmlns:b="urn:bank">alice</b:GetBalance>';
  ({ xml, signatureValue } = sealMessage({ version: '1.2', content, created: now, expires, signer: client }));
}, 30_000);

const open = (changed: string) =>
  verifyMessage(readMessage(Buffer.from(changed)), { certificates: [client.certificate] }, now);

const codeOfChanged = (changed: string) => {
  expect(changed).not.toBe(xml);
  return codeOf(() => open(changed));
};

test('whitespace in a signature changes neither its meaning nor its `once` text', () => {
  const lines = signatureValue.replace(/.{76}/g, '$&\n');
  expect(open(xml.replace(signatureValue, lines)).once).toEqual([`signature ${signatureValue}`]);
});

/** A lenient reader sees the same signature in a different text, which would allow a replay. */
describe('a non-canonical form of the same signature is rejected', () => {
  const spelled = (change: (value: string) => string) =>
    codeOfChanged(xml.replace(signatureValue, change(signatureValue)));

  test.each<[string, (value: string) => string]>([
    ['the URL-safe alphabet', (value) => value.replace(/[+/]/, (char) => (char === '+' ? '-' : '_'))],
    ['one more =', (value) => `${value}=`],
    ['no = at all', (value) => value.replace(/=+$/, '')],
    ['unused bits', (value) => value.replace(/[AQgw](?===$)/, (char) => ({ A: 'B', Q: 'R', g: 'h' })[char] ?? 'x')],
    ['an invalid character', (value) => `${value.slice(0, 8)}!${value.slice(8)}`],
  ])('%s', (_, change) => {
    expect(spelled(change)).toBe('SECURITY_INVALID');
  });
});

/**
 * xml-crypto takes the first element of a name, whatever its namespace and position, so there must be no second one.
 */
describe('a signature may only have its three parts', () => {
  const decoy = () => `<x:SignatureValue xmlns:x="urn:x">${signatureValue}</x:SignatureValue>`;
  const another = `<ds:SignatureValue>${'AAAA'.repeat(86)}</ds:SignatureValue>`;
  const renamed = () => xml.replace(/<ds:SignatureValue>.*<\/ds:SignatureValue>/, another);

  test('a decoy value where xml-crypto finds it first, and another one for `once`', () => {
    expect(codeOfChanged(renamed().replace('<ds:SignedInfo>', `${decoy()}<ds:SignedInfo>`))).toBe('SECURITY_INVALID');
  });

  test.each<[string, string, string]>([
    ['another SignedInfo', '<ds:SignatureValue>', '<x:SignedInfo xmlns:x="urn:x"/><ds:SignatureValue>'],
    ['an Object', '</ds:KeyInfo>', '</ds:KeyInfo><ds:Object/>'],
    ['more in KeyInfo', '</ds:KeyInfo>', '<ds:X509Data/></ds:KeyInfo>'],
    ['more in the reference to the token', '</wsse:SecurityTokenReference>', '<x/></wsse:SecurityTokenReference>'],
    ['no KeyInfo', '<ds:KeyInfo>', '<ds:KeyInfo xmlns:ds="urn:x">'],
  ])('%s', (_, from, to) => {
    expect(codeOfChanged(xml.replace(from, to))).toMatch(/^SECURITY_(INVALID|TOKEN_INVALID)$/);
  });

  test('the same, hidden in a KeyInfo at the front', () => {
    const keyInfo = /<ds:KeyInfo>.*<\/ds:KeyInfo>/.exec(xml)?.[0] ?? '';
    const hiding = keyInfo.replace('</ds:KeyInfo>', `${decoy()}</ds:KeyInfo>`);
    const changed = renamed().replace(keyInfo, '').replace('<ds:SignedInfo>', `${hiding}<ds:SignedInfo>`);
    expect(codeOfChanged(changed)).toBe('SECURITY_INVALID');
  });
});

/** Signature wrapping: the signed element is moved, and a forged one takes its place. */
describe('only signed content is read', () => {
  const evil = '<b:GetBalance xmlns:b="urn:bank">mallory</b:GetBalance>';
  const bodyOf = (text: string) => /<s:Body.*<\/s:Body>/.exec(text)?.[0] ?? '';
  const bodyWith = (attributes: string) => `<s:Body${attributes}>${evil}</s:Body>`;
  const wsu = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd';

  test.each<[string, (text: string) => string]>([
    ['in another header, the new Body without an id', (text) => moved(text, '')],
    ['in another header, both with the id', (text) => moved(text, ` xmlns:wsu="${wsu}" wsu:Id="body"`)],
    ['in another header, the new Body with an id of no namespace', (text) => moved(text, ' Id="body"')],
    ['in the new Body', (text) => text.replace(bodyOf(text), `<s:Body>${evil}${bodyOf(text)}</s:Body>`)],
    ['before the new Body', (text) => text.replace('</s:Envelope>', `${bodyWith('')}</s:Envelope>`)],
    [
      'in the Security header',
      (text) => text.replace(bodyOf(text), bodyWith('')).replace('</wsse:Security>', `${bodyOf(text)}</wsse:Security>`),
    ],
  ])('%s', (_, wrap) => {
    expect(codeOfChanged(wrap(xml))).toMatch(/^(SECURITY|MESSAGE)_INVALID$/);
  });

  const moved = (text: string, attributes: string) =>
    text
      .replace(bodyOf(text), bodyWith(attributes))
      .replace('</s:Header>', `<x:Old xmlns:x="urn:x">${bodyOf(text)}</x:Old></s:Header>`);

  test('the unchanged message is accepted', () => {
    expect(textOf(open(xml).content)).toBe('alice');
  });
});

test.each([
  ['RSA-SHA1', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'],
  ['HMAC', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'http://www.w3.org/2000/09/xmldsig#hmac-sha1'],
  ['SHA-1', 'http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2000/09/xmldsig#sha1'],
  [
    'XSLT',
    '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"',
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"',
  ],
])('%s is not accepted', (_, from, to) => {
  expect(codeOfChanged(xml.replace(from, to))).toBe('SECURITY_ALGORITHM_UNSUPPORTED');
});
