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

test('encrypted content can be decrypted, and the ciphertext differs each time', () => {
  expect(childrenOf(open(encrypt(plain, receiver, 'data'))).map(textOf)).toEqual(['alice']);
  expect(encrypt(plain, receiver, 'data').data).not.toBe(encrypt(plain, receiver, 'data').data);
});

test('decrypted content uses the namespace prefixes around it', () => {
  const { data, wrappedKey } = encrypt('<b:account>alice</b:account>', receiver, 'data');
  const around = parse(`<s:Body xmlns:s="urn:soap" xmlns:b="urn:bank">${data}</s:Body>`);
  const [content] = childrenOf(decrypt(childrenOf(around)[0] as never, parse(wrappedKey), key));
  expect(content?.namespaceURI).toBe('urn:bank');
});

test.each<[string, Parameters<typeof changed>[0]]>([
  ['CBC', { data: algorithm('2009/xmlenc11#aes256-gcm', '2001/04/xmlenc#aes256-cbc') }],
  [
    'a cipher named like a JavaScript property',
    { data: algorithm('http://www.w3.org/2009/xmlenc11#aes256-gcm', 'toString') },
  ],
  ['RSA of PKCS #1 v1.5', { wrappedKey: algorithm('xmlenc#rsa-oaep-mgf1p', 'xmlenc#rsa-1_5') }],
])('%s is not accepted', (_, change) => {
  expect(codeOf(() => open(changed(change)))).toBe('SECURITY_ALGORITHM_UNSUPPORTED');
});

/** All failures get the same answer, or an attacker could learn from the difference. */
describe('every decryption failure has the same answer', () => {
  test.each<[string, Parameters<typeof changed>[0]]>([
    ['no bytes', { data: value(Buffer.alloc(0)) }],
    ['a tag of four bytes', { data: value(Buffer.alloc(4)) }],
    ['no tag', { data: value(Buffer.alloc(20)) }],
    ['other bytes', { data: value(Buffer.alloc(60)) }],
    ['an invalid key', { wrappedKey: value(Buffer.alloc(256)) }],
    ['a key of an invalid length', { wrappedKey: value(Buffer.alloc(10)) }],
    ['a key of the other cipher', { data: algorithm('aes256-gcm', 'aes128-gcm') }],
  ])('%s', (_, change) => {
    expect(codeOf(() => open(changed(change)))).toBe('SECURITY_CHECK_FAILED');
  });

  test.each(['hello <', '</content><content>', '<!DOCTYPE a><a/>', '<a>&x;</a>', '<x:a/>'])('content %s', (content) => {
    expect(codeOf(() => open(changed({}, content)))).toBe('SECURITY_CHECK_FAILED');
  });
});

test.each<[string, Parameters<typeof changed>[0]]>([
  ['a key for another element', { wrappedKey: algorithm('#data', '#other') }],
  ['an element instead of content', { data: algorithm('#Content', '#Element') }],
  ['a value at another location', { data: (xml) => xml.replace(/xenc:CipherValue/g, 'xenc:CipherReference') }],
])('%s is rejected', (_, change) => {
  expect(codeOf(() => open(changed(change)))).toBe('SECURITY_INVALID');
});
