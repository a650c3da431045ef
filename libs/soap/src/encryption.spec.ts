import { createPrivateKey, X509Certificate } from 'node:crypto';
import { selfSigned } from '@halftone/testing';
import { codeOf } from './code-of.fixture';
import { decrypt, encrypt, type Encrypted } from './encryption';
import { childrenOf, parse, textOf } from './xml';

let receiver: X509Certificate;
let key: ReturnType<typeof createPrivateKey>;

beforeAll(async () => {
  const made = await selfSigned('bank');
  receiver = new X509Certificate(made.certificate);
  key = createPrivateKey(made.key);
}, 30_000);

const plain = '<b:account xmlns:b="urn:bank">alice</b:account>';
const open = ({ data, wrappedKey }: Encrypted) => decrypt(parse(data), parse(wrappedKey), key);
const changed = (change: Partial<Record<keyof Encrypted, (xml: string) => string>>, content = plain) => {
  const { data, wrappedKey } = encrypt(content, receiver, 'data');
  return { data: change.data?.(data) ?? data, wrappedKey: change.wrappedKey?.(wrappedKey) ?? wrappedKey };
};
const value = (bytes: Buffer) => (xml: string) =>
  xml.replace(/(<xenc:CipherValue>)[^<]*/, `$1${bytes.toString('base64')}`);
const algorithm = (from: string, to: string) => (xml: string) => xml.replace(from, to);

test('what was encrypted is read, and never twice the same bytes', () => {
  expect(childrenOf(open(encrypt(plain, receiver, 'data'))).map(textOf)).toEqual(['alice']);
  expect(encrypt(plain, receiver, 'data').data).not.toBe(encrypt(plain, receiver, 'data').data);
});

test('prefixes mean inside what they mean around it', () => {
  const { data, wrappedKey } = encrypt('<b:account>alice</b:account>', receiver, 'data');
  const around = parse(`<s:Body xmlns:s="urn:soap" xmlns:b="urn:bank">${data}</s:Body>`);
  const [content] = childrenOf(decrypt(childrenOf(around)[0] as never, parse(wrappedKey), key));
  expect(content?.namespaceURI).toBe('urn:bank');
});

test.each<[string, Parameters<typeof changed>[0]]>([
  ['CBC', { data: algorithm('2009/xmlenc11#aes256-gcm', '2001/04/xmlenc#aes256-cbc') }],
  [
    'a cipher that is a word of JavaScript',
    { data: algorithm('http://www.w3.org/2009/xmlenc11#aes256-gcm', 'toString') },
  ],
  ['RSA of PKCS #1 v1.5', { wrappedKey: algorithm('xmlenc#rsa-oaep-mgf1p', 'xmlenc#rsa-1_5') }],
])('%s is not taken', (_, change) => {
  expect(codeOf(() => open(changed(change)))).toBe('SECURITY_ALGORITHM_UNSUPPORTED');
});

/** One answer for all, or an attacker learns bit by bit. */
describe('whatever is wrong with the bytes, the answer is the same', () => {
  test.each<[string, Parameters<typeof changed>[0]]>([
    ['no bytes', { data: value(Buffer.alloc(0)) }],
    ['a tag of four bytes', { data: value(Buffer.alloc(4)) }],
    ['no tag', { data: value(Buffer.alloc(20)) }],
    ['other bytes', { data: value(Buffer.alloc(60)) }],
    ['a key that is none', { wrappedKey: value(Buffer.alloc(256)) }],
    ['a key of a length that is none', { wrappedKey: value(Buffer.alloc(10)) }],
    ['a key of the other cipher', { data: algorithm('aes256-gcm', 'aes128-gcm') }],
  ])('%s', (_, change) => {
    expect(codeOf(() => open(changed(change)))).toBe('SECURITY_CHECK_FAILED');
  });

  test.each(['hello <', '</content><content>', '<!DOCTYPE a><a/>', '<a>&x;</a>', '<x:a/>'])('it says %s', (content) => {
    expect(codeOf(() => open(changed({}, content)))).toBe('SECURITY_CHECK_FAILED');
  });
});

test.each<[string, Parameters<typeof changed>[0]]>([
  ['a key that says it opens something else', { wrappedKey: algorithm('#data', '#other') }],
  ['an element instead of content', { data: algorithm('#Content', '#Element') }],
  ['a value that lies elsewhere', { data: (xml) => xml.replace(/xenc:CipherValue/g, 'xenc:CipherReference') }],
])('%s is refused', (_, change) => {
  expect(codeOf(() => open(changed(change)))).toBe('SECURITY_INVALID');
});
