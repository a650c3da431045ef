import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type KeyAndCertificate, selfSigned } from '@halftone/testing';
import { readMessage, type Trust, verifyMessage } from './open-message';
import { type Identity, type SealOptions, sealMessage } from './seal-message';
import { childrenOf, textOf } from './xml';

const identityOf = ({ key, certificate }: KeyAndCertificate): Identity => ({
  key: createPrivateKey(key),
  certificate: new X509Certificate(certificate),
});
const minute = 60_000;

let bank: Identity;
let client: Identity;
let trust: Trust;
const now = new Date('2026-01-01T12:00:00Z');

beforeAll(async () => {
  [bank, client] = (await Promise.all(['bank', 'client'].map(selfSigned))).map(identityOf) as [Identity, Identity];
  trust = { certificates: [client.certificate], key: bank.key };
}, 30_000);

const sealed = (more: Partial<SealOptions> = {}) =>
  sealMessage({
    version: '1.2',
    content: '<b:GetBalance xmlns:b="urn:bank"><b:account>alice &amp; bob</b:account></b:GetBalance>',
    created: now,
    expires: new Date(now.getTime() + minute),
    signer: client,
    ...more,
  });

const opened = (xml: string, at = now, by = trust) => verifyMessage(readMessage(Buffer.from(xml)), by, at);

const codeOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return undefined;
};

describe.each(['1.1', '1.2'] as const)('a message of SOAP %s', (version) => {
  test('is read as written', () => {
    const { xml, signatureValue } = sealed({ version });
    const message = opened(xml);
    expect(message).toMatchObject({ version, encrypted: false, confirms: [], once: [`signature ${signatureValue}`] });
    expect(childrenOf(message.content).map(textOf)).toEqual(['alice & bob']);
  });

  test('can only be read by its receiver when encrypted', () => {
    const { xml } = sealed({ version, receiver: bank.certificate });
    expect(xml).not.toContain('alice');
    const message = opened(xml);
    expect(message.encrypted).toBe(true);
    expect(childrenOf(message.content).map(textOf)).toEqual(['alice & bob']);
    expect(codeOf(() => opened(xml, now, { ...trust, key: client.key }))).toBe('SECURITY_CHECK_FAILED');
  });

  test('names the request it answers', () => {
    expect(opened(sealed({ version, confirms: 'abc=' }).xml).confirms).toEqual(['abc=']);
  });
});

test.each([
  ['a letter of the Body', 'alice', 'alicf'],
  ['the Timestamp', '12:01:00', '12:02:00'],
  ['the signature', '<ds:SignatureValue>', '<ds:SignatureValue>AAAA'],
  ['a digest', '<ds:DigestValue>', '<ds:DigestValue>A'],
])('a change of %s is detected', (_, from, to) => {
  expect(codeOf(() => opened(sealed().xml.replace(from, to)))).toBe('SECURITY_CHECK_FAILED');
});

test('a change of the ciphertext is detected', () => {
  const { xml } = sealed({ receiver: bank.certificate });
  const changed = xml.replace(
    /(<xenc:CipherValue>)(.)(?=[^<]*<\/xenc:CipherValue><\/xenc:CipherData><\/xenc:EncryptedData>)/,
    (_, tag, first) => tag + (first === 'A' ? 'B' : 'A'),
  );
  expect(changed).not.toBe(xml);
  expect(codeOf(() => opened(changed))).toBe('SECURITY_CHECK_FAILED');
});

test('only a trusted certificate is accepted', () => {
  expect(codeOf(() => opened(sealed({ signer: bank }).xml))).toBe('SECURITY_AUTHENTICATION_FAILED');
});

test.each([
  ['its last moment', minute + 29_000, undefined],
  ['after it', minute + 31_000, 'SECURITY_EXPIRED'],
  ['a clock that is a little behind', -29_000, undefined],
  ['before it was made', -31_000, 'SECURITY_EXPIRED'],
])('a message is valid during its lifetime: %s', (_, later, code) => {
  const { xml } = sealed();
  expect(codeOf(() => opened(xml, new Date(now.getTime() + later)))).toBe(code);
});

test('no message is valid for more than five minutes', () => {
  const { xml } = sealed({ expires: new Date(now.getTime() + 5 * minute + 1) });
  expect(codeOf(() => opened(xml))).toBe('SECURITY_INVALID');
});
