import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type Identity, readMessage, type Sealing, sealMessage, verifyMessage, writeFault } from '@halftone/soap';
import { type KeyAndCertificate, selfSigned } from '@halftone/testing';
import { BankMessages, type Sealed } from './bank.messages';

const namespace = 'urn:halftone:bank:1';
const identityOf = ({ key, certificate }: KeyAndCertificate): Identity => ({
  key: createPrivateKey(key),
  certificate: new X509Certificate(certificate),
});
const inAMinute = () => new Date(Date.now() + 60_000);

let [bank, client]: Identity[] = [];
let messages: BankMessages;

beforeAll(async () => {
  [bank, client] = (await Promise.all(['bank', 'client'].map(selfSigned))).map(identityOf);
  messages = new BankMessages(client!, bank!.certificate);
}, 30_000);

const asked = () => messages.seal('GetBalance', { account: 'alice & bob' }, inAMinute());
const balance = `<b:GetBalanceResponse xmlns:b="${namespace}"><b:account>alice</b:account><b:balance>7</b:balance></b:GetBalanceResponse>`;
const reply = (request: Sealed, more: Partial<Sealing> = {}) =>
  sealMessage({
    version: '1.2',
    content: balance,
    created: new Date(),
    expires: inAMinute(),
    signer: bank!,
    receiver: client!.certificate,
    confirms: request.signatureValue,
    ...more,
  }).xml;

test('a request is signed by the client and readable by the bank alone', () => {
  const { body, contentType } = asked();
  expect(body).not.toContain('alice');
  expect(contentType).toBe(`application/soap+xml; charset=utf-8; action="${namespace}/GetBalance"`);
  const trust = { certificates: [client!.certificate], key: bank!.key };
  const { content, encrypted } = verifyMessage(readMessage(Buffer.from(body)), trust, new Date());
  expect([content.localName, content.textContent, encrypted]).toEqual(['GetBalance', 'alice & bob', true]);
});

test('a reply is its fields, a fault its code', () => {
  const request = asked();
  expect(messages.open(reply(request), request)).toEqual({ fields: { account: 'alice', balance: '7' } });
  const words = { soap: 'Sender', code: 'ACCOUNT_UNKNOWN', message: 'no such account' } as const;
  const fault = reply(request, { content: writeFault('1.2', words, { namespace, element: 'BankFault' }) });
  expect(messages.open(fault, request)).toEqual({ refusal: { code: 'ACCOUNT_UNKNOWN', message: 'no such account' } });
});

test.each<[string, (request: Sealed) => string]>([
  ['that answers another request', () => reply(asked())],
  ['that confirms nothing', () => sealMessage({ ...bare(), signer: bank! }).xml],
  ['of another operation', (request) => reply(request, { content: balance.replaceAll('GetBalance', 'Debit') })],
  ['that somebody else signed', (request) => reply(request, { signer: client! })],
  ['that has expired', (request) => reply(request, { created: new Date(0), expires: new Date(60_000) })],
  ['that was changed', (request) => reply(request).replace('SignatureValue>', 'SignatureValue>A')],
  ['that is no XML', () => 'Bad Gateway'],
])('a reply %s is not believed, so nobody knows', (_, answer) => {
  const request = asked();
  expect(() => messages.open(answer(request), request)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
});

const bare = () => ({ version: '1.2', content: balance, created: new Date(), expires: inAMinute() }) as const;
